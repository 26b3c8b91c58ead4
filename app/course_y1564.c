/* SPDX-License-Identifier: BSD-3-Clause */
/* ITU-T Y.1564: each stream is a service, its rate the CIR. */
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"
#include "stats/wide.h"

#define NONE TRIAL_UNKNOWN
#define PERCENT_MILLI 100000u
#define MS 1000000ull
#define MILLION 1000000ull
#define NS_PER_S 1000000000ull

/* What a service may fail in, or is found to be. */
static const char pass[] = "pass", loss[] = "fails by loss",
		  delay[] = "fails by delay",
		  variation[] = "fails by variation",
		  avail[] = "fails by availability", policed[] = "policed",
		  shaped[] = "shaped", unlimited[] = "is not limited",
		  excess[] = "loses of its excess";

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

static const char *judge(const struct trial_service *s)
{
	const struct stream_service *is = &s->is;
	const uint64_t seen = variation_of(s), up = avail_milli(s);

	if ((wide)s->lost * MILLION > (wide)s->offered * is->loss)
		return loss;
	if (is->delay_ns && s->time[TRIAL_MEAN] != NONE &&
	    s->time[TRIAL_MEAN] > is->delay_ns)
		return delay;
	if (is->variation_ns && seen != NONE && seen > is->variation_ns)
		return variation;
	if (up != NONE && up < is->avail / 10)
		return avail;
	return pass;
}

/*
 * What both tests tell of a service first, and last: by which thresholds of its
 * own it is judged.
 */
enum { Y_SERVICE, Y_STEP, Y_CIR, Y_RATE, Y_FIGURES };
enum { OFFERED, LOST, LOSS, MEAN, VARIATION, YELLOW_OFFERED, YELLOW_LOST };
enum { OUTCOME = YELLOW_LOST + 1, CLAUSE, FLR, FTD, FDV };

#define FIGURES                                                              \
	{"offered", NULL, COURSE_U64 | COURSE_MORE},                         \
		{"lost", NULL, COURSE_U64}, {"loss", "%", COURSE_MILLI},     \
		{"mean", "ns", COURSE_U64}, {"variation", "ns", COURSE_U64}, \
		{"yellow", NULL, COURSE_U64 | COURSE_MORE},                  \
		{"yellow_lost", NULL, COURSE_U64 | COURSE_MORE},             \
	{                                                                    \
		"outcome", NULL, COURSE_TEXT                                 \
	}
#define THRESHOLDS                                        \
	{"clause", NULL, COURSE_TEXT | COURSE_MORE},      \
		{"flr", "%", COURSE_MILLI | COURSE_MORE}, \
		{"ftd", "ns", COURSE_U64 | COURSE_MORE},  \
	{                                                 \
		"fdv", "ns", COURSE_U64 | COURSE_MORE     \
	}

static uint64_t any(uint64_t ns)
{
	return ns ? ns : NONE;
}

static void show(struct experiment *e, const struct trial_service *s,
		 struct course_row *r, uint64_t *v)
{
	r->of = e->stream[s - e->service].of;
	v[OFFERED] = s->offered;
	v[LOST] = s->lost;
	v[LOSS] = loss_milli(s);
	v[MEAN] = s->time[TRIAL_MEAN];
	v[VARIATION] = variation_of(s);
	if (s->yellow) {
		v[YELLOW_OFFERED] = e->service[s->yellow - 1].offered;
		v[YELLOW_LOST] = e->service[s->yellow - 1].lost;
	}
	v[FLR] = s->is.loss / 10;
	v[FTD] = any(s->is.delay_ns);
	v[FDV] = any(s->is.variation_ns);
}

/* ---- The configuration test --------------------------------------------- */

/* Of the CIR; then CIR and EIR, then more than that, then bursts. */
enum { CIR = 3, EIR, OVER, CBS, EBS, STEPS };

