/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/app.h"
#include "app/loss.h"

enum { PORTS };
/* What a call remembers: the histogram, and the next of its buckets. */
enum { BINS, NEXT, STREAM };

static const struct arg peers_args[] = {
	{ARG_KEYWORD, .name = "peers",
	 .help = "frames whose sender's clock is known, see 'clock'"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* Of a part of the reply. */
#define BINS_JSON 96
/* Of a screen. */
#define ROWS 20
#define BAR 40

/* A histogram, and the figures that it belongs to. */
struct bins {
	struct latency latency;
	bool known; /* it is of this port or stream alone */
	bool one;   /* it is of one stream */
	bool sums;
	uint64_t sum[]; /* of a port's streams: LATENCY_BUCKETS, or none */
};

static void show(struct reply *r, const struct bins *b)
{
	const struct latency *l = &b->latency;
	const bool any = l->frames, pairs = l->pairs;

	reply_u64(r, "frames", l->frames, NULL);
	loss_show_one(r, "min", any, l->min_ns, "ns");
	loss_show_one(r, "mean", any, latency_mean_ns(l), "ns");
	loss_show_one(r, "deviation", any, latency_deviation_ns(l), "ns");
	loss_show_quantiles(r, b->known ? l : NULL);
	loss_show_one(r, "max", any, l->max_ns, "ns");
	loss_show_one(r, "variation", pairs, latency_variation_ns(l), "ns");
	loss_show_one(r, "variation_max", pairs, l->variation_max_ns, "ns");
	loss_show_one(r, "jitter", pairs && b->one, latency_jitter_ns(l), "ns");
}

/* ---- The histogram ------------------------------------------------------- */

/* Where those begin and end that any frame is in; false: none is. */
static bool find_range(const struct bins *b, unsigned *first, unsigned *end)
{
	*end = LATENCY_BUCKETS;
	while (*end && !b->latency.count[*end - 1])
		--*end;
	for (*first = 0; *first < *end && !b->latency.count[*first];)
		++*first;
	return *end;
}

/* The next of a row of `n` buckets. */
static uint64_t sum(const struct bins *b, unsigned at, unsigned n)
{
	uint64_t frames = 0;

	for (unsigned i = at; i < MIN(at + n, LATENCY_BUCKETS); i++)
		frames += b->latency.count[i];
	return frames;
}

static void show_bar(struct reply *r, uint64_t frames, uint64_t most)
{
	char bar[BAR + 1];
	uint64_t n;

	/* No product exceeds 64 bits, and what there is shows. */
	while (most >> 32) {
		most >>= 8;
		frames = (frames >> 8) + (frames > 0);
	}
	n = frames ? MIN(BAR, 1 + frames * (BAR - 1) / most) : 0;
	memset(bar, '#', n);
	bar[n] = '\0';
	reply_text(r, "share", bar);
}

/* For people: rows as wide as makes them few enough. */
static void draw(struct reply *r, const struct bins *b)
{
	unsigned first, end, step = 1;
	uint64_t most = 0;

	if (!find_range(b, &first, &end))
		return;
	while ((end - 1) / step - first / step >= ROWS)
		step *= 2;
	first -= first % step;
	for (unsigned i = first; i < end; i += step)
		most = MAX(most, sum(b, i, step));
	reply_list(r, "histogram", REPLY_TABLE);
	for (unsigned i = first; i < end; i += step) {
		const uint64_t frames = sum(b, i, step);

		reply_map(r, NULL, REPLY_TABLE);
		reply_u64(r, "up_to",
			  log_linear_last(i + step - 1, LATENCY_BITS), "ns");
		reply_u64(r, "frames", frames, NULL);
		show_bar(r, frames, most);
		reply_end(r);
	}
	reply_end(r);
}

/* Some of the buckets; false when there is none any more. */
static bool list(struct call *c, const struct bins *b)
{
	unsigned at = (unsigned)c->state[NEXT], n = 0;

	reply_list(c->reply, "histogram", REPLY_TABLE);
	for (; at < LATENCY_BUCKETS && n < BINS_JSON; at++) {
		if (!b->latency.count[at])
			continue;
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_u64(c->reply, "up_to", log_linear_last(at, LATENCY_BITS),
			  "ns");
		reply_u64(c->reply, "frames", b->latency.count[at], NULL);
		reply_end(c->reply);
		n++;
	}
	reply_end(c->reply);
	while (at < LATENCY_BUCKETS && !b->latency.count[at])
		at++;
	c->state[NEXT] = at;
	return at < LATENCY_BUCKETS;
}

/* ---- The call ------------------------------------------------------------ */

static void look(const struct pktgen *pg, struct subject s, bool is_stream,
		 struct bins *b)
{
	unsigned nb;

	if (is_stream) {
		b->known = pktgen_look_stream_latency(pg, s.port, s.stream,
						      &b->latency);
		b->one = true;
		return;
	}
	if (b->sums)
		memset(b->sum, 0, sizeof(b->sum[0]) * LATENCY_BUCKETS);
	b->latency.count = b->sums ? b->sum : NULL;
	nb = pktgen_look_latency(pg, s.port, &b->latency);
	b->known = nb;
	b->one = nb == 1;
}

static bool is_signed(const struct pktgen *pg, struct subject s)
{
	return pktgen_stream(pg, s.port, s.stream)->sign;
}

/* The first that is signed: of a port that is not dotted, any of it. */
static bool next(const struct call *c, struct subject *s)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (; pktgen_next_of(pg, &c->v[PORTS].subjects, s); s->stream++)
		if (is_signed(pg, *s))
			return true;
	return false;
}

static void step(const struct call *c, struct subject *s)
{
	if (c->v[PORTS].subjects.dotted)
		s->stream++;
	else
		*s = (struct subject){s->port + 1, 0};
}

/* As many as a reply has room for; returns how many. */
static unsigned show_all(struct call *c, struct bins *b)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const bool dotted = c->v[PORTS].subjects.dotted;
	const uint64_t floor_ns = call_app(c)->floor_ns;
	struct subject s = {(unsigned)(c->state[STREAM] >> 32),
			    (unsigned)c->state[STREAM]};
	unsigned n = 0;

	reply_list(c->reply, dotted ? "streams" : "ports", REPLY_TABLE);
	for (; n < 8 && next(c, &s); n++) {
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "port", s.port);
		if (dotted)
			reply_id(c->reply, "stream", s.stream);
		look(pg, s, dotted, b);
		show(c->reply, b);
		loss_show_one(c->reply, "floor", floor_ns, floor_ns, "ns");
		reply_end(c->reply);
		step(c, &s);
	}
	reply_end(c->reply);
	c->state[STREAM] = (uint64_t)s.port << 32 | s.stream;
	return n;
}

