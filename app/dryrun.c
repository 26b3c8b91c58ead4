/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/dryrun.h"

#include <errno.h>
#include <stdio.h>

#include "app/timing.h"
#include "pktgen/play.h"
#include "stats/wide.h"

enum { NEXT, STREAMS_DONE };

#define NOTE_MAX 96

/* What a stream would send; 0 where that is not known, or has no end. */
struct outlook {
	uint64_t frames, time_ns; /* of all its runs */
	uint64_t size_milli;      /* mean, bytes with FCS */
	uint64_t pps_milli, peak_milli;
	uint64_t l2_milli, l1_milli; /* Mbit/s */
};

static uint64_t div_up(wide n, wide d)
{
	return (uint64_t)wide_div(n + d - 1, d);
}

static wide whole(const struct gap *gap)
{
	return (wide)gap->ns << 32 | gap->frac;
}

/* A round of what it sends: frames, and their bytes with FCS. */
static uint64_t round_of(const struct pktgen_stream *s, uint64_t *frames)
{
	const struct played *p;

	if (!PLAYS(s->flow->program))
		return sizes_round(&s->stream.sizes, stream_size_z(&s->stream),
				   frames);
	p = play_of(s->flow->program);
	*frames = p->frames;
	return p->bytes + p->frames * ETH_FCS_LEN;
}

static uint64_t mean_size(const struct pktgen_stream *s)
{
	uint64_t frames;
	const uint64_t bytes = round_of(s, &frames);

	return frames ? bytes * 1000 / frames : 0;
}

/* In thousandths, of a gap in 2^-32 ns. */
static uint64_t rate_of(wide gap)
{
	const wide second = (wide)1000000000000 << 32;

	return gap ? (uint64_t)wide_div(second + gap / 2, gap) : 0;
}

/* Mbit/s in thousandths. */
static uint64_t mbps(uint64_t pps_milli, uint64_t size_milli)
{
	const wide bits = (wide)pps_milli * size_milli * 8;

	return (uint64_t)wide_div(bits + 500000000, 1000000000);
}

/* The mean gap, in 2^-32 ns; of one without pacing what the link takes. */
static wide gap_of(const struct pktgen_stream *of, uint64_t size_milli)
{
	const struct stream *const s = &of->stream;
	uint64_t frames, bytes = round_of(of, &frames);
	struct pace_curve curve;
	bool unpaced = false;
	struct gap gap = {0, 0};

	if (PLAYS(of->flow->program) && s->play.speed) {
		const struct played *p = play_of(of->flow->program);

		return wide_div(((wide)(p->last_ns + p->turn_ns) << 32) *
					STREAM_SPEED,
				(wide)frames * s->play.speed);
	}
	if (stream_gap_of(s, frames, bytes, &gap, &unpaced) < 0 ||
	    stream_curve(s, &curve, &gap) < 0)
		return 0;
	if (!curve.nb && s->pace.every_ns && unpaced)
		return wide_div((wide)s->pace.every_ns << 32, s->pace.group);
	if (curve.nb || !unpaced)
		return whole(&gap);
	return wide_div(((wide)(size_milli + ETH_L1_OVERHEAD * 1000) * 8000000)
				<< 32,
			s->linkspeed_bps);
}

static uint64_t peak_of(const struct stream *s)
{
	const struct rate *rates[2] = {&s->shape.from, &s->shape.to};
	uint64_t peak = 0;

	for (unsigned i = 0; i < 2; i++) {
		struct stream one = *s;
		struct gap gap;
		bool unpaced;

		one.rate = *rates[i];
		if (!stream_gap(&one, &gap, &unpaced))
			peak = MAX(peak, rate_of(whole(&gap)));
	}
	return peak;
}

/* Frames that are due within a time. */
static uint64_t frames_in(const struct stream *s, wide gap, uint64_t ns)
{
	struct pace_curve curve;
	struct pacer_shape shape;
	struct pacer p = {.shape = &shape};
	struct gap mean;

	if (!gap ||
	    (s->rate.unit == RATE_MAX && !s->shape.kind && !s->pace.every_ns))
		return 0;
	stream_curve(s, &curve, &mean);
	if (!curve.nb)
		return div_up((wide)ns << 32, gap);
	pacer_shape_start(&p, &curve, 0, 0);
	return pacer_shape_seek(&p, ns);
}

