/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams of ports: which there are, what is set of them, what is done. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pktgen/chain.h"
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

/* An order that is nothing but its kind, to all of them. */
static void tell(struct pktgen *pg, unsigned port, enum worker_order_kind kind,
		 const struct pktgen_stream *s, uint64_t now_ns)
{
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		const struct worker_order order = {
			.kind = kind,
			.now_ns = now_ns,
			.flow = s->part[w->queue->id],
		};

		worker_give(w, &order);
	}
}

void pktgen_settle_flow(struct pktgen *pg, unsigned port,
			const struct pktgen_stream *s)
{
	tell(pg, port, ORDER_LOOK, s, 0);
}

/* ---- Which there are ---------------------------------------------------- */

/* Room for stream `number`. */
static int reserve(struct pktgen *pg, struct pktgen_port *set, unsigned number)
{
	unsigned max = set->max_streams ? set->max_streams : 1;
	struct pktgen_stream **more;

	if (number < set->max_streams)
		return 0;
	while (max <= number)
		max *= 2;
	more = uk_calloc(pg->heap, max, sizeof(more[0]));
	if (!more)
		return -ENOMEM;
	if (set->stream)
		memcpy(more, set->stream, set->end_streams * sizeof(more[0]));
	uk_free(pg->heap, set->stream);
	set->stream = more;
	set->max_streams = max;
	return 0;
}

int pktgen_reserve_arrivals(struct pktgen *pg, unsigned port)
{
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (arrivals_reserve(&w->arrivals, port,
				     pg->set[port].max_streams, pg->heap) < 0)
			return -ENOMEM;
	return 0;
}

static void free_stream(struct pktgen *pg, struct pktgen_stream *s)
{
	if (s->trail)
		trail_free(&pg->trails, s->trail);
	for (unsigned i = 0; i < PORT_QUEUES_MAX; i++) {
		if (!s->part[i])
			continue;
		flow_close(s->part[i]);
		uk_free(pg->heap, s->part[i]);
	}
	uk_free(pg->heap, s);
}

/* All are alike, so that each knows of frames that are others' when. */
static int make_flow(struct pktgen *pg, struct pktgen_stream *s,
		     struct worker *w, unsigned number)
{
	struct flow *const f = uk_memalign(pg->heap, PORT_LINE, sizeof(*f));

	if (!f)
		return -ENOMEM;
	s->part[w->queue->id] = f;
	flow_open(f, &w->room,
		  w->queue->port->id + (uint64_t)number * PKTGEN_MAX_PORTS);
	f->number = number;
	return flow_compile(f, &s->stream, NULL);
}

/* With its program compiled; NULL for lack of memory. */
static struct pktgen_stream *make_stream(struct pktgen *pg, unsigned port,
					 unsigned number, unsigned queue)
{
	struct pktgen_stream *s = uk_calloc(pg->heap, 1, sizeof(*s));
	int rc = 0;

	if (!s)
		return NULL;
	s->queue = queue;
	s->use.weight = 1;
	stream_init(&s->stream, pg->port[port].mac);
	s->stream.port_size =
		(uint16_t)MIN(port_max_size(&pg->port[port]), UINT16_MAX);
	s->stream.sender = (uint16_t)(pg->appliance * SIGNATURE_PORTS + port);
	/* The link's speed is the port's. */
	if (pg->set[port].nb_streams)
		s->stream.linkspeed_bps =
			pktgen_stream(pg, port, 0)->linkspeed_bps;
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (rc >= 0)
			rc = make_flow(pg, s, w, number);
	s->flow = s->part[queue];
	if (rc >= 0)
		return s;
	free_stream(pg, s);
	return NULL;
}

/* Of those of a capture that are due at its own times there is none. */
static int find_gap(const struct stream *s, const struct program *prog,
		    struct gap *gap, bool *unpaced)
{
	const struct played *p;
	int rc = 0;

