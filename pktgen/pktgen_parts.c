/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Streams that several queues of their port send: each stream has a flow at
 * each of them, and a run says which of these take part. See flow.h.
 */
#include "pktgen/pktgen_impl.h"

/*
 * A capture is one after the other, and who follows whom is known at a queue
 * alone; what was sent by size is known of a run without gaps.
 */
static bool is_one(const struct pktgen *pg, unsigned port,
		   const struct pktgen_stream *s)
{
	const struct pktgen_port *set = &pg->set[port];

	return stream_plays(&s->stream) || set->nb_follow || set->sizes ||
	       s->use.plan.turns;
}

unsigned pktgen_queues(const struct pktgen *pg, unsigned port)
{
	return MIN(pg->set[port].how.queues, pg->port[port].nb_queues);
}

unsigned pktgen_parts(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s)
{
	return is_one(pg, port, s) ? 1 : pktgen_queues(pg, port);
}

struct flow *pktgen_part(const struct pktgen *pg, unsigned port,
			 const struct pktgen_stream *s, unsigned i)
{
	return s->part[(s->queue + i) % pg->port[port].nb_queues];
}

/* ---- What they come to ------------------------------------------------- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return !a || (b && b < a) ? b : a;
}

struct flow_counts pktgen_sent(const struct pktgen *pg, unsigned port,
			       const struct pktgen_stream *s)
{
	struct flow_counts all = {0};

	for (unsigned i = 0; i < pg->port[port].nb_queues; i++) {
		const struct flow *f = s->part[i];

		all.packets += f->sent.packets;
		all.bytes += f->sent.bytes;
		all.built += f->sent.built + flow_made(f);
		all.skipped += f->sent.skipped;
		all.first_ns = earlier(all.first_ns, f->sent.first_ns);
		all.last_ns = MAX(all.last_ns, f->sent.last_ns);
	}
	return all;
}

enum flow_state pktgen_stream_state(const struct pktgen *pg, unsigned port,
				    const struct pktgen_stream *s)
{
	enum flow_state state = FLOW_IDLE;

	for (unsigned i = 0; i < pg->port[port].nb_queues; i++)
		if (state == FLOW_IDLE || s->part[i]->state == FLOW_RUNS)
			state = s->part[i]->state;
	return state;
}

/* Whether it takes part in the stream's run, or did in its last. */
static bool takes_part(const struct flow *f, const struct flow *first)
{
	return f == first || (f->run == first->run && f->plan.parts > 1);
}

const struct flow *pktgen_farthest(const struct pktgen *pg, unsigned port,
				   const struct pktgen_stream *s)
{
	const struct flow *most = s->flow;

	for (unsigned i = 0; i < pg->port[port].nb_queues; i++)
		if (takes_part(s->part[i], s->flow) &&
		    s->part[i]->at.frame > most->at.frame)
			most = s->part[i];
	return most;
}

uint64_t pktgen_least(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s)
{
	uint64_t least = s->flow->at.frame;

	for (unsigned i = 0; i < pg->port[port].nb_queues; i++)
		if (takes_part(s->part[i], s->flow))
			least = MIN(least, s->part[i]->at.frame);
	return least;
}

/* ---- What is missing --------------------------------------------------- */

_Static_assert(FLOW_BLOCK == ORDER_BLOCK, "both speak of the same blocks");
_Static_assert(PORT_QUEUES_MAX <= ORDER_PARTS_MAX, "there is room for all");

/* Which of its flows makes frame `number`. */
static const struct flow *maker(const struct pktgen *pg, unsigned port,
				const struct pktgen_stream *s, uint64_t number)
{
	const unsigned parts = s->flow->plan.parts;

	return pktgen_part(pg, port, s,
			   (unsigned)(number / FLOW_BLOCK % parts));
}