/* How often it runs, by its turns and those of whom it follows; 0: no end. */
static uint64_t runs_of(const struct pktgen *pg, struct subject s)
{
	uint64_t runs = 1;

	for (;;
	     s.stream = pktgen_stream_use(pg, s.port, s.stream)->plan.after) {
		const struct stream_plan *p =
			&pktgen_stream_use(pg, s.port, s.stream)->plan;

		if (p->turns == FLOW_FOR_EVER ||
		    __builtin_mul_overflow(runs, p->turns + 1ull, &runs))
			return 0;
		if (!p->follows)
			return runs;
	}
}

static void look_at(const struct pktgen *pg, struct subject s,
		    const struct flow_limit *limit, struct outlook *o)
{
	const struct pktgen_stream *of = pg->set[s.port].stream[s.stream];
	const struct stream *is = &of->stream;
	const struct stream_plan *p =
		&pktgen_stream_use(pg, s.port, s.stream)->plan;
	const bool own = limit->frames == FLOW_NO_LIMIT &&
			 limit->time_ns == FLOW_NO_LIMIT;
	const uint64_t runs = own ? runs_of(pg, s) : 1;
	uint64_t frames = own ? p->frames : limit->frames;
	uint64_t ns = own ? p->time_ns : limit->time_ns;
	wide gap;

	*o = (struct outlook){.size_milli = mean_size(of)};
	gap = gap_of(of, o->size_milli);
	o->pps_milli = rate_of(gap);
	o->peak_milli = is->shape.kind ? peak_of(is) : o->pps_milli;
	o->l2_milli = mbps(o->pps_milli, o->size_milli);
	o->l1_milli =
		mbps(o->pps_milli, o->size_milli + ETH_L1_OVERHEAD * 1000);
	if (PLAYS(of->flow->program))
		frames = MIN(frames ? frames : FLOW_NO_LIMIT,
			     play_frames(of->flow->program));
	if (frames == FLOW_NO_LIMIT)
		frames = 0;
	if (frames)
		ns = (uint64_t)(frames * gap >> 32);
	else if (ns && ns != FLOW_NO_LIMIT)
		frames = frames_in(is, gap, ns);
	else
		ns = 0;
	o->frames = frames * runs;
	o->time_ns = ns * runs;
}

/* ---- What does not fit --------------------------------------------------- */

static uint64_t link_milli(const struct stream *s)
{
	return s->linkspeed_bps / 1000;
}

/* Whether the one that it follows never ends its run, or does not start. */
static bool waits_in_vain(const struct pktgen *pg, struct subject s,
			  const struct flow_limit *limit, char *note)
{
	const struct stream_use *use = pktgen_stream_use(pg, s.port, s.stream);
	const struct stream_use *after;

	if (!use->plan.follows)
		return false;
	after = pktgen_stream_use(pg, s.port, use->plan.after);
	if (after->disabled)
		snprintf(note, NOTE_MAX, "waits for %u.%u, which is disabled",
			 s.port, use->plan.after);
	else if (!after->plan.frames && !after->plan.time_ns &&
		 limit->frames == FLOW_NO_LIMIT &&
		 limit->time_ns == FLOW_NO_LIMIT)
		snprintf(note, NOTE_MAX, "waits for %u.%u, which has no limit",
			 s.port, use->plan.after);
	else
		return false;
	return true;
}

static void print_note(struct app *app, struct subject s,
		       const struct flow_limit *limit, const struct outlook *o,
		       char *note)
{
	struct pktgen *pg = &app->pktgen;
	const struct stream *is = pktgen_stream(pg, s.port, s.stream);
	const uint64_t peak =
		mbps(o->peak_milli, o->size_milli + ETH_L1_OVERHEAD * 1000);
	struct pktgen_stream_view v;
	struct pktgen_fault fault;
	int rc = pktgen_try_stream(pg, s.port, s.stream, is, &fault);

	pktgen_drop_stream(pg, s.port, s.stream);
	pktgen_look_stream(pg, s.port, s.stream, &v);
	snprintf(note, NOTE_MAX, "ok");
	if (rc == -EMSGSIZE)
		snprintf(note, NOTE_MAX, "size %u is not within %u..%u",
			 fault.size, fault.min, fault.max);
	else if (rc == -ENOMEM)
		snprintf(note, NOTE_MAX, "not enough memory");
	else if (rc == -ENOENT || rc == -EBADMSG)
		snprintf(note, NOTE_MAX, "its capture cannot be played");
	else if (rc < 0)
		snprintf(note, NOTE_MAX, "the rate is out of range");
	else if (v.state != FLOW_IDLE)
		snprintf(note, NOTE_MAX, "already %s",
			 app_stream_state(app, s));
	else if (pktgen_stream_use(pg, s.port, s.stream)->disabled)
		snprintf(note, NOTE_MAX, "disabled");
	else if (waits_in_vain(pg, s, limit, note))
		return;
	else if (peak > link_milli(is))
		snprintf(note, NOTE_MAX, "faster than the link");
}

