/* SPDX-License-Identifier: BSD-3-Clause */
/* What arrives of signed streams, at all ports together. */
#include <string.h>

#include "pktgen/pktgen_impl.h"

static void settle(const struct pktgen_stream *s)
{
	if (TRAILS && s->trail)
		trail_settle(s->trail);
}

struct arrived *pktgen_arrived_at(const struct worker *w, unsigned port,
				  unsigned stream)
{
	const struct arrivals_port *p = &w->arrivals.port[port];

	return stream < p->nb ? &p->stream[stream] : NULL;
}

static void set_trail(const struct pktgen *pg, unsigned port, unsigned stream,
		      struct trail *t)
{
	pg->set[port].stream[stream]->trail = t;
	FOR_EACH_WORKER(pg, ~0ull, w) {
		struct arrived *a = pktgen_arrived_at(w, port, stream);

		if (a)
			a->trail = t;
	}
}

void pktgen_trail(struct pktgen *pg, unsigned port, unsigned stream, bool is)
{
	const struct pktgen_stream *s = pg->set[port].stream[stream];
	struct trail *t = s->trail;

	if (!TRAILS || is == (t != NULL))
		return;
	if (is) {
		pktgen_settle_flow(pg, port, s);
		t = trail_new(&pg->trails, port, s->flow->run,
			      pktgen_farthest(pg, port, s)->at.frame);
		/* Of several any may be ahead. */
		if (t && pg->port[port].nb_queues == 1)
			t->made = &s->flow->at.frame;
		if (t)
			trail_set_parts(t, s->flow->plan.parts);
		set_trail(pg, port, stream, t);
		return;
	}
	trail_settle(t);
	pg->set[port].gone_timed += t->latency.frames;
	pg->set[port].gone_ns += t->latency.sum_ns;
	set_trail(pg, port, stream, NULL);
	trail_free(&pg->trails, t);
}

/*
 * One above the last number that is known to have arrived or not: of a run that
 * is over and at rest; 0: it is not.
 */
static uint64_t run_end(const struct pktgen *pg, unsigned port,
			const struct pktgen_stream *s)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (w->state != WORKER_IDLE || w->mode & MODE_NULL)
			return 0;
	if (s->flow->run % SIGNATURE_RUNS != s->trail->run)
		return 0;
	return pktgen_farthest(pg, port, s)->at.frame;
}

/* Whether frames of the port ever came back to one of ours. */
static bool is_heard(const struct pktgen *pg, unsigned port)
{
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->arrivals.port[port].heard)
			return true;
	return false;
}

/* Where that is known. */
uint64_t pktgen_trail_end(const struct pktgen *pg, unsigned port,
			  const struct pktgen_stream *s)
{
	return is_heard(pg, port) ? run_end(pg, port, s) : 0;
}

void pktgen_trail_start(struct pktgen *pg, unsigned port,
			struct pktgen_stream *s)
{
	if (!TRAILS || s->flow->state != FLOW_IDLE)
		return;
	pktgen_settle_sizes(pg, port, s);
	s->sized_from = s->made_from = 0;
	s->made_order = 0;
	if (!s->trail)
		return;
	pktgen_fill_trail(pg, port, s);
	trail_set_parts(s->trail, pktgen_parts(pg, port, s));
	trail_run(&pg->trails, s->trail, s->flow->run + 1,
		  pktgen_trail_end(pg, port, s));
}

void pktgen_trail_clear(struct pktgen *pg, unsigned port, unsigned stream)
{
	const struct pktgen_stream *s = pg->set[port].stream[stream];

	settle(s);
	FOR_EACH_WORKER(pg, ~0ull, w) {
		struct arrived *a = pktgen_arrived_at(w, port, stream);

		if (!a)
			continue;
		w->ours_before += a->packets;
		*a = (struct arrived){.trail = a->trail};
	}
	if (!TRAILS || !s->trail)
		return;
	trail_set_parts(s->trail, s->flow->plan.parts);
	trail_clear(&pg->trails, s->trail, pktgen_least(pg, port, s));
	pktgen_fill_sent(pg, port, s);
}

static void add_arrived(struct arrived *all, const struct arrived *a)
{
	all->packets += a->packets;
	all->bytes += a->bytes;
	all->last_ns = MAX(all->last_ns, a->last_ns);
	if (a->first_ns && (!all->first_ns || a->first_ns < all->first_ns))
		all->first_ns = a->first_ns;
}

void pktgen_trail_look(const struct pktgen *pg, unsigned port, unsigned stream,
		       struct pktgen_stream_view *v)
{
	const struct pktgen_stream *s = pg->set[port].stream[stream];

