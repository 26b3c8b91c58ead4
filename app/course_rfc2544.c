/* SPDX-License-Identifier: BSD-3-Clause */
/* What RFC 2544 measures besides rates: latency, loss, recovery. */
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"
#include "stats/wide.h"

#define NONE TRIAL_UNKNOWN
#define PERCENT_MILLI 100000u

static uint64_t share(uint64_t load, uint64_t milli)
{
	return (uint64_t)wide_div((wide)load * milli, PERCENT_MILLI);
}

static void take_found(struct experiment *e, const struct experiment_trial *t)
{
	search_add(&e->st.search, &t->t);
}

/* ---- latency ------------------------------------------------------------ */

/* RFC 2544, 26.2: 20 trials at the throughput; the others are CSIT's. */
static const struct {
	uint32_t milli; /* percent of the throughput; 0: hardly any load */
	unsigned trials;
} loads[] = {{PERCENT_MILLI, 20}, {90000, 1}, {50000, 1}, {10000, 1}, {0, 1}};

enum { L_PART, L_RATE, L_MADE, L_TIMES, L_STORE = L_TIMES + TRIAL_TIMES };

static const struct course_column latency_columns[] = {
	{"part", "%", COURSE_MILLI},
	{"rate", "pps", COURSE_MILLI},
	{"made", NULL, COURSE_U64 | COURSE_MORE},
	{"min", "ns", COURSE_U64 | COURSE_MORE},
	{"mean", "ns", COURSE_U64},
	{"p50", "ns", COURSE_U64 | COURSE_MORE},
	{"p90", "ns", COURSE_U64 | COURSE_MORE},
	{"p99", "ns", COURSE_U64},
	{"p999", "ns", COURSE_U64 | COURSE_MORE},
	{"max", "ns", COURSE_U64},
	{"cut_through", "ns", COURSE_U64 | COURSE_MORE},
	{0},
};

_Static_assert(L_STORE + 2 == ARRAY_SIZE(latency_columns),
	       "a column for each figure");

static uint64_t load_of(const struct experiment *e, unsigned i)
{
	return MAX(share(e->st.throughput, loads[i].milli), e->min);
}

static bool next_latency(struct experiment *e, struct trial_ask *ask)
{
	struct course_state *st = &e->st;

	if (course_find_next(e, ask))
		return true;
	if (!st->throughput || st->n == ARRAY_SIZE(loads))
		return false;
	ask->load = load_of(e, st->n);
	ask->ns = e->plan.goal[0].trial_ns;
	return true;
}

/*
 * RFC 1242: of a device that stores and forwards from the last bit in, of
 * others from the first. A frame is handed over whole, so the first bit came
 * as much before as it takes on the link.
 */
static void show_latency(struct experiment *e)
{
	struct course_state *st = &e->st;
	struct course_row *r = course_row(e);

	r->v[L_PART] = loads[st->n].milli;
	r->v[L_RATE] = load_of(e, st->n);
	r->v[L_MADE] = st->frames;
	for (unsigned i = 0; i < TRIAL_TIMES; i++)
		r->v[L_TIMES + i] = i == TRIAL_MIN && st->time[i].n
					    ? st->time[i].least
				    : i == TRIAL_MAX && st->time[i].n
					    ? st->time[i].most
					    : course_mean(&st->time[i]);
	if (r->v[L_TIMES + TRIAL_MEAN] != NONE)
		r->v[L_STORE] = r->v[L_TIMES + TRIAL_MEAN] + e->frame_ns;
}

static void take_latency(struct experiment *e, const struct experiment_trial *t)
{
	struct course_state *st = &e->st;

	if (!st->phase) {
		take_found(e, t);
		return;
	}
	for (unsigned i = 0; i < TRIAL_TIMES; i++)
		course_add(&st->time[i], t->f.time[i]);
	if (++st->frames < loads[st->n].trials)
		return;
	show_latency(e);
	memset(st->time, 0, sizeof(st->time));
	st->frames = 0;
	st->n++;
}

const struct course course_latency = {
	.experiment = "rfc2544",
	.test = "latency",
	.clause = "RFC 2544, 26.2",
	.columns = latency_columns,
	.begin = course_find_begin,
	.next = next_latency,
	.take = take_latency,
};

/* ---- loss --------------------------------------------------------------- */

enum { S_PART, S_RATE, S_OFFERED, S_LOST, S_LOSS };

static const struct course_column loss_columns[] = {
	{"part", "%", COURSE_MILLI},   {"rate", "pps", COURSE_MILLI},
	{"offered", NULL, COURSE_U64}, {"lost", NULL, COURSE_U64},
	{"loss", "%", COURSE_MILLI},   {0},
};

/* In percent of the largest rate; 0: there is none any more. */
static uint64_t loss_part(const struct experiment *e)
{
	const uint64_t down = (uint64_t)e->st.n * (e->plan.step_ppb / 10000);

	return down < PERCENT_MILLI ? PERCENT_MILLI - down : 0;
}

