/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/outlook.h"

#include "pktgen/play.h"
#include "stats/wide.h"

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

/* A round at a capture's own times, in ns: 0 where it has none, or others. */
static uint64_t own_time(const struct pktgen_stream *of)
{
	const struct played *p;

	if (!PLAYS(of->flow->program) || !of->stream.play.speed)
		return 0;
	p = play_of(of->flow->program);
	return p->last_ns + p->turn_ns;
}

bool outlook_is_paced(const struct pktgen_stream *of)
{
	const struct stream *s = &of->stream;

	if (PLAYS(of->flow->program) && s->play.speed)
		return own_time(of);
	return s->rate.unit != RATE_MAX || s->shape.kind || s->pace.every_ns;
}

/* The mean gap, in 2^-32 ns; of one without pacing what the link takes. */
static wide gap_of(const struct pktgen_stream *of, uint64_t size_milli)
{
	const struct stream *const s = &of->stream;
	uint64_t frames, bytes = round_of(of, &frames);
	struct pace_curve curve;
	bool unpaced = false;
	struct gap gap = {0, 0};

	if (!outlook_is_paced(of))
		return wide_div(
			((wide)(size_milli + ETH_L1_OVERHEAD * 1000) * 8000000)
				<< 32,
			s->linkspeed_bps);
	if (own_time(of))
		return wide_div(((wide)own_time(of) << 32) * STREAM_SPEED,
				(wide)frames * s->play.speed);
	if (stream_gap_of(s, frames, bytes, &gap, &unpaced) < 0 ||
	    stream_curve(s, &curve, &gap) < 0)
		return 0;
	if (!curve.nb && unpaced)
		return wide_div((wide)s->pace.every_ns << 32, s->pace.group);
	return whole(&gap);
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
static uint64_t frames_in(const struct pktgen_stream *of, wide gap, uint64_t ns)
{
	struct pace_curve curve;
	struct pacer_shape shape;
	struct pacer p = {.shape = &shape};
	struct gap mean;

	if (!gap || !outlook_is_paced(of))
		return 0;
	stream_curve(&of->stream, &curve, &mean);
	if (!curve.nb || own_time(of))
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

uint64_t outlook_gap_milli(const struct pktgen_stream *s)
{
	if (!outlook_is_paced(s))
		return 0;
	return (uint64_t)(gap_of(s, mean_size(s)) * 1000 >> 32);
}

uint64_t outlook_round(const struct pktgen_stream *s)
{
	uint64_t frames;

	round_of(s, &frames);
	if (!PLAYS(s->flow->program) && s->stream.sizes.kind == SIZES_RANDOM)
		return 0;
	return frames;
}

bool outlook_ends(const struct pktgen_stream *s, const struct flow_limit *limit)
{
	const struct program *prog = s->flow->program;

	return s->use.plan.frames || s->use.plan.time_ns ||
	       limit->frames != FLOW_NO_LIMIT ||
	       limit->time_ns != FLOW_NO_LIMIT ||
	       (PLAYS(prog) && play_frames(prog) != FLOW_NO_LIMIT);
}

void outlook_look(const struct pktgen *pg, struct subject s,
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
	uint64_t wire_milli;
	wide gap;

	*o = (struct outlook){.size_milli = mean_size(of)};
	wire_milli = o->size_milli + ETH_L1_OVERHEAD * 1000;
	gap = gap_of(of, o->size_milli);
	o->pps_milli = rate_of(gap);
	o->peak_milli =
		is->shape.kind && !own_time(of) ? peak_of(is) : o->pps_milli;
	o->l2_milli = mbps(o->pps_milli, o->size_milli);
	o->l1_milli = mbps(o->pps_milli, wire_milli);
	o->peak_l1_milli = mbps(o->peak_milli, wire_milli);
	if (PLAYS(of->flow->program))
		frames = MIN(frames ? frames : FLOW_NO_LIMIT,
			     play_frames(of->flow->program));
	frames = frames == FLOW_NO_LIMIT ? 0 : frames;
	ns = ns == FLOW_NO_LIMIT ? 0 : ns;
	/* Whichever it reaches first. */
	if (frames && (!ns || frames * gap >> 32 <= ns))
		ns = (uint64_t)(frames * gap >> 32);
	else if (ns)
		frames = frames_in(of, gap, ns);
	o->frames = frames * runs;
	o->time_ns = ns * runs;
}