/* ---- Shown --------------------------------------------------------------- */

/* What dryrun_show() was called with, while it lists. */
static const struct flow_limit *limit_of(const struct call *c)
{
	return (const struct flow_limit *)(uintptr_t)c->state[2];
}

static void row(struct call *c, struct subject s)
{
	struct app *app = call_app(c);
	const struct flow_limit *limit = limit_of(c);
	char begins[TIMING_REST_MAX], note[NOTE_MAX];
	struct reply *r = c->reply;
	struct config is;
	struct outlook o;

	config_get(app, s, &is);
	look_at(&app->pktgen, s, limit, &o);
	if (!timing_text(&is, s, TIMING_AFTER, begins))
		snprintf(begins, sizeof(begins), "at once");
	print_note(app, s, limit, &o, note);
	reply_text(r, "begins", begins);
	reply_u64(r, "frames", o.frames, NULL);
	reply_milli(r, "time", (o.time_ns + 500000) / 1000000, "s");
	reply_milli(r, "mean_size", o.size_milli, "bytes");
	reply_milli(r, "rate", o.pps_milli, "pps");
	reply_milli(r, "peak", o.peak_milli, "pps");
	reply_milli(r, "l2", o.l2_milli, "Mbit/s");
	reply_milli(r, "l1", o.l1_milli, "Mbit/s");
	reply_text(r, "note", note);
}

/* Those that begin with the port are sent side by side. */
static void port_row(struct call *c, const struct subjects *on, unsigned port)
{
	struct app *app = call_app(c);
	const struct pktgen *pg = &app->pktgen;
	const uint64_t link = link_milli(pktgen_stream(pg, port, 0));
	struct subject s = {port, 0};
	uint64_t sum = 0, n = 0;
	struct outlook o;

	for (; pktgen_next_of(pg, on, &s) && s.port == port; s.stream++) {
		const struct stream *is = pktgen_stream(pg, port, s.stream);

		if (!pktgen_is_meant(pg, on, s))
			continue;
		n++;
		if (pktgen_stream_use(pg, port, s.stream)->plan.follows ||
		    (is->rate.unit == RATE_MAX && !is->shape.kind &&
		     !is->pace.every_ns))
			continue;
		look_at(pg, s, limit_of(c), &o);
		sum += mbps(o.peak_milli,
			    o.size_milli + ETH_L1_OVERHEAD * 1000);
	}
	reply_map(c->reply, NULL, REPLY_TABLE);
	reply_id(c->reply, "port", port);
	reply_u64(c->reply, "starts", n, NULL);
	reply_milli(c->reply, "l1", sum, "Mbit/s");
	reply_milli(c->reply, "link", link, "Mbit/s");
	reply_text(c->reply, "note",
		   sum > link ? "streams together are faster than the link"
			      : "ok");
	reply_end(c->reply);
}

enum call_result dryrun_show(struct call *c, const struct subjects *on,
			     const struct flow_limit *limit)
{
	const struct app *app = call_app(c);

	c->state[2] = (uint64_t)(uintptr_t)limit;
	if (!c->state[STREAMS_DONE]) {
		c->state[STREAMS_DONE] =
			app_list_streams(c, NEXT, on, row) == CALL_DONE;
		c->wake_ns = c->now_ns;
		return CALL_AGAIN;
	}
	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (on->ports >> i & 1)
			port_row(c, on, i);
	reply_end(c->reply);
	return CALL_DONE;
}
