/* SPDX-License-Identifier: BSD-3-Clause */
/* What is seen of the streams of ports, and of what came of them. */
#include <string.h>

#include "pktgen/chain.h"
#include "pktgen/pktgen_impl.h"

void pktgen_look_stream(const struct pktgen *pg, unsigned port, unsigned stream,
			struct pktgen_stream_view *v)
{
	const struct pktgen_stream *s = pg->set[port].stream[stream];
	const struct flow *f = s->flow;
	uint64_t sent;

	FOR_EACH_WORKER(pg, 1ull << port, w) {
		const struct worker_order order = {
			.kind = ORDER_LOOK, .flow = s->part[w->queue->id]};

		worker_give(w, &order);
	}
	v->state = pktgen_stream_state(pg, port, s);
	v->limited = f->limited && v->state != FLOW_IDLE;
	if (chain_waits(f))
		v->state = FLOW_WAITS;
	v->strategy = f->frames.strategy;
	v->sent = pktgen_sent(pg, port, s);
	sent = v->sent.packets;
	v->sent.packets -= s->base.packets;
	v->sent.bytes -= s->base.bytes;
	v->sent.built -= s->base.built;
	v->sent.skipped -= s->base.skipped;
	v->is_signed = s->stream.sign;
	pktgen_trail_look(pg, port, stream, v);
	v->sent_signed = s->signed_before;
	if (pktgen_signs(&s->stream, pg->set[port].mode))
		v->sent_signed += sent - s->signed_from;
	v->unsure = s->signed_unsure;
}

void pktgen_sum_signed(const struct pktgen *pg, unsigned port,
		       struct pktgen_signed *all)
{
	struct pktgen_stream_view v;
	unsigned i = 0;

	*all = (struct pktgen_signed){.tells = true};
	pktgen_look(pg, port);
	for (; (i = pktgen_next_stream(pg, port, i)) != PKTGEN_NO_STREAM; i++) {
		pktgen_look_stream(pg, port, i, &v);
		all->sent += v.sent_signed;
		all->arrived += pktgen_came_once(&v);
		all->unsure |= v.unsure;
		all->any |= v.is_signed;
		all->lost += v.order.lost;
		all->tells &= !v.is_signed || (v.window && v.heard);
	}
}

void pktgen_look_came(const struct pktgen *pg, unsigned port,
		      struct pktgen_came *came)
{
	*came = (struct pktgen_came){0};
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		came->looked += w->nb_looked;
		came->ours += w->ours_before;
		came->old += w->arrivals.old;
		came->others += w->arrivals.foreign;
		came->bad += w->arrivals.damaged +
			     (w->checker ? w->checker->bad : 0);
		arrivals_settle(&w->arrivals);
		for (unsigned i = 0; i < pg->nb_ports; i++)
			for (unsigned k = 0; k < w->arrivals.port[i].nb; k++)
				came->ours +=
					w->arrivals.port[i].stream[k].packets;
	}
}

static void add_kinds(struct kinds *to, const struct kinds *k)
{
	to->frames += k->frames;
	for (unsigned i = 0; i < KINDS; i++)
		to->count[i] += k->count[i];
}

void pktgen_look_kinds(const struct pktgen *pg, unsigned port, struct kinds *k,
		       struct kinds *built)
{
	memset(k, 0, sizeof(*k));
	memset(built, 0, sizeof(*built));
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		add_kinds(k, &w->kinds);
		add_kinds(built, &w->kinds_built);
	}
}

bool pktgen_gaps(const struct pktgen *pg, unsigned port, struct histogram *gaps)
{
	memset(gaps, 0, sizeof(*gaps));
#ifdef CONFIG_APPUKPKTGEN_TRAILS
	FOR_EACH_WORKER(pg, 1ull << port, w)
		histogram_sum(gaps, &w->gaps);
#endif
	return TRAILS && pktgen_up(pg, port);
}

void pktgen_clear_streams(struct pktgen *pg, unsigned port)
{
	struct subject s = {port, 0};
	const struct subjects on = subjects_of(1ull << port);

	pg->set[port].rest.signed_sent = pg->set[port].rest.lacked = 0;
	pg->set[port].gone_timed = pg->set[port].gone_ns = 0;
	FOR_EACH_WORKER(pg, 1ull << port, w)
		w->kinds = w->kinds_built = (struct kinds){0};
	if (TRAILS && pg->peers)
		peers_clear(pg->peers, port);
	if (TRAILS)
		pktgen_track_clear(pg, port);
#ifdef CONFIG_APPUKPKTGEN_TRAILS
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		memset(&w->gaps, 0, sizeof(w->gaps));
		w->gap_from_ns = 0;
	}
#endif
	for (; pktgen_next_of(pg, &on, &s); s.stream++) {
		struct pktgen_stream *to = pg->set[port].stream[s.stream];

		pktgen_settle_flow(pg, port, to);
		to->base = pktgen_sent(pg, port, to);
		to->signed_before = 0;
		to->signed_from = to->base.packets;
		to->signed_unsure = false;
		for (unsigned i = 0; i < pg->port[port].nb_queues; i++)
			to->part[i]->sent.first_ns = to->part[i]->sent.last_ns =
				0;
		to->sized_from = to->flow->at.frame;
		pktgen_trail_clear(pg, port, s.stream);
	}
	if (pg->set[port].sizes)
		*pg->set[port].sizes = (struct sent_sizes){0};
}