/* RFC 2544, 26.3: down from the largest rate until two lose nothing. */
static bool next_loss(struct experiment *e, struct trial_ask *ask)
{
	const uint64_t part = loss_part(e);

	if (!part || e->st.clean == 2)
		return false;
	ask->load = MAX(share(e->max, part), 1);
	ask->ns = e->plan.trial_ns;
	return true;
}

static void begin_loss(struct experiment *e)
{
	e->st.clean = 0;
}

static void take_loss(struct experiment *e, const struct experiment_trial *t)
{
	struct course_row *r = course_row(e);

	r->v[S_PART] = loss_part(e);
	r->v[S_RATE] = t->t.load;
	r->v[S_OFFERED] = t->t.offered;
	r->v[S_LOST] = t->t.lost;
	r->v[S_LOSS] =
		(balance_share_micro(t->t.lost, t->t.offered) + 999) / 1000;
	e->st.clean = t->t.lost ? 0 : e->st.clean + 1;
	e->st.n++;
}

const struct course course_loss = {
	.experiment = "rfc2544",
	.test = "loss",
	.clause = "RFC 2544, 26.3",
	.columns = loss_columns,
	.begin = begin_loss,
	.next = next_loss,
	.take = take_loss,
};

/* ---- recovery, reset ---------------------------------------------------- */

enum { C_RATE, C_REDUCED, C_RECOVERY, C_LOST, C_REPEATS, C_NOTE };

static const struct course_column recovery_columns[] = {
	{"rate", "pps", COURSE_MILLI},
	{"reduced", "pps", COURSE_MILLI | COURSE_MORE},
	{"recovery", "ns", COURSE_U64},
	{"lost", NULL, COURSE_U64},
	{"repeats", NULL, COURSE_U64 | COURSE_MORE},
	{"note", NULL, COURSE_TEXT},
	{0},
};

/* RFC 2544, 26.5: more than it bears, then half of that. */
static uint64_t overload(const struct experiment *e)
{
	return MIN(share(e->st.throughput, 110000), e->max);
}

static bool next_recovery(struct experiment *e, struct trial_ask *ask)
{
	if (course_find_next(e, ask))
		return true;
	if (!e->st.throughput || e->st.n == MAX(e->plan.repeat, 1))
		return false;
	ask->load = overload(e);
	ask->ns = ask->then_ns = e->plan.trial_ns;
	ask->then_load = overload(e) / 2;
	return true;
}

static void take_recovery(struct experiment *e,
			  const struct experiment_trial *t)
{
	if (!e->st.phase) {
		take_found(e, t);
		return;
	}
	course_add(&e->st.sum[0], t->recovery_ns);
	e->st.lost += t->t.lost;
	e->st.n++;
}

static void end_recovery(struct experiment *e)
{
	struct course_row *r = course_row(e);

	r->v[C_REPEATS] = e->st.n;
	r->v[C_NOTE] = (uintptr_t)(!e->st.throughput ? "not found"
				   : e->st.lost      ? "-"
						     : "is not overloaded");
	if (!e->st.throughput)
		return;
	r->v[C_RATE] = overload(e);
	r->v[C_REDUCED] = overload(e) / 2;
	r->v[C_RECOVERY] = course_mean(&e->st.sum[0]);
	r->v[C_LOST] = e->st.lost;
}

const struct course course_recovery = {
	.experiment = "rfc2544",
	.test = "recovery",
	.clause = "RFC 2544, 26.5",
	.columns = recovery_columns,
	.begin = course_find_begin,
	.next = next_recovery,
	.take = take_recovery,
	.end = end_recovery,
	.own_repeats = true,
};

enum { R_RATE, R_LOST, R_OUTAGE, R_BY_LOSS, R_NOTE };

static const struct course_column reset_columns[] = {
	{"rate", "pps", COURSE_MILLI}, {"lost", NULL, COURSE_U64},
	{"outage", "ns", COURSE_U64},  {"by_loss", "ns", COURSE_U64},
	{"note", NULL, COURSE_TEXT},   {0},
};

/* RFC 6201: someone resets the device while frames go at its throughput. */
static bool next_reset(struct experiment *e, struct trial_ask *ask)
{
	if (course_find_next(e, ask))
		return true;
	if (!e->st.throughput || e->st.n)
		return false;
	ask->load = e->st.throughput;
	ask->ns = e->plan.trial_ns;
	return true;
}

static void take_reset(struct experiment *e, const struct experiment_trial *t)
{
	struct course_row *r;

	if (!e->st.phase) {
		take_found(e, t);
		return;
	}
	r = course_row(e);
	r->v[R_RATE] = t->t.load;
	r->v[R_LOST] = t->t.lost;
	r->v[R_OUTAGE] = t->outage_ns;
	r->v[R_BY_LOSS] = (uint64_t)wide_div((wide)t->t.lost * 1000000000000ull,
					     MAX(t->t.load, 1));
	r->v[R_NOTE] = (uintptr_t)(t->t.lost ? "-" : "was not reset");
	e->st.n++;
}

const struct course course_reset = {
	.experiment = "rfc2544",
	.test = "reset",
	.clause = "RFC 6201",
	.columns = reset_columns,
	.begin = course_find_begin,
	.next = next_reset,
	.take = take_reset,
};