	if (!PLAYS(prog))
		return stream_gap(s, gap, unpaced);
	p = play_of(prog);
	if (!s->play.speed)
		rc = stream_gap_of(s, p->frames,
				   p->bytes + p->frames * ETH_FCS_LEN, gap,
				   unpaced);
	if (s->play.speed || (p->feed && !rc)) {
		*unpaced = false;
		*gap = (struct gap){0, 0};
	}
	return rc;
}

/* The next program, and when its frames are due, go to the workers. */
static void give_program(struct pktgen *pg, unsigned port,
			 const struct pktgen_stream *s,
			 enum worker_order_kind kind, uint64_t now_ns)
{
	struct worker_order order = {.kind = kind, .now_ns = now_ns};
	struct pace_curve curve;

	order.pacing.pace = s->stream.pace;
	find_gap(&s->stream, s->flow->next, &order.pacing.gap,
		 &order.pacing.unpaced);
	if (stream_plays(&s->stream))
		curve.nb = 0;
	else
		stream_curve(&s->stream, &curve, &order.pacing.gap);
	if (curve.nb) {
		order.pacing.curve = &curve;
		order.pacing.unpaced = false;
	}
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		order.flow = s->part[w->queue->id];
		worker_give(w, &order);
	}
	pktgen_align(pg, port, s);
}

static int reserve_flows(struct pktgen *pg, unsigned port)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (worker_reserve(w, w->nb_flows + 1) < 0)
			return -ENOMEM;
	return 0;
}

int pktgen_add_stream(struct pktgen *pg, unsigned port, unsigned number,
		      unsigned queue, uint64_t now_ns)
{
	struct pktgen_port *set = &pg->set[port];
	struct pktgen_stream *s;

	if (number >= PKTGEN_MAX_STREAMS)
		return -ENOSPC;
	if (number < set->end_streams && set->stream[number])
		return -EEXIST;
	if (reserve(pg, set, number) < 0 ||
	    pktgen_reserve_arrivals(pg, port) < 0 ||
	    reserve_flows(pg, port) < 0)
		return -ENOMEM;
	s = make_stream(pg, port, number, queue);
	if (!s)
		return -ENOMEM;
	set->stream[number] = s;
	set->end_streams = MAX(set->end_streams, number + 1);
	set->nb_streams++;
	give_program(pg, port, s, ORDER_FLOW, now_ns);
	set->changes++;
	return 0;
}

/* Receivers look for signatures while there are streams that are signed. */
static void count_signed(struct pktgen *pg, bool was, bool is, uint64_t now_ns)
{
	const bool looked = pg->nb_signed;
	struct worker_order order = {.kind = ORDER_SIGNS, .now_ns = now_ns};

	pg->nb_signed += (unsigned)is - (unsigned)was;
	order.signs = pg->nb_signed;
	if (order.signs != looked)
		FOR_EACH_WORKER(pg, ~0ull, w)
			worker_give(w, &order);
}

void pktgen_remove_stream(struct pktgen *pg, unsigned port, unsigned number,
			  uint64_t now_ns)
{
	struct pktgen_port *set = &pg->set[port];
	struct pktgen_stream *s = set->stream[number];

	set->nb_follow -= s->use.plan.follows;
	for (unsigned i = 0; set->nb_follow && i < set->end_streams; i++) {
		struct stream_plan *plan =
			set->stream[i] ? &set->stream[i]->use.plan : NULL;

		if (!plan || !plan->follows || plan->after != number ||
		    i == number)
			continue;
		set->nb_follow--;
		plan->follows = false;
		plan->after = 0;
		plan->delay_ns = 0;
	}
	if (TRAILS)
		pktgen_settle_sizes(pg, port, s);
	tell(pg, port, ORDER_FLOW_REMOVE, s, now_ns);
	count_signed(pg, s->stream.sign, false, now_ns);
	pktgen_trail(pg, port, number, false);
	pktgen_trail_clear(pg, port, number);
	FOR_EACH_WORKER(pg, TRAILS ? ~0ull : 0, w)
		if (w->track)
			track_forget_streams(w->track);
	free_stream(pg, s);
	set->stream[number] = NULL;
	set->nb_streams--;
	while (!set->stream[set->end_streams - 1])
		set->end_streams--;
	set->changes++;
}

