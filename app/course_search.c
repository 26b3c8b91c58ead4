/* SPDX-License-Identifier: BSD-3-Clause */
/* Courses that search for a rate, or a length of a burst. */
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull
#define NONE TRIAL_UNKNOWN

/* ---- Sums --------------------------------------------------------------- */

void course_add(struct course_sum *s, uint64_t v)
{
	if (v == NONE)
		return;
	s->least = s->n ? MIN(s->least, v) : v;
	s->most = MAX(s->most, v);
	s->sum += v;
	s->squares += (wide)v * v;
	s->n++;
}

uint64_t course_mean(const struct course_sum *s)
{
	return s->n ? s->sum / s->n : NONE;
}

uint64_t course_deviation_milli(const struct course_sum *s)
{
	wide about, root = 0;

	if (!s->n)
		return NONE;
	/* n^2 times the variance, in millionths. */
	about = (s->squares * s->n - (wide)s->sum * s->sum) * 1000000;
	for (wide bit = (wide)1 << 62; bit; bit >>= 1)
		if ((root | bit) * (root | bit) <= about)
			root |= bit;
	return (uint64_t)wide_div(root, s->n);
}

uint64_t course_spread_milli(const struct course_sum *s)
{
	if (!s->n || !s->sum)
		return NONE;
	return (uint64_t)wide_div((wide)(s->most - s->least) * s->n * 100000,
				  s->sum);
}

/* In thousandths of a percent. */
static uint64_t percent(uint64_t part, uint64_t all)
{
	return all ? (uint64_t)wide_div((wide)part * 100000, all) : 0;
}

/* ---- One search --------------------------------------------------------- */

static void search_begin(struct experiment *e, unsigned nb_goals)
{
	search_init(&e->st.search, e->plan.goal, nb_goals, e->min, e->max,
		    e->plan.bisect, e->good, COURSE_TRIALS);
}

static bool find_next(struct experiment *e, struct trial_ask *ask)
{
	struct search_trial next;

	if (!search_next(&e->st.search, &next))
		return false;
	ask->load = next.load;
	ask->ns = next.ns;
	return true;
}

void course_find_begin(struct experiment *e)
{
	e->st.throughput = 0;
	search_begin(e, 1);
}

bool course_find_next(struct experiment *e, struct trial_ask *ask)
{
	if (e->st.phase)
		return false;
	if (find_next(e, ask))
		return true;
	e->st.throughput = search_result(&e->st.search, 0).lower;
	e->st.phase = 1;
	e->st.n = 0;
	return false;
}

/* ---- search, rfc2544 throughput ----------------------------------------- */

static void begin(struct experiment *e)
{
	search_begin(e, e->plan.nb_goals);
}

static void take(struct experiment *e, const struct experiment_trial *t)
{
	search_add(&e->st.search, &t->t);
}

static const char *note(const struct experiment *e,
			const struct search_result *f)
{
	if (f->regular)
		return "-";
	if (f->lower == e->max)
		return "bears the largest rate";
	if (f->upper == e->min)
		return "loses at the smallest rate";
	return "not found";
}

/* Mbit/s in thousandths. */
static uint64_t l1_milli(const struct experiment *e, uint64_t load)
{
	if (load == NONE)
		return NONE;
	return (uint64_t)wide_div((wide)load * (e->size_milli + 20000) * 8,
				  1000000000);
}

enum { GOAL, THROUGHPUT, LOWER, UPPER, L1, PART, REPEATS, SPREAD, NOTE };

static const struct course_column search_columns[] = {
	{"goal", NULL, COURSE_TEXT},
	{"throughput", "pps", COURSE_MILLI},
	{"lower", "pps", COURSE_MILLI | COURSE_MORE},
	{"upper", "pps", COURSE_MILLI | COURSE_MORE},
	{"l1", "Mbit/s", COURSE_MILLI},
	{"part", "%", COURSE_MILLI | COURSE_MORE},
	{"repeats", NULL, COURSE_U64 | COURSE_REPEATS},
	{"spread", "%", COURSE_MILLI | COURSE_REPEATS},
	{"note", NULL, COURSE_TEXT},
	{0},
};

static uint64_t or_none(uint64_t load)
{
	return load ? load : NONE;
}

static void end(struct experiment *e)
{
	for (unsigned i = 0; i < e->plan.nb_goals; i++) {
		const struct search_result f = search_result(&e->st.search, i);
		struct course_sum *s = &e->st.sum[i];
		struct course_row *r;

		course_add(s, or_none(f.throughput));
		if (e->repeat + 1 < MAX(e->plan.repeat, 1))
			continue;
		r = course_row(e);
		r->v[GOAL] = (uintptr_t)e->plan.name[i];
		r->v[THROUGHPUT] = course_mean(s);
		r->v[LOWER] = or_none(f.lower);
		r->v[UPPER] = or_none(f.upper);
		r->v[L1] = l1_milli(e, r->v[THROUGHPUT]);
		if (s->n)
			r->v[PART] = percent(course_mean(s), e->max);
		r->v[REPEATS] = s->n;
		r->v[SPREAD] = course_spread_milli(s);
		r->v[NOTE] = (uintptr_t)note(e, &f);
	}
}

