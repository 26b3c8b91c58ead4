/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker says of itself, and what it asks the device for that. */
#include "pktgen/engine.h"
#include "pktgen/replay.h"
#include "pktgen/worker_impl.h"

unsigned worker_in_flight(struct worker *w)
{
	unsigned surplus;

	replay_own(w);
	port_tx_reap(w->queue);
	/* Before the rest: what is back is freed by this. */
	surplus = frames_room_surplus(&w->room);
	if (FORWARDS)
		surplus -= forward_reap(w);
	FOR_EACH_FLOW(w, f)
		surplus += frames_surplus(&f->frames);
	return port_tx_out(w->queue) + surplus -
	       (w->out.received ? 0 : w->out.nb);
}

void worker_settle(struct worker *w, uint64_t now_ns)
{
	w->view.in_flight = 0;
	if (worker_held(w))
		return;
	engine_tx_room(w, now_ns);
	if (!w->sent_ns) {
		w->sent_ns = w->still_ns = now_ns;
		w->away_ns = 0;
	}
	if (port_can_reap() && !w->still) {
		w->view.in_flight = worker_in_flight(w);
		w->still = !w->view.in_flight ||
			   now_ns >= w->sent_ns + w->away_ns + WORKER_DEVICE_NS;
		if (!w->still)
			w->still_ns = now_ns;
	}
	w->still |= !port_can_reap();
}

/*
 * Whether frames have been due for WORKER_STALL_NS and the device took none.
 * In a mode that sends nothing none is due, unless it is still held.
 */
static bool stalled(const struct worker *w)
{
	return w->state != WORKER_IDLE && w->stalled_ns == w->moved_ns &&
	       (w->mode & (MODE_TX | MODE_RELAYS) || w->out.nb);
}

void worker_write_view(struct worker *w)
{
	struct worker_view *const v = &w->view;
	const uint64_t sends =
		w->mode & MODE_NULL ? w->null_from : w->stats.tx_packets;

	engine_charge(w);
	v->state = w->state;
	v->mode = w->mode;
	v->strategy =
		w->nb_flows ? w->flow[0]->frames.strategy : w->how.strategy;
	v->wait = w->wait;
	v->limited = w->nb_limited && worker_runs(w->state);
	v->paused = w->nb_on && w->nb_paused == w->nb_on;
	v->stalled = stalled(w);
	v->moved_ns = w->moved_ns;
	v->stalled_ns = w->stalled_ns;
	v->stalled_at = w->stalled_at;
	v->err = w->err;
	v->nb_held = worker_held(w);
	v->sent_ns = w->sent_ns;
	v->still_ns = w->still_ns;
	v->still = w->still;
	v->last_rx_ns = w->last_rx_ns;
	v->run_packets = w->run_packets;
	v->sent = sends - w->nb_null;
	v->received = w->stats.rx_packets + w->stats.rx_ignored +
		      w->stats.rx_oversize;
	v->full_ns = w->full_ns;
	v->lag_ns = w->lag_ns;
	v->gap_ns = w->gap_ns;
	v->stood_ns = w->stood_ns;
	v->done = w->done;
	v->stats = w->stats;
}

void worker_write_count(struct worker *w, uint64_t now_ns)
{
	if (w->state & (WORKER_PAUSED | WORKER_DRAINING))
		worker_settle(w, now_ns);
	w->view.in_flight = worker_in_flight(w);
	worker_write_view(w);
}