void pktgen_close_streams(struct pktgen *pg, unsigned port)
{
	struct pktgen_port *set = &pg->set[port];

	while (set->end_streams)
		if (set->stream[--set->end_streams])
			free_stream(pg, set->stream[set->end_streams]);
	uk_free(pg->heap, set->sizes);
	uk_free(pg->heap, set->sum);
	uk_free(pg->heap, set->stream);
	*set = (struct pktgen_port){0};
}

unsigned pktgen_find_stream(const struct pktgen *pg, unsigned port,
			    const char *name)
{
	unsigned i = 0;

	for (; (i = pktgen_next_stream(pg, port, i)) != PKTGEN_NO_STREAM; i++)
		if (!strcmp(pktgen_stream_use(pg, port, i)->name, name))
			break;
	return i;
}

/* ---- What is set -------------------------------------------------------- */

static int try_played(struct pktgen *pg, unsigned port, struct flow *f,
		      const struct stream *s, struct pktgen_fault *fault)
{
	struct played *p;
	struct gap gap;
	bool unpaced;
	int rc;

	if (s->sign) {
		snprintf(fault->why, sizeof(fault->why),
			 "frames of a capture cannot be signed; type "
			 "'signature %u off' or 'play %u off'",
			 port, port);
		return -EBADMSG;
	}
	/* Neither has a say beside times that are the capture's. */
	if (s->shape.kind || (s->play.speed && s->pace.shape != PACE_EVEN)) {
		snprintf(fault->why, sizeof(fault->why),
			 "a capture %s; type '%s'",
			 s->shape.kind ? "has no 'shape'"
				       : "at its own times has no 'gap'",
			 s->shape.kind ? "shape off" : "gap even");
		return -EBADMSG;
	}
	rc = played_get(
		&pg->files, &s->play,
		MIN(port_max_size(&pg->port[port]), (unsigned)STREAM_SIZE_MAX) -
			ETH_FCS_LEN,
		&p, fault->why);
	if (rc >= 0)
		rc = flow_compile(f, s, p);
	if (rc >= 0)
		rc = find_gap(s, f->next, &gap, &unpaced);
	if (rc < 0)
		flow_drop(f);
	return rc;
}

static int try_flow(struct pktgen *pg, unsigned port, struct flow *f,
		    const struct stream *s, struct pktgen_fault *fault)
{
	struct pace_curve curve;
	struct gap gap;
	bool unpaced;
	int rc;

	fault->port = port;
	fault->min = stream_size_min(s);
	fault->max = MIN(port_max_size(&pg->port[port]) +
				 (stream_tagged(s) ? PORT_VLAN_TAG_LEN : 0),
			 (unsigned)STREAM_SIZE_MAX);
	fault->headers = s->headers;
	fault->sign = s->sign;
	fault->z = stream_size_z(s);
	if (stream_plays(s))
		return try_played(pg, port, f, s, fault);
	fault->size = stream_bad_size(s, fault->min, fault->max);
	if (fault->size)
		return -EMSGSIZE;
	rc = stream_gap(s, &gap, &unpaced);
	if (!rc)
		rc = stream_curve(s, &curve, &gap);
	if (!rc && curve.nb && s->pace.shape != PACE_EVEN)
		rc = -ENOTSUP;
	return rc < 0 ? rc : flow_compile(f, s, NULL);
}

int pktgen_try_stream(struct pktgen *pg, unsigned port, unsigned stream,
		      const struct stream *s, struct pktgen_fault *fault)
{
	const struct pktgen_stream *of = pg->set[port].stream[stream];
	int rc = 0;

	for (unsigned i = 0; rc >= 0 && i < pg->port[port].nb_queues; i++)
		rc = try_flow(pg, port, of->part[i], s, fault);
	if (rc < 0)
		pktgen_drop_stream(pg, port, stream);
	return rc;
}