const struct course course_search = {
	.experiment = "search",
	.test = "search",
	.clause = "RFC 9971",
	.columns = search_columns,
	.begin = begin,
	.next = find_next,
	.take = take,
	.end = end,
};

const struct course course_throughput = {
	.experiment = "rfc2544",
	.test = "throughput",
	.clause = "RFC 2544, 26.1",
	.columns = search_columns,
	.begin = begin,
	.next = find_next,
	.take = take,
	.end = end,
};

/* ---- rfc2544 back-to-back ----------------------------------------------- */

/* RFC 9004, 5.4: at least for 2 s. */
#define BURST_NS (2 * NS_PER_S)

enum {
	B_FRAMES,
	B_LEAST,
	B_MOST,
	B_DEVIATION,
	B_REPEATS,
	B_THROUGHPUT,
	B_BUFFER,
	B_CORRECTED,
	B_NOTE
};

static const struct course_column burst_columns[] = {
	{"frames", NULL, COURSE_U64},
	{"least", NULL, COURSE_U64 | COURSE_MORE},
	{"most", NULL, COURSE_U64 | COURSE_MORE},
	{"deviation_frames", NULL, COURSE_MILLI | COURSE_MORE},
	{"repeats", NULL, COURSE_U64 | COURSE_MORE},
	{"throughput", "pps", COURSE_MILLI | COURSE_MORE},
	{"buffer", "ns", COURSE_U64},
	{"corrected", "ns", COURSE_U64},
	{"note", NULL, COURSE_TEXT},
	{0},
};

static uint64_t ns_of(uint64_t frames, uint64_t load)
{
	return (uint64_t)wide_div((wide)frames * NS_PER_S * 1000, load);
}

static uint64_t burst_max(const struct experiment *e)
{
	const uint64_t n = (uint64_t)wide_div((wide)e->max * BURST_NS,
					      (wide)NS_PER_S * 1000);

	return MAX(n, 2);
}

/*
 * The length is the load of this search, in parts of a frame so small that any
 * width is more than one.
 */
#define FRAME_PARTS 100000ull

static void begin_bursts(struct experiment *e)
{
	struct search_goal g = e->plan.goal[0];

	g.trial_ns = g.sum_ns = g.first_ns = 1;
	g.loss_ppb = g.exceed_ppb = 0;
	search_init(&e->st.search, &g, 1, FRAME_PARTS,
		    burst_max(e) * FRAME_PARTS, true, e->good, COURSE_TRIALS);
	e->st.phase = 2;
}

static bool next_burst(struct experiment *e, struct trial_ask *ask)
{
	struct course_state *st = &e->st;
	struct search_trial next;

	if (course_find_next(e, ask))
		return true;
	if (st->phase == 1) {
		/* A device that bears the largest rate has no such limit. */
		if (!st->throughput || st->throughput == e->max)
			return false;
		begin_bursts(e);
	}
	while (!search_next(&st->search, &next)) {
		course_add(&st->sum[0],
			   search_result(&st->search, 0).lower / FRAME_PARTS);
		if (++st->n >= MAX(e->plan.repeat, 1))
			return false;
		begin_bursts(e);
	}
	ask->load = e->max;
	ask->frames = next.load / FRAME_PARTS;
	ask->ns = ns_of(ask->frames, e->max);
	st->frames = next.load;
	return true;
}

static void take_burst(struct experiment *e, const struct experiment_trial *t)
{
	struct search_trial is = t->t;

	if (e->st.phase == 2) {
		is.load = e->st.frames;
		is.ns = is.effective_ns = 1;
	}
	search_add(&e->st.search, &is);
}

static void end_bursts(struct experiment *e)
{
	const struct course_sum *s = &e->st.sum[0];
	struct course_row *r = course_row(e);
	const uint64_t throughput = e->st.throughput;

	r->v[B_NOTE] =
		(uintptr_t)(!throughput            ? "not found"
			    : throughput == e->max ? "bears the largest rate"
						   : "-");
	r->v[B_THROUGHPUT] = or_none(throughput);
	r->v[B_REPEATS] = s->n;
	if (!s->n)
		return;
	r->v[B_FRAMES] = course_mean(s);
	r->v[B_LEAST] = s->least;
	r->v[B_MOST] = s->most;
	r->v[B_DEVIATION] = course_deviation_milli(s);
	/* RFC 9004, 6: what came in while none was forwarded. */
	r->v[B_BUFFER] = ns_of(course_mean(s), e->max);
	r->v[B_CORRECTED] =
		r->v[B_BUFFER] -
		(uint64_t)wide_div((wide)r->v[B_BUFFER] * throughput, e->max);
}

const struct course course_back_to_back = {
	.experiment = "rfc2544",
	.test = "back-to-back",
	.clause = "RFC 9004",
	.columns = burst_columns,
	.begin = course_find_begin,
	.next = next_burst,
	.take = take_burst,
	.end = end_bursts,
	.own_repeats = true,
};
