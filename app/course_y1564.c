/* SPDX-License-Identifier: BSD-3-Clause */
/* ITU-T Y.1564: each stream is a service, its rate the CIR. */
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"
#include "stats/wide.h"

#define NONE TRIAL_UNKNOWN
#define PERCENT_MILLI 100000u
#define MS 1000000ull

/* What a service may fail in, or is found to be. */
static const char pass[] = "pass", loss[] = "fails by loss",
		  delay[] = "fails by delay",
		  variation[] = "fails by variation",
		  avail[] = "fails by availability", policed[] = "policed",
		  shaped[] = "shaped", unlimited[] = "is not limited";

static uint64_t loss_milli(const struct trial_service *s)
{
	return (balance_share_micro(s->lost, s->offered) + 999) / 1000;
}

/* From the least to what 99.9 % do not exceed, or all where nobody can say. */
static uint64_t variation_of(const struct trial_service *s)
{
	const uint64_t high = s->time[TRIAL_P999] == NONE ? s->time[TRIAL_MAX]
							  : s->time[TRIAL_P999];

	return high == NONE ? NONE : high - MIN(high, s->time[TRIAL_MIN]);
}

static uint64_t avail_milli(const struct trial_service *s)
{
	if (!s->seconds)
		return NONE;
	return (s->seconds - s->down_seconds) * PERCENT_MILLI / s->seconds;
}

static const char *judge(const struct experiment_plan *p,
			 const struct trial_service *s)
{
	const uint64_t seen = variation_of(s), up = avail_milli(s);

	if ((wide)s->lost * SEARCH_ONE > (wide)s->offered * p->loss_ppb)
		return loss;
	if (p->delay_ns && s->time[TRIAL_MEAN] != NONE &&
	    s->time[TRIAL_MEAN] > p->delay_ns)
		return delay;
	if (p->variation_ns && seen != NONE && seen > p->variation_ns)
		return variation;
	if (up != NONE && up < p->avail_ppb / 10000)
		return avail;
	return pass;
}

/* What both tests tell of a service, from column `at` on. */
static void show(struct experiment *e, const struct trial_service *s,
		 struct course_row *r, unsigned at)
{
	r->of = e->stream[s - e->service].of;
	r->v[at] = s->offered;
	r->v[at + 1] = s->lost;
	r->v[at + 2] = loss_milli(s);
	r->v[at + 3] = s->time[TRIAL_MEAN];
	r->v[at + 4] = variation_of(s);
}

/* ---- The configuration test --------------------------------------------- */

/* In percent of the CIR; then CIR and EIR, then a quarter more. */
static const uint32_t steps[] = {25000, 50000, 75000, 100000};
enum { YELLOW = ARRAY_SIZE(steps), OVER, STEPS };

enum { Y_SERVICE, Y_STEP, Y_RATE, Y_OFFERED, Y_OUTCOME = Y_OFFERED + 5 };

static const struct course_column columns[] = {
	{"service", NULL, COURSE_SERVICE}, {"part", "%", COURSE_MILLI},
	{"rate", "pps", COURSE_MILLI},     {"offered", NULL, COURSE_U64},
	{"lost", NULL, COURSE_U64},        {"loss", "%", COURSE_MILLI},
	{"mean", "ns", COURSE_U64},        {"variation", "ns", COURSE_U64},
	{"outcome", NULL, COURSE_TEXT},    {0},
};

/* In percent of the CIR. */
static uint64_t step_milli(const struct experiment *e, unsigned step)
{
	const uint64_t all = PERCENT_MILLI + e->plan.eir_ppb / 10000;

	return step < YELLOW ? steps[step] : step == YELLOW ? all : all * 5 / 4;
}

static bool next(struct experiment *e, struct trial_ask *ask)
{
	struct course_state *st = &e->st;
	uint64_t load;

	/* Without an EIR there is no yellow frame. */
	if (st->n % STEPS == YELLOW && !e->plan.eir_ppb)
		st->n++;
	if (st->n / STEPS == e->nb_streams)
		return false;
	ask->only = st->n / STEPS + 1;
	load = (uint64_t)wide_div((wide)e->service[ask->only - 1].rate *
					  step_milli(e, st->n % STEPS),
				  PERCENT_MILLI);
	ask->load = MAX(load, 1);
	ask->ns = e->plan.trial_ns;
	return true;
}

/* A policer loses at once; a shaper lets frames wait first. */
static const char *what_limits(const struct experiment *e,
			       const struct trial_service *s)
{
	const uint64_t before = e->st.time[0].most, now = s->time[TRIAL_MEAN];

	if (!s->lost)
		return unlimited;
	return now == NONE || now > 2 * before + MS ? shaped : policed;
}

static void take(struct experiment *e, const struct experiment_trial *t)
{
	struct course_state *st = &e->st;
	const unsigned step = st->n % STEPS;
	const struct trial_service *s = &e->service[st->n / STEPS];
	struct course_row *r = course_row(e);

	show(e, s, r, Y_OFFERED);
	r->v[Y_STEP] = step_milli(e, step);
	r->v[Y_RATE] = t->t.load;
	r->v[Y_OUTCOME] = (uintptr_t)(step == OVER     ? what_limits(e, s)
				      : step == YELLOW ? "-"
						       : judge(&e->plan, s));
	if (step + 1 == YELLOW && s->time[TRIAL_MEAN] != NONE)
		st->time[0].most = s->time[TRIAL_MEAN];
	st->n++;
}

const struct course course_y1564 = {
	.experiment = "y1564",
	.test = "configuration",
	.clause = "ITU-T Y.1564, 8.1",
	.columns = columns,
	.next = next,
	.take = take,
	.services = true,
};

/* ---- The performance test ----------------------------------------------- */

enum { F_SERVICE, F_OFFERED, F_AVAIL = F_OFFERED + 5, F_OUTCOME };

static const struct course_column performance_columns[] = {
	{"service", NULL, COURSE_SERVICE},
	{"offered", NULL, COURSE_U64},
	{"lost", NULL, COURSE_U64},
	{"loss", "%", COURSE_MILLI},
	{"mean", "ns", COURSE_U64},
	{"variation", "ns", COURSE_U64},
	{"available", "%", COURSE_MILLI},
	{"outcome", NULL, COURSE_TEXT},
	{0},
};

static bool next_performance(struct experiment *e, struct trial_ask *ask)
{
	if (e->st.n++)
		return false;
	ask->ns = e->plan.trial_ns;
	return true;
}

/* It is looked at whether a service was available, which takes no row. */
static void sample_performance(struct experiment *e,
			       const struct trial_figures *f, uint64_t lost,
			       uint64_t ns)
{
	(void)e;
	(void)f;
	(void)lost;
	(void)ns;
}

static void take_performance(struct experiment *e,
			     const struct experiment_trial *t)
{
	(void)t;
	for (unsigned i = 0; i < e->nb_streams; i++) {
		const struct trial_service *s = &e->service[i];
		struct course_row *r = course_row(e);

		show(e, s, r, F_OFFERED);
		r->v[F_AVAIL] = avail_milli(s);
		r->v[F_OUTCOME] = (uintptr_t)judge(&e->plan, s);
	}
}

const struct course course_performance = {
	.experiment = "y1564",
	.test = "performance",
	.clause = "ITU-T Y.1564, 8.2",
	.columns = performance_columns,
	.next = next_performance,
	.take = take_performance,
	.sample = sample_performance,
	.as_set = true,
	.services = true,
};