static enum call_result end(struct call *c)
{
	uk_free(call_app(c)->pktgen.heap, (void *)(uintptr_t)c->state[BINS]);
	c->state[BINS] = 0;
	return CALL_DONE;
}

/* Whether a port is asked for that has several which are signed. */
static bool has_sums(const struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct subject s = {0, 0};
	unsigned last = SUBJECT_PORTS_MAX;

	for (; !on->dotted && next(c, &s); s.stream++) {
		if (s.port == last)
			return true;
		last = s.port;
	}
	return false;
}

static enum call_result begin(struct call *c)
{
	const enum call_result up = app_check_up(c, c->v[PORTS].subjects.ports);
	struct subject s = {0, 0};
	struct bins *b;

	if (up != CALL_DONE)
		return up;
	if (!next(c, &s))
		return call_fail(c, E_STATE, PORTS,
				 "no stream is signed, so nothing is timed; "
				 "type 'signature on'");
	b = uk_malloc(call_app(c)->pktgen.heap,
		      sizeof(*b) + has_sums(c) * LATENCY_BUCKETS *
					   sizeof(b->sum[0]));
	if (!b)
		return app_no_memory(c, PORTS);
	b->sums = has_sums(c);
	c->state[BINS] = (uintptr_t)b;
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	struct bins *b;
	struct subject s;
	unsigned n;

	if (c->cancelled)
		return end(c);
	if (!c->calls && begin(c) != CALL_DONE)
		return CALL_FAIL;
	b = (void *)(uintptr_t)c->state[BINS];
	c->wake_ns = c->now_ns;
	if (c->calls && c->state[NEXT])
		return list(c, b) ? CALL_AGAIN : end(c);
	n = show_all(c, b);
	s = (struct subject){(unsigned)(c->state[STREAM] >> 32),
			     (unsigned)c->state[STREAM]};
	if (next(c, &s))
		return CALL_AGAIN;
	if (c->calls || n != 1 || !b->known)
		return end(c);
	/* The histogram of one alone. */
	if (c->json)
		return list(c, b) ? CALL_AGAIN : end(c);
	draw(c->reply, b);
	return end(c);
}

/* ---- Of other appliances ------------------------------------------------- */

static enum call_result run_peers(struct call *c)
{
	const struct peers *ps = call_app(c)->pktgen.peers;

	if (!ps)
		return call_fail(c, E_STATE, -1,
				 "no clock of another appliance is known; "
				 "type 'clock PORTS on' there and here");
	reply_list(c->reply, "peers", REPLY_TABLE);
	for (unsigned i = 0; i < ps->nb; i++) {
		const struct peer *p = ps->peer[i];
		const struct bins b = {.latency = p->latency, .known = true};

		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "port", p->port);
		reply_id(c->reply, "appliance", p->sender / SIGNATURE_PORTS);
		reply_id(c->reply, "peer_port", p->sender % SIGNATURE_PORTS);
		show(c->reply, &b);
		loss_show_one(c->reply, "bound", p->latency.frames, p->bound_ns,
			      "ns");
		reply_u64(c->reply, "untimed", p->untimed, NULL);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

const struct cmd cmd_latency = {
	.name = "latency",
	.group = GROUP_WATCHING,
	.summary = "Show how long signed frames were on their way",
	.forms =
		(const struct cmd_form[]){
			{app_show_streams_args, run,
			 "show times of frames of our own"},
			{peers_args, run_peers,
			 "show times of frames of other appliances"},
			{0},
		},
	.notes = "Times of frames that PORTS send with 'signature on' and a "
		 "port of this appliance receives, since 'stats clear'; for a "
		 "single port or stream also the histogram. From the hand-over "
		 "of a "
		 "burst to the device until a burst is taken. Quantiles are "
		 "rounded up by 1/128 at most, and shown where ten frames lie "
		 "beyond; all else is exact. Variation is that of RFC 3393, "
		 "jitter that of RFC 3550. Times are too long by up to the "
		 "'floor', which 'calibrate' measures. Frames of other "
		 "appliances have times while 'clock' knows theirs, each wrong "
		 "by 'bound' at most. See docs/measurement.md.",
	.examples = (const char *const[]){"latency", "latency 0", "latency 0.3",
					  "latency 0 --json", "latency peers",
					  NULL},
	.see = (const char *const[]){"stats", "order", "clock", "signature",
				     NULL},
};