	settle(s);
	v->received = (struct arrived){0};
	FOR_EACH_WORKER(pg, ~0ull, w) {
		const struct arrived *a = pktgen_arrived_at(w, port, stream);

		if (a)
			add_arrived(&v->received, a);
	}
	v->heard = is_heard(pg, port);
	v->window = 0;
	memset(&v->order, 0, sizeof(v->order));
	if (!TRAILS || !s->trail)
		return;
	v->window = trail_window(s->trail);
	pktgen_fill_trail(pg, port, s);
	trail_count(s->trail, pktgen_trail_end(pg, port, s), &v->order);
}

bool pktgen_look_signed(const struct pktgen *pg, unsigned port,
			struct pktgen_stream_view *v)
{
	struct subject s = {port, 0};
	const struct subjects on = subjects_of(1ull << port);
	struct pktgen_stream_view one;

	memset(v, 0, sizeof(*v));
	for (; pktgen_next_of(pg, &on, &s); s.stream++) {
		if (!pktgen_stream(pg, port, s.stream)->sign)
			continue;
		pktgen_trail_look(pg, port, s.stream, &one);
		v->window =
			v->is_signed ? MIN(v->window, one.window) : one.window;
		v->is_signed = true;
		v->heard = one.heard;
		add_arrived(&v->received, &one.received);
		order_add(&v->order, &one.order);
	}
	return v->is_signed;
}

void pktgen_look_order(const struct pktgen *pg, unsigned port, unsigned stream,
		       struct order_counts *c)
{
	const struct pktgen_stream *s = pg->set[port].stream[stream];

	memset(c, 0, sizeof(*c));
	settle(s);
	if (!TRAILS || !s->trail)
		return;
	pktgen_fill_trail(pg, port, s);
	trail_look(s->trail, pktgen_trail_end(pg, port, s), c);
}

bool pktgen_look_density(const struct pktgen *pg, unsigned port,
			 unsigned stream, struct density_counts *c)
{
	const struct pktgen_stream *s = pg->set[port].stream[stream];

	settle(s);
	return TRAILS && s->trail && order_look_density(&s->trail->order, c);
}

static void add_bins(struct latency *l, const struct trail_bins *b)
{
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
		l->count[i] += b->count[i];
}

bool pktgen_look_stream_latency(const struct pktgen *pg, unsigned port,
				unsigned stream, struct latency *l)
{
	const struct trail *t = pg->set[port].stream[stream]->trail;

	settle(pg->set[port].stream[stream]);
	latency_begin(l, NULL);
	if (!TRAILS || !t)
		return false;
	*l = t->latency;
	return trail_has_bins(t);
}

unsigned pktgen_look_latency(const struct pktgen *pg, unsigned port,
			     struct latency *l)
{
	const struct pktgen_port *set = &pg->set[port];
	const struct trail_bins *const shared =
		TRAILS && pg->trails.shared ? pg->trails.shared[port] : NULL;
	const struct trail *only = NULL;
	unsigned nb = 0;

	latency_begin(l, l->count);
	for (unsigned i = 0; TRAILS && i < set->end_streams; i++) {
		struct trail *t = set->stream[i] ? set->stream[i]->trail : NULL;

		if (!t)
			continue;
		trail_settle(t);
		nb++;
		only = t;
		latency_sum(l, &t->latency);
		if (l->count && t->bins != shared)
			add_bins(l, t->bins);
	}
	if (nb == 1)
		*l = only->latency;
	else if (l->count && shared)
		add_bins(l, shared);
	return nb;
}

/* ---- Payloads ------------------------------------------------------------ */

static bool find_source(void *arg, unsigned port, unsigned stream,
			struct checker_source *is)
{
	const struct pktgen *pg = arg;
	const struct pktgen_port *set = &pg->set[port];
	const struct pktgen_stream *s;

	if (port >= pg->nb_ports || stream >= set->end_streams ||
	    !set->stream[stream])
		return false;
	s = set->stream[stream];
	*is = (struct checker_source){
		.prog = s->flow->program,
		.changes = set->changes,
		.run = (uint16_t)(s->flow->run % SIGNATURE_RUNS),
		.made = s->flow->at.frame + TRAIL_SLACK,
		.from = s->made_from,
		.order = s->made_order,
	};
	return s->stream.sign;
}

void pktgen_check(struct pktgen *pg, struct worker *w, bool is)
{
	struct checker *k = w->checker;

	if (is == (k != NULL))
		return;
	w->checker = NULL;
	uk_free(pg->heap, k);
	k = is ? uk_calloc(pg->heap, 1, sizeof(*k)) : NULL;
	if (k) {
		k->find = find_source;
		k->arg = pg;
		k->appliance = pg->appliance;
	}
	w->checker = k;
}