/* Numbers below `n` that belong to a part. */
static uint64_t below(uint64_t n, unsigned part, unsigned parts)
{
	const uint64_t round = (uint64_t)parts * FLOW_BLOCK;
	const uint64_t from = (uint64_t)part * FLOW_BLOCK, rest = n % round;

	return n / round * FLOW_BLOCK +
	       MIN(rest - MIN(rest, from), (uint64_t)FLOW_BLOCK);
}

/* How many from `from` up to `end` are made, or are not. */
static uint64_t count(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s, uint64_t from,
		      uint64_t end, bool made)
{
	const unsigned parts = s->flow->plan.parts;
	uint64_t n = 0;

	for (unsigned i = 0; i < parts && from < end; i++) {
		uint64_t at = pktgen_part(pg, port, s, i)->at.frame;

		at = MIN(MAX(at, from), end);
		n += made ? below(at, i, parts) - below(from, i, parts)
			  : below(end, i, parts) - below(at, i, parts);
	}
	return n;
}

/*
 * Numbers up to `end` that are not made yet, or are, are filled: one by one
 * those that a window has, before what came and before the end; the others
 * are only counted, however far the queues are apart.
 */
static void fill(const struct pktgen *pg, unsigned port,
		 const struct pktgen_stream *s, uint64_t end, bool made)
{
	const unsigned parts = s->flow->plan.parts;
	struct order *o;
	uint64_t number, window;

	if (parts <= 1 || !s->trail || !s->trail->ordered)
		return;
	o = &s->trail->order;
	number = MAX(pktgen_least(pg, port, s), s->trail->base);
	/* And a round of all, as that many may be made behind the last. */
	window = o->mask + 1ull + parts * FLOW_BLOCK;
	for (unsigned i = 0; i < 2; i++) {
		const uint64_t to = i ? end : MIN(end, o->next);
		const uint64_t from = to - MIN(to, window);

		if (number < from) {
			order_fill_many(o, from,
					count(pg, port, s, number, from, made),
					!made);
			number = from;
		}
		for (; number < to; number++)
			if ((number < maker(pg, port, s, number)->at.frame) ==
			    made)
				order_fill(o, number);
	}
}

void pktgen_fill_trail(const struct pktgen *pg, unsigned port,
		       const struct pktgen_stream *s)
{
	const uint64_t end = pktgen_trail_end(pg, port, s);

	if (!end || s->trail->filled)
		return;
	s->trail->filled = true;
	/* None is awaited any more. */
	for (unsigned i = 0; i < s->flow->plan.parts; i++)
		order_part_from(&s->trail->order, i, end);
	fill(pg, port, s, end, false);
}

void pktgen_fill_sent(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s)
{
	fill(pg, port, s, pktgen_farthest(pg, port, s)->at.frame, true);
	for (unsigned i = 0; i < s->flow->plan.parts; i++)
		order_part_from(&s->trail->order, i,
				pktgen_part(pg, port, s, i)->at.frame);
}

/* ---- In step ----------------------------------------------------------- */

void pktgen_align(struct pktgen *pg, unsigned port,
		  const struct pktgen_stream *s)
{
	struct flow *first = NULL;

	for (unsigned i = 0; i < pg->port[port].nb_queues; i++) {
		struct flow *f = s->part[i];

		if (f->state == FLOW_RUNS && f->plan.parts > 1 &&
		    (!first || f->at.frame < first->at.frame))
			first = f;
	}
	FOR_EACH_WORKER(pg, first ? 1ull << port : 0, w) {
		struct flow *f = s->part[w->queue->id];
		struct worker_order order = {.kind = ORDER_ALIGN, .flow = f};

		order.to = first;
		if (f != first && f->state == FLOW_RUNS && f->plan.parts > 1)
			worker_give(w, &order);
	}
}

void pktgen_align_all(struct pktgen *pg, uint64_t mask)
{
	FOR_EACH_PORT_UP(pg, mask, port)
		for (unsigned i = 0; pg->port[port].nb_queues > 1 &&
				     i < pg->set[port].end_streams;
		     i++)
			if (pg->set[port].stream[i])
				pktgen_align(pg, port, pg->set[port].stream[i]);
}
