/* SPDX-License-Identifier: BSD-3-Clause */
/* Courses that look at a device for long, or at one thing after another. */
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"
#include "stats/wide.h"

/* ---- soak --------------------------------------------------------------- */

enum {
	K_FROM,
	K_TIME,
	K_OFFERED,
	K_LOST,
	K_LOSS,
	K_P50,
	K_P99,
	K_P999,
	K_MAX,
	K_STOLEN
};

static const struct course_column soak_columns[] = {
	{"since", "s", COURSE_MILLI},
	{"time", "s", COURSE_MILLI | COURSE_MORE},
	{"offered", NULL, COURSE_U64},
	{"lost", NULL, COURSE_U64},
	{"loss", "%", COURSE_MILLI},
	{"p50", "ns", COURSE_U64 | COURSE_MORE},
	{"p99", "ns", COURSE_U64},
	{"p999", "ns", COURSE_U64 | COURSE_MORE},
	{"max", "ns", COURSE_U64},
	{"stolen", "ns", COURSE_U64},
	{0},
};

static uint64_t loss_milli(uint64_t lost, uint64_t offered)
{
	return (balance_share_micro(lost, offered) + 999) / 1000;
}

static void set_times(struct course_row *r, unsigned at,
		      const uint64_t time[TRIAL_TIMES])
{
	r->v[at] = time[TRIAL_P50];
	r->v[at + 1] = time[TRIAL_P99];
	r->v[at + 2] = time[TRIAL_P999];
	r->v[at + 3] = time[TRIAL_MAX];
}

static bool next_soak(struct experiment *e, struct trial_ask *ask)
{
	if (e->st.n++ || e->st.from_ns >= e->plan.trial_ns)
		return false;
	ask->ns = e->plan.trial_ns - e->st.from_ns;
	return true;
}

/* What the last row ends with is done. */
static void resume_soak(struct experiment *e)
{
	const struct course_row *r = &e->row[e->nb_rows - 1];
	const uint64_t ns = r->v[K_TIME] * 1000000;

	e->st.from_ns += ns;
	e->cost.ns -= MIN(e->cost.ns, ns);
}

static void sample_soak(struct experiment *e, const struct trial_figures *f,
			uint64_t lost, uint64_t ns)
{
	struct course_state *st = &e->st;
	struct course_row *r = course_row(e);
	/* What was taken for lost may have come since. */
	const uint64_t more = lost > st->lost ? lost - st->lost : 0;

	r->v[K_FROM] = st->from_ns / 1000000;
	r->v[K_TIME] = ns / 1000000;
	r->v[K_OFFERED] = f->sent - st->offered;
	r->v[K_LOST] = more;
	r->v[K_LOSS] = loss_milli(more, MAX(f->sent - st->offered, more));
	set_times(r, K_P50, f->time);
	r->v[K_STOLEN] = f->stolen_ns - e->stolen_ns;
	e->stolen_ns = f->stolen_ns;
	st->from_ns += ns;
	st->offered = f->sent;
	st->lost = lost;
}

const struct course course_soak = {
	.experiment = "soak",
	.test = "soak",
	.columns = soak_columns,
	.next = next_soak,
	.sample = sample_soak,
	.resume = resume_soak,
	.as_set = true,
};

/* ---- ramp, sweep -------------------------------------------------------- */

/* The first is of a sweep alone. */
enum { P_VALUE, P_RATE = 0, P_OFFERED, P_LOST, P_LOSS, P_P50 };

static const struct course_column step_columns[] = {
	{"value", NULL, COURSE_TEXT},  {"rate", "pps", COURSE_MILLI},
	{"offered", NULL, COURSE_U64}, {"lost", NULL, COURSE_U64},
	{"loss", "%", COURSE_MILLI},   {"p50", "ns", COURSE_U64},
	{"p99", "ns", COURSE_U64},     {"p999", "ns", COURSE_U64 | COURSE_MORE},
	{"max", "ns", COURSE_U64},     {0},
};

static void take_step(struct experiment *e, const struct experiment_trial *t)
{
	const unsigned at = e->plan.nb_values != 0;
	struct course_row *r = course_row(e);

	if (at)
		r->v[P_VALUE] = (uintptr_t)e->plan.value[e->st.n - 1];
	r->v[at + P_RATE] = (uint64_t)wide_div(
		(wide)t->t.offered * 1000000000000ull, MAX(t->t.ns, 1));
	r->v[at + P_OFFERED] = t->t.offered;
	r->v[at + P_LOST] = t->t.lost;
	r->v[at + P_LOSS] = loss_milli(t->t.lost, t->t.offered);
	set_times(r, at + P_P50, t->f.time);
}

/* From the smaller of two rates to the larger, or down. */
static bool next_ramp(struct experiment *e, struct trial_ask *ask)
{
	const struct experiment_plan *p = &e->plan;
	const unsigned n = e->st.n++;
	const uint64_t far = (uint64_t)wide_div((wide)(e->max - e->min) * n,
						MAX(p->repeat - 1, 1));

	if (n >= p->repeat)
		return false;
	ask->load = p->down ? e->max - far : e->min + far;
	ask->ns = p->trial_ns;
	return true;
}

const struct course course_ramp = {
	.experiment = "ramp",
	.test = "ramp",
	.columns = &step_columns[1],
	.next = next_ramp,
	.take = take_step,
	.own_repeats = true,
};

static bool next_sweep(struct experiment *e, struct trial_ask *ask)
{
	if (e->st.n++ >= e->plan.nb_values)
		return false;
	ask->ns = e->plan.trial_ns;
	return true;
}

const struct course course_sweep = {
	.experiment = "sweep",
	.test = "sweep",
	.columns = step_columns,
	.next = next_sweep,
	.take = take_step,
	.as_set = true,
};
