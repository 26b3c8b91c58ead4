/* SPDX-License-Identifier: BSD-3-Clause */
/* Which flows a worker has, and how it makes and sends their frames. */
#include "pktgen/chain.h"
#include "pktgen/engine.h"
#include "pktgen/schedule.h"
#include "pktgen/worker_impl.h"

void worker_set_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	flow_set(f, &w->out, &w->how, w->nb_flows == 1, f->state != FLOW_IDLE,
		 now_ns);
	schedule_set(w, f);
}

/* From one to several or back: whose the frames are is known in another way. */
COLD static void set_flows(struct worker *w, uint64_t now_ns)
{
	if (w->nb_flows == 2) {
		engine_charge(w);
		if (!w->mixed)
			engine_owe(w, NULL, w->sender);
		w->sender = NULL;
	}
	for (unsigned i = 0; w->nb_flows <= 2 && i < w->nb_flows; i++)
		worker_set_flow(w, w->flow[i], now_ns);
	worker_set_only(w);
}

COLD void worker_add_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	f->index = w->nb_flows;
	w->flow[w->nb_flows++] = f;
	if (w->nb_flows > 2)
		worker_set_flow(w, f, now_ns);
	set_flows(w, now_ns);
}

COLD void worker_remove_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	chain_leave(w, f, now_ns);
	worker_stop_flow(w, f, now_ns);
	engine_charge(w);
	if (w->mixed)
		engine_owe(w, f, NULL);
	if (w->sender == f)
		w->sender = NULL;
	schedule_remove(w, f);
	set_flows(w, now_ns);
}

COLD void worker_set_how(struct worker *w, const struct worker_how *how,
			 uint64_t now_ns)
{
	if (how->wait != w->how.wait)
		wait_start(&w->wait, how->wait);
	w->how = *how;
	if (FORWARDS)
		forward_how(w);
	FOR_EACH_FLOW(w, f)
		worker_set_flow(w, f, now_ns);
}

COLD void worker_set_mode(struct worker *w, unsigned mode, uint64_t now_ns)
{
	const bool sends = !(w->mode & MODE_TX) && mode & MODE_TX;

	/* The time in which it was not to send is no debt. */
	if (sends) {
		FOR_EACH_FLOW(w, f)
			if (f->state == FLOW_RUNS)
				flow_forgive(f, &w->how, now_ns);
		w->moved_ns = now_ns;
	}
	if (!(w->mode & MODE_NULL) && mode & MODE_NULL)
		w->null_from = w->stats.tx_packets;
	if (w->mode & MODE_NULL && !(mode & MODE_NULL))
		w->nb_null += w->stats.tx_packets - w->null_from;
	if (FORWARDS && mode != w->mode)
		forward_drop(w);
	engine_reflect_held(w);
	w->mode = mode;
	w->turn = TURN_KNOWN_NONE;
	schedule_set_all(w);
	worker_set_only(w);
}
