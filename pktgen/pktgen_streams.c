/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams of ports: which there are, and what is set of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pktgen/chain.h"
#include "pktgen/pktgen_impl.h"

void pktgen_tell(struct pktgen *pg, unsigned port, enum worker_order_kind kind,
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
	pktgen_tell(pg, port, ORDER_LOOK, s, 0);
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
	pktgen_tell(pg, port, ORDER_FLOW_REMOVE, s, now_ns);
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

	fault->stream = stream;
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
		pktgen_tell(pg, port, ORDER_FLOW_STOP, s, now_ns);
	s->use = *use;
	pg->set[port].changes++;
}
