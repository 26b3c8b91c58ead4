/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams of ports that start, stop, pause and go on. */
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_impl.h"

/* Gives `order` to who has one of the first `n` of its flows. */
static void give_parts(struct pktgen *pg, unsigned port,
		       const struct pktgen_stream *s,
		       struct worker_order *order, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const unsigned queue =
			(s->queue + i) % pg->port[port].nb_queues;

		order->flow = s->part[queue];
		order->plan.part = i;
		worker_give(pktgen_worker(pg, port, queue), order);
	}
}

bool pktgen_next_or(const struct pktgen *pg, const struct subjects *on,
		    unsigned down, struct subject *s)
{
	while (subjects_next(on, s) && s->port < pg->nb_ports) {
		const unsigned is =
			pktgen_up(pg, s->port)
				? pktgen_next_stream(pg, s->port, s->stream)
			: s->stream ? PKTGEN_NO_STREAM
				    : down;

		if (is == s->stream)
			return true;
		if (is == PKTGEN_NO_STREAM)
			*s = (struct subject){s->port + 1, 0};
		else
			s->stream = is;
	}
	return false;
}

static void tell_all(struct pktgen *pg, const struct subjects *on,
		     enum worker_order_kind kind, uint64_t now_ns)
{
	for (struct subject s = {0, 0}; pktgen_next_of(pg, on, &s);
	     s.stream++) {
		struct pktgen_stream *to = pg->set[s.port].stream[s.stream];

		pktgen_tell(pg, s.port, kind, to, now_ns);
	}
}

/*
 * The `n`th of a sequence in which any stretch is spread evenly: the bits of
 * its number turned round (van der Corput).
 */
static uint32_t phase(uint32_t n)
{
	n = (n >> 1 & 0x55555555) | (n & 0x55555555) << 1;
	n = (n >> 2 & 0x33333333) | (n & 0x33333333) << 2;
	n = (n >> 4 & 0x0f0f0f0f) | (n & 0x0f0f0f0f) << 4;
	return __builtin_bswap32(n);
}

unsigned pktgen_circle(const struct pktgen *pg, unsigned port, unsigned stream,
		       unsigned after)
{
	const struct stream_plan *plan;
	unsigned last = after;

	for (; after != stream; after = plan->after) {
		plan = &pktgen_stream_use(pg, port, after)->plan;
		if (!plan->follows)
			return PKTGEN_NO_STREAM;
		last = after;
	}
	return last;
}

bool pktgen_is_meant(const struct pktgen *pg, const struct subjects *on,
		     struct subject s)
{
	const struct stream_use *use = pktgen_stream_use(pg, s.port, s.stream);

	if (on->dotted || !(on->whole >> s.port & 1))
		return true;
	while (!use->disabled && use->plan.follows)
		use = pktgen_stream_use(pg, s.port, use->plan.after);
	return !use->disabled;
}

/* The next stream that is meant and its port's mode lets it, from *s on. */
static struct pktgen_stream *next_meant(struct pktgen *pg,
					const struct subjects *on, bool limited,
					struct subject *s)
{
	for (; pktgen_next_of(pg, on, s); s->stream++)
		if (!(limited && !(pg->set[s->port].mode & MODE_TX)) &&
		    pktgen_is_meant(pg, on, *s))
			return pg->set[s->port].stream[s->stream];
	return NULL;
}

/* What is 0 in a stream's plan is no limit. */
static uint64_t limit_of(uint64_t n)
{
	return n ? n : FLOW_NO_LIMIT;
}

/* How many streams of a port were started so far, by when they begin. */
struct spread {
	uint32_t at_once;
	uint32_t alike; /* as the one before, and not at once */
};

/*
 * What the stream's plan comes to. The order is that of the one before, with
 * whom it is spread if both begin together.
 */
static void plan(struct pktgen *pg, struct subject s,
		 const struct flow_limit *limit, struct spread *spread,
		 struct worker_order *order)
{
	struct pktgen_stream **all = pg->set[s.port].stream;
	const struct stream_plan *is = &all[s.stream]->use.plan;
	struct flow *after = is->follows ? all[is->after]->flow : NULL;
	struct flow_plan *to = &order->plan;