static const char *const steps[STEPS] = {"CIR 25%",  "CIR 50%", "CIR 75%",
					 "CIR 100%", "EIR",     "policing",
					 "CBS",      "EBS"};

static const char *const clauses[STEPS] = {
	"ITU-T Y.1564, 8.1: CIR by steps",
	"ITU-T Y.1564, 8.1: CIR by steps",
	"ITU-T Y.1564, 8.1: CIR by steps",
	"ITU-T Y.1564, 8.1: CIR by steps",
	"ITU-T Y.1564, 8.1: EIR",
	"ITU-T Y.1564, 8.1: policing",
	"ITU-T Y.1564: CBS",
	"ITU-T Y.1564: EBS",
};

static const struct course_column columns[] = {
	{"service", NULL, COURSE_SERVICE},
	{"phase", NULL, COURSE_TEXT},
	{"cir", "%", COURSE_MILLI | COURSE_MORE},
	{"rate", "pps", COURSE_MILLI | COURSE_MORE},
	FIGURES,
	THRESHOLDS,
	{0},
};

_Static_assert(ARRAY_SIZE(columns) <= COURSE_COLUMNS + 1, "room for a row");

static struct trial_service *service_of(const struct experiment *e)
{
	return &e->service[e->st.n / STEPS];
}

/* Millionths of the CIR that are sent in a step; the rest is yellow's. */
static uint64_t all_of(const struct trial_service *s, unsigned step)
{
	const uint64_t eir = s->is.eir;

	if (step <= CIR)
		return (step + 1) * MILLION / 4;
	if (step == EIR)
		return MILLION + eir;
	/* An EIR that is too small to tell is not what is exceeded. */
	return eir < MILLION / 5 ? MILLION * 5 / 4 + eir
				 : MILLION + eir * 5 / 4;
}

static uint64_t share(uint64_t rate, uint64_t millionths)
{
	return MAX((uint64_t)wide_div((wide)rate * millionths, MILLION), 1);
}

/* Whether a service has what the step is about. */
static bool has_step(const struct trial_service *s, unsigned step)
{
	return !s->is_yellow && (step != EIR || s->is.eir) &&
	       (step != CBS || s->is.cbs) && (step != EBS || s->is.ebs);
}

static void ask_rates(const struct experiment *e, struct trial_ask *ask)
{
	const unsigned step = e->st.n % STEPS;
	const struct trial_service *s = service_of(e);
	const uint64_t all = all_of(s, step);

	ask->ns = e->plan.trial_ns;
	ask->load = share(s->rate, all);
	if (step < EIR || !s->yellow || !s->is.eir)
		return;
	ask->load = s->rate;
	ask->also = s->yellow;
	ask->also_load = share(s->rate, all - MILLION);
}

/* Back to back, of those that may: both sizes where nobody else is yellow. */
static void ask_burst(const struct experiment *e, struct trial_ask *ask)
{
	const struct trial_service *s = service_of(e);
	const bool ebs = e->st.n % STEPS == EBS;
	const uint64_t bytes = !ebs        ? s->is.cbs
			       : s->yellow ? s->is.ebs
					   : (uint64_t)s->is.cbs + s->is.ebs;
	const uint64_t frames = MAX(bytes * 1000 / MAX(e->size_milli, 1), 1);

	if (ebs && s->yellow)
		ask->only = s->yellow;
	ask->load = MAX(e->max, 1);
	ask->frames = frames;
	ask->ns = (uint64_t)wide_div((wide)frames * NS_PER_S * 1000, ask->load);
	/* Twice until as much may be sent again, at the CIR. */
	ask->before_ns = (uint64_t)wide_div((wide)frames * 2 * NS_PER_S * 1000,
					    MAX(s->rate, 1)) +
			 100 * MS;
}