/* Whether its frames can be told where they arrive. */
static void set_signs(struct pktgen *pg, unsigned port, struct pktgen_stream *s,
		      bool was, bool is)
{
	const struct worker_view *v;
	uint64_t sent;

	pktgen_settle_flow(pg, port, s);
	v = pktgen_look(pg, port);
	if (was == is)
		return;
	sent = pktgen_sent(pg, port, s).packets;
	if (was)
		s->signed_before += sent - s->signed_from;
	s->signed_from = sent;
	s->signed_unsure |=
		pktgen_stream_state(pg, port, s) != FLOW_IDLE || v->nb_held;
}

void pktgen_sign_mode(struct pktgen *pg, unsigned port, unsigned mode)
{
	const unsigned was = pg->set[port].mode;
	unsigned i = 0;

	if (!((was ^ mode) & MODE_NULL))
		return;
	for (; (i = pktgen_next_stream(pg, port, i)) != PKTGEN_NO_STREAM; i++) {
		struct pktgen_stream *s = pg->set[port].stream[i];

		if (TRAILS)
			pktgen_settle_sizes(pg, port, s);
		set_signs(pg, port, s, pktgen_signs(&s->stream, was),
			  pktgen_signs(&s->stream, mode));
	}
}

void pktgen_take_stream(struct pktgen *pg, unsigned port, unsigned stream,
			const struct stream *s, uint64_t now_ns)
{
	struct pktgen_stream *to = pg->set[port].stream[stream];
	const struct flow *farthest;

	if (TRAILS)
		pktgen_settle_sizes(pg, port, to);
	count_signed(pg, to->stream.sign, s->sign, now_ns);
	set_signs(pg, port, to, pktgen_signs(&to->stream, pg->set[port].mode),
		  pktgen_signs(s, pg->set[port].mode));
	pktgen_trail(pg, port, stream, s->sign);
	to->stream = *s;
	give_program(pg, port, to, ORDER_PROGRAM, now_ns);
	farthest = pktgen_farthest(pg, port, to);
	to->made_from = farthest->at.frame;
	to->made_order = farthest->at.order;
	pg->set[port].changes++;
}

void pktgen_drop_stream(struct pktgen *pg, unsigned port, unsigned stream)
{
	for (unsigned i = 0; i < pg->port[port].nb_queues; i++)
		flow_drop(pg->set[port].stream[stream]->part[i]);
}

void pktgen_set_use(struct pktgen *pg, unsigned port, unsigned stream,
		    const struct stream_use *use, uint64_t now_ns)
{
	struct pktgen_stream *s = pg->set[port].stream[stream];
	struct worker_order order = {.kind = ORDER_WEIGHT, .now_ns = now_ns};

	order.weight = use->weight;
	FOR_EACH_WORKER(pg, use->weight != s->use.weight ? 1ull << port : 0,
			w) {
		order.flow = s->part[w->queue->id];
		worker_give(w, &order);
	}
	pg->set[port].nb_follow += use->plan.follows;
	pg->set[port].nb_follow -= s->use.plan.follows;
	if (use->disabled && !s->use.disabled)
		tell(pg, port, ORDER_FLOW_STOP, s, now_ns);
	s->use = *use;
	pg->set[port].changes++;
}

/* ---- What is done ------------------------------------------------------- */

bool pktgen_next_of(const struct pktgen *pg, const struct subjects *on,
		    struct subject *s)
{
	while (subjects_next(on, s) && s->port < pg->nb_ports) {
		const unsigned is =
			pktgen_up(pg, s->port)
				? pktgen_next_stream(pg, s->port, s->stream)
				: PKTGEN_NO_STREAM;

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

		tell(pg, s.port, kind, to, now_ns);
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
		tell(pg, s.port, ORDER_JOIN, to, now_ns);
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