	if (to->delay_ns != is->delay_ns || order->after != after)
		spread->alike = 0;
	if (after || is->delay_ns)
		to->phase = phase(spread->alike++);
	else
		to->phase = phase(spread->at_once++);
	order->after = after;
	to->delay_ns = is->delay_ns;
	to->limit = *limit;
	to->turns = 0;
	if (limit->frames != FLOW_NO_LIMIT || limit->time_ns != FLOW_NO_LIMIT)
		return;
	to->limit.frames = limit_of(is->frames);
	to->limit.time_ns = limit_of(is->time_ns);
	to->turns = is->turns;
}

static const struct flow_limit no_limit = {FLOW_NO_LIMIT, FLOW_NO_LIMIT};

/* Ports that only relay are started, too, where there is no limit. */
static void start(struct pktgen *pg, const struct subjects *on, bool limited,
		  const struct flow_limit *limit, struct worker_order order)
{
	const uint64_t now_ns = order.now_ns;
	struct spread spread = {0};
	struct pktgen_stream *to;
	unsigned port = 0;

	rest_begin(pg);
	/* One that reflects needs no stream for it. */
	FOR_EACH_WORKER(pg, limited ? 0 : on->ports, w)
		worker_give(w, &order);
	for (struct subject s = {0, 0}; (to = next_meant(pg, on, limited, &s));
	     s.stream++)
		pktgen_tell(pg, s.port, ORDER_JOIN, to, now_ns);
	for (struct subject s = {0, 0}; (to = next_meant(pg, on, limited, &s));
	     s.stream++) {
		if (s.port != port)
			spread = (struct spread){0};
		port = s.port;
		plan(pg, s, limit, &spread, &order);
		pktgen_trail_start(pg, port, to);
		if (pktgen_stream_state(pg, port, to) == FLOW_IDLE)
			order.plan.parts = pktgen_parts(pg, port, to);
		else
			order.plan.parts = to->flow->plan.parts;
		give_parts(pg, port, to, &order, order.plan.parts);
	}
	pktgen_hold_back(pg, on->ports, now_ns);
}

void pktgen_start_streams(struct pktgen *pg, const struct subjects *on,
			  uint64_t now_ns)
{
	start(pg, on, false, &no_limit,
	      (struct worker_order){.kind = ORDER_START, .now_ns = now_ns});
}

void pktgen_start_streams_limited(struct pktgen *pg, const struct subjects *on,
				  const struct flow_limit *limit,
				  uint64_t now_ns)
{
	start(pg, on, true, limit,
	      (struct worker_order){.kind = ORDER_START, .now_ns = now_ns});
}

void pktgen_start_together(struct pktgen *pg, const struct subjects *on,
			   const struct flow_limit *limit, uint64_t at_ns)
{
	struct worker_order order = {.kind = ORDER_START, .now_ns = at_ns};

	order.together = true;
	start(pg, on, true, limit ? limit : &no_limit, order);
	pg->starts_ns = at_ns;
}

void pktgen_stop_streams(struct pktgen *pg, const struct subjects *on,
			 uint64_t now_ns)
{
	tell_all(pg, on, ORDER_FLOW_STOP, now_ns);
}

void pktgen_pause_streams(struct pktgen *pg, const struct subjects *on,
			  uint64_t now_ns)
{
	tell_all(pg, on, ORDER_FLOW_PAUSE, now_ns);
}

void pktgen_resume_streams(struct pktgen *pg, const struct subjects *on,
			   uint64_t now_ns)
{
	tell_all(pg, on, ORDER_FLOW_RESUME, now_ns);
	pktgen_align_all(pg, on->ports);
}

void pktgen_start(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	const struct subjects on = subjects_of(mask);

	pktgen_start_streams(pg, &on, now_ns);
}

void pktgen_start_limited(struct pktgen *pg, uint64_t mask,
			  const struct flow_limit *limit, uint64_t now_ns)
{
	const struct subjects on = subjects_of(mask);

	pktgen_start_streams_limited(pg, &on, limit, now_ns);
}