static bool next(struct experiment *e, struct trial_ask *ask)
{
	struct course_state *st = &e->st;

	while (st->n / STEPS < e->nb_streams &&
	       !has_step(service_of(e), st->n % STEPS))
		st->n++;
	if (st->n / STEPS == e->nb_streams)
		return false;
	ask->only = st->n / STEPS + 1;
	if (st->n % STEPS < CBS)
		ask_rates(e, ask);
	else
		ask_burst(e, ask);
	return true;
}

/* Of most frames: that some wait as the host stands still does not tell. */
static uint64_t usual(const struct trial_service *s)
{
	return s->time[TRIAL_P50] == NONE ? s->time[TRIAL_MEAN]
					  : s->time[TRIAL_P50];
}

/* A policer loses at once; a shaper lets frames wait first. */
static const char *what_limits(const struct experiment *e,
			       const struct trial_service *s)
{
	const uint64_t before = e->st.time[0].most, now = usual(s);

	if (!s->lost && !(s->yellow && e->service[s->yellow - 1].lost))
		return unlimited;
	return now == NONE || now > 2 * before + MS ? shaped : policed;
}

static const char *outcome_of(const struct experiment *e,
			      const struct trial_service *s, unsigned step)
{
	const bool lost = s->lost || (s->yellow && s->is.eir &&
				      e->service[s->yellow - 1].lost);

	if (step == OVER)
		return what_limits(e, s);
	/* What is in excess may be lost, unless it is known not to be of it. */
	if (step == EBS || (step == EIR && !s->yellow))
		return lost ? excess : pass;
	if (step == EIR && judge(s) == pass)
		return lost ? excess : pass;
	return judge(s);
}

static void take(struct experiment *e, const struct experiment_trial *t)
{
	struct course_state *st = &e->st;
	const unsigned step = st->n % STEPS;
	const struct trial_service *s = service_of(e);
	struct course_row *r = course_row(e);
	uint64_t *v = &r->v[Y_FIGURES];

	show(e, s, r, v);
	if (step < CBS)
		r->v[Y_CIR] = all_of(s, step) / 10;
	r->v[Y_STEP] = (uintptr_t)steps[step];
	r->v[Y_RATE] = t->t.load;
	v[OUTCOME] = (uintptr_t)outcome_of(e, s, step);
	v[CLAUSE] = (uintptr_t)clauses[step];
	if (step == CIR && usual(s) != NONE)
		st->time[0].most = usual(s);
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

enum {
	F_AVAIL = 1,
	F_TIME,
	F_SECONDS,
	F_DOWN,
	F_MIN,
	F_FIGURES,
	F_LEAST = F_FIGURES + FDV + 1
};

static const char so_far[] = "so far";

/* No result that is read again is of a longer test. */
#define LONGEST_MS (7ull * 86400 * 1000)

static const struct course_column performance_columns[] = {
	{"service", NULL, COURSE_SERVICE},
	{"available", "%", COURSE_MILLI},
	{"time", "s", COURSE_MILLI | COURSE_MORE},
	{"seconds", NULL, COURSE_U64 | COURSE_MORE},
	{"down", NULL, COURSE_U64 | COURSE_MORE},
	{"min", "ns", COURSE_U64 | COURSE_MORE},
	FIGURES,
	THRESHOLDS,
	{"avail", "%", COURSE_MILLI | COURSE_MORE},
	{0},
};

_Static_assert(ARRAY_SIZE(performance_columns) <= COURSE_COLUMNS + 1,
	       "room for a row");

/* A row for each service: all that one needs who goes on from there. */
static void show_all(struct experiment *e, uint64_t ns, bool over)
{
	course_rows_anew(e);
	for (unsigned i = 0; i < e->nb_streams; i++) {
		const struct trial_service *s = &e->service[i];
		struct course_row *r;

		if (s->is_yellow)
			continue;
		r = course_row(e);
		show(e, s, r, &r->v[F_FIGURES]);
		r->v[F_AVAIL] = avail_milli(s);
		r->v[F_TIME] = ns / MS;
		r->v[F_SECONDS] = s->seconds;
		r->v[F_DOWN] = s->down_seconds;
		r->v[F_MIN] = s->time[TRIAL_MIN];
		r->v[F_LEAST] = s->is.avail / 10;
		r->v[F_FIGURES + OUTCOME] =
			(uintptr_t)(over ? judge(s) : so_far);
		r->v[F_FIGURES + CLAUSE] =
			(uintptr_t) "ITU-T Y.1564, 8.2; Y.1563, 9";
	}
}

static bool next_performance(struct experiment *e, struct trial_ask *ask)
{
	const bool done = e->st.from_ns >= e->plan.trial_ns;

	if (!e->st.n++ && done)
		show_all(e, e->plan.trial_ns, true);
	ask->ns = e->plan.trial_ns - MIN(e->st.from_ns, e->plan.trial_ns);
	return e->st.n == 1 && !done;
}

/* Whether a service was available was looked at; some have a row as well. */
static void sample_performance(struct experiment *e,
			       const struct trial_figures *f, uint64_t lost,
			       uint64_t ns)
{
	(void)f;
	(void)lost;
	if (e->trial.state == TRIAL_SENDS && e->samples % e->plan.look == 0)
		show_all(e,
			 e->st.from_ns + e->sample_ns - e->plan.every_ns + ns -
				 e->trial.began_ns,
			 false);
}

static void take_performance(struct experiment *e,
			     const struct experiment_trial *t)
{
	(void)t;
	show_all(e, e->plan.trial_ns, true);
}

/* As long as nothing more was seen. */
static void has_before(struct trial_service *s)
{
	s->offered = s->before.offered;
	s->lost = s->before.lost;
	s->seconds = s->before.seconds;
	s->down_seconds = s->before.down_seconds;
	memcpy(s->time, s->before.time, sizeof(s->time));
}

/* What the service's last row says is what it had before. */
static void resume_performance(struct experiment *e)
{
	const struct course_row *r = &e->row[e->nb_rows - 1];
	const uint64_t *v = &r->v[F_FIGURES], ns = r->v[F_TIME] * MS;
	struct trial_service *s = e->service;
	struct trial_before *b;

	if (v[OFFERED] == NONE || v[LOST] > v[OFFERED] ||
	    r->v[F_TIME] > LONGEST_MS || r->v[F_DOWN] > r->v[F_SECONDS])
		return;
	while (e->stream[s - e->service].of.port != r->of.port ||
	       e->stream[s - e->service].of.stream != r->of.stream)
		s++;
	b = &s->before;
	*b = (struct trial_before){
		v[OFFERED], v[LOST], r->v[F_SECONDS], r->v[F_DOWN], {0}};
	memset(b->time, 0xff, sizeof(b->time));
	b->time[TRIAL_MIN] = r->v[F_MIN];
	b->time[TRIAL_MEAN] = v[MEAN];
	/* All that is known of others, see variation_of(). */
	b->time[TRIAL_P999] = b->time[TRIAL_MAX] =
		v[VARIATION] == NONE ? NONE : r->v[F_MIN] + v[VARIATION];
	has_before(s);
	if (s->yellow && v[YELLOW_OFFERED] != NONE &&
	    v[YELLOW_LOST] <= v[YELLOW_OFFERED]) {
		s = &e->service[s->yellow - 1];
		s->before.offered = v[YELLOW_OFFERED];
		s->before.lost = v[YELLOW_LOST];
		has_before(s);
	}
	if (ns == e->st.from_ns)
		return;
	e->cost.ns -= MIN(e->cost.ns, ns - MIN(ns, e->st.from_ns));
	e->st.from_ns = ns;
}

const struct course course_performance = {
	.experiment = "y1564",
	.test = "performance",
	.clause = "ITU-T Y.1564, 8.2",
	.columns = performance_columns,
	.next = next_performance,
	.take = take_performance,
	.sample = sample_performance,
	.resume = resume_performance,
	.as_set = true,
	.services = true,
};
