/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/experiment.h"

#include <string.h>

#include "app/app.h"
#include "app/experiment_impl.h"
#include "app/result.h"

const char *const experiment_states[] = {
	[EXPERIMENT_NONE] = "none",       [EXPERIMENT_RUNS] = "runs",
	[EXPERIMENT_DONE] = "done",       [EXPERIMENT_STOPPED] = "stopped",
	[EXPERIMENT_CHANGED] = "changed", [EXPERIMENT_FAILED] = "failed",
	[EXPERIMENT_RATE] = "rate",       [EXPERIMENT_INVALID] = "invalid",
	[EXPERIMENT_FULL] = "full",
};

const char *const experiment_why[] = {
	[EXPERIMENT_NONE] = "has not begun",
	[EXPERIMENT_RUNS] = "runs",
	[EXPERIMENT_DONE] = "is done",
	[EXPERIMENT_STOPPED] = "was stopped",
	[EXPERIMENT_CHANGED] = "ended: a port was stopped or set by a command",
	[EXPERIMENT_FAILED] = "ended: a port failed",
	[EXPERIMENT_RATE] = "ended: a port cannot keep such a rate or size",
	[EXPERIMENT_INVALID] = "ended: no trial can be trusted, see 'verdict'",
	[EXPERIMENT_FULL] = "ended: it takes more trials than are kept",
};

/* Learning frames leave at 1,000 a second. */
#define LEARN_LOAD 1000000ull
#define LEARN_GAP_NS 1000000ull
/* Trials that are foreseen; beyond that it is only known to be long. */
#define DRY_TRIALS 20000

/* ---- What is kept ------------------------------------------------------- */

bool experiment_reserve(struct app *app, void **list, unsigned nb,
			unsigned *room, size_t size)
{
	unsigned more = MAX(*room, 8);
	void *mem;

	if (nb < *room)
		return true;
	while (more <= nb)
		more *= 2;
	mem = uk_malloc(app->pktgen.heap, more * size);
	if (!mem)
		return false;
	if (*room)
		memcpy(mem, *list, *room * size);
	uk_free(app->pktgen.heap, *list);
	*list = mem;
	*room = more;
	return true;
}

/* Rows that a course may ask for before it is asked again. */
static unsigned rows_at_once(const struct experiment *e)
{
	return MAX(SEARCH_GOALS + 1, e->service ? e->nb_streams : 0);
}

bool experiment_reserve_rows(struct app *app, struct experiment *e)
{
	void *list = e->row;
	const bool is =
		experiment_reserve(app, &list, e->nb_rows + rows_at_once(e) - 1,
				   &e->room_rows, sizeof(e->row[0]));

	e->row = list;
	return is;
}

struct course_row *course_row(struct experiment *e)
{
	struct course_row *r = &e->no_row;

	if (!e->dry && e->nb_rows < e->room_rows)
		r = &e->row[e->nb_rows++];
	memset(r->v, 0xff, sizeof(r->v));
	r->size = e->size;
	return r;
}

/* ---- Its course --------------------------------------------------------- */

static unsigned nb_sizes(const struct experiment *e)
{
	return MAX(e->plan.nb_sizes, 1);
}

static unsigned nb_repeats(const struct experiment *e)
{
	return e->plan.course->own_repeats ? 1 : MAX(e->plan.repeat, 1);
}

static bool begin_size(struct experiment *e, const struct app *app)
{
	const struct experiment_plan *p = &e->plan;
	const struct sizes *sizes = p->nb_sizes ? &p->size[e->size] : NULL;

	if (!p->course->as_set) {
		e->max = stream_load(e, app, &p->to, sizes);
		e->min = p->from.micro ? stream_load(e, app, &p->from, sizes)
				       : MAX(e->max / 10000, 1);
		if (!e->max || !e->min || e->min > e->max)
			return false;
	}
	stream_frame(e, app, sizes);
	e->learnt = !p->learn;
	return true;
}

static void begin_course(struct experiment *e)
{
	const struct course *course = e->plan.course;

	if (!e->repeat)
		memset(&e->st, 0, sizeof(e->st));
	e->st.phase = e->st.n = 0;
	if (course->begin)
		course->begin(e);
}

bool experiment_find_trial(struct experiment *e, struct app *app,
			   struct trial_ask *ask, uint64_t now_ns,
			   bool *is_rate)
{
	const struct course *course = e->plan.course;

	*is_rate = true;
	if (e->has_ask) {
		e->has_ask = false;
		*ask = e->ask;
		return true;
	}
	for (;;) {
		if (!e->learnt) {
			*ask = (struct trial_ask){
				.load = MIN(LEARN_LOAD, e->max),
				.frames = e->plan.learn,
				.ns = e->plan.learn * LEARN_GAP_NS,
				.learning = true,
			};
			return true;
		}
		*ask = (struct trial_ask){0};
		if (course->next(e, ask))
			return true;
		if (course->end)
			course->end(e);
		if (++e->repeat == nb_repeats(e)) {
			e->repeat = 0;
			if (++e->size == nb_sizes(e)) {
				*is_rate = false;
				return false;
			}
			if (!begin_size(e, app) ||
			    (!e->dry && !streams_set_size(e, app, now_ns)))
				return false;
		}
		begin_course(e);
	}
}

/* ---- Foreseen ----------------------------------------------------------- */

static void go_through(struct experiment *e, struct app *app,
		       struct experiment_cost *cost)
{
	struct experiment_trial t = {.good = true};
	struct trial_ask ask;
	uint64_t trials = 0;
	bool is_rate;

	memset(t.f.time, 0xff, sizeof(t.f.time));
	e->dry = true;
	begin_course(e);
	while (trials < DRY_TRIALS &&
	       experiment_find_trial(e, app, &ask, 0, &is_rate)) {
		struct experiment_cost *c = &cost[e->size];
		const uint64_t all = ask.frames ? ask.frames : ask.load;
		/* Half of the largest rate, or a buffer of 1,000 frames. */
		const uint64_t bears = ask.frames ? 1000 : e->max / 2;

		c->ns += ask.ns + ask.then_ns +
			 (all > bears ? e->plan.settle_ns : 0);
		if (ask.learning) {
			e->learnt = true;
			continue;
		}
		t.t = (struct search_trial){
			.load = ask.load,
			.ns = ask.ns,
			.effective_ns = ask.ns,
			.offered = MAX(all, 1),
			.lost = all > bears ? all - bears : 0,
		};
		t.f.sent = t.f.arrived = t.t.offered;
		c->trials++;
		trials++;
		if (e->plan.course->take)
			e->plan.course->take(e, &t);
	}
	e->dry = false;
	e->size = e->repeat = 0;
}

static struct experiment_cost sum_cost(const struct experiment_cost *cost)
{
	struct experiment_cost all = {0};

	for (unsigned i = 0; i < EXPERIMENT_SIZES; i++) {
		all.trials += cost[i].trials;
		all.ns += cost[i].ns;
	}
	return all;
}

static void drop(struct app *app, struct experiment *e)
{
	struct uk_alloc *heap = app->pktgen.heap;

	uk_free(heap, e->stream);
	uk_free(heap, e->before);
	uk_free(heap, e->service);
	uk_free(heap, e->bins);
	uk_free(heap, e->sampled);
	uk_free(heap, e->made);
	uk_free(heap, e->row);
	uk_free(heap, e->settings);
	uk_free(heap, e);
}

/* As it is before anything is set: E_OK with *made, or why not. */
static enum shell_err make(struct app *app, const struct experiment_plan *p,
			   struct experiment **made)
{
	struct experiment *e = uk_calloc(app->pktgen.heap, 1, sizeof(*e));
	enum shell_err err = E_RANGE;

	if (!e)
		return E_NOMEM;
	e->plan = *p;
	e->value = p->nb_values;
	if (!streams_take(e, app))
		err = E_NOMEM;
	else if (begin_size(e, app))
		err = E_OK;
	e->largest = e->max;
	if (err)
		drop(app, e);
	else
		*made = e;
	return err;
}

enum shell_err experiment_foresee(struct app *app,
				  const struct experiment_plan *p,
				  struct experiment_cost *all,
				  struct experiment_cost *cost)
{
	struct experiment *e;
	const enum shell_err err = make(app, p, &e);

	if (err)
		return err;
	go_through(e, app, e->size_cost);
	*all = sum_cost(e->size_cost);
	if (cost)
		memcpy(cost, e->size_cost, sizeof(e->size_cost));
	drop(app, e);
	return E_OK;
}

/* ---- Made --------------------------------------------------------------- */

static void finish(struct app *app, enum experiment_state state,
		   uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	if (state != EXPERIMENT_RATE)
		trial_abort(&e->trial, app, now_ns);
	streams_restore(e, app, now_ns);
	FOR_EACH_SENDER(i, e->plan.mask) {
		app->pktgen.set[i].owner = OWNER_NOBODY;
		run_forget(app, i);
	}
	uk_free(app->pktgen.heap, e->bins);
	uk_free(app->pktgen.heap, e->sampled);
	e->bins = NULL;
	e->sampled = NULL;
	e->state = e->full ? EXPERIMENT_FULL : state;
	e->ended_ns = now_ns;
	result_begin(app, now_ns);
}

static void begin_trial(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	e->sample_ns = now_ns + e->plan.every_ns;
	if (!trial_begin(&e->trial, app, now_ns))
		finish(app, EXPERIMENT_RATE, now_ns);
}

static void next_trial(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;
	struct trial_ask ask;
	bool is_rate;

	if (e->trial.began_ns && trial_is_changed(&e->trial, app)) {
		finish(app, EXPERIMENT_CHANGED, now_ns);
		return;
	}
	if (!experiment_reserve_rows(app, e)) {
		finish(app, EXPERIMENT_FULL, now_ns);
		return;
	}
	if (!experiment_find_trial(e, app, &ask, now_ns, &is_rate)) {
		finish(app, is_rate ? EXPERIMENT_RATE : EXPERIMENT_DONE,
		       now_ns);
		return;
	}
	e->trial = (struct trial){
		.ask = ask,
		.mask = e->plan.mask,
		.settle_ns = e->plan.settle_ns,
		.stream = e->stream,
		.nb_streams = e->nb_streams,
		.service = e->service,
		.bins = e->bins,
	};
	if (!streams_set_value(e, app, now_ns))
		finish(app, EXPERIMENT_RATE, now_ns);
	else
		begin_trial(app, now_ns);
}

static bool keep(struct app *app, struct experiment *e, bool good)
{
	const struct trial *t = &e->trial;
	void *list = e->made;
	struct experiment_trial *to;

	if (!experiment_reserve(app, &list, e->nb_trials, &e->room_trials,
				sizeof(e->made[0])))
		return false;
	e->made = list;
	to = &e->made[e->nb_trials++];
	*to = (struct experiment_trial){
		.t = t->result,
		.f = t->figures,
		.dead_ns = e->last_ns ? t->began_ns - e->last_ns : 0,
		.outage_ns = t->outage_ns,
		.size = (uint8_t)e->size,
		.grade = (uint8_t)t->grade,
		.good = good,
	};
	if (t->switched_ns && t->lost_ns > t->switched_ns)
		to->recovery_ns = t->lost_ns - t->switched_ns;
	e->sent_ns += t->sent_ns - t->began_ns;
	e->last_ns = t->sent_ns;
	return true;
}

/* One that cannot be trusted is made again, as often as is allowed. */
static void take_trial(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;
	const struct course *course = e->plan.course;
	const struct trial *t = &e->trial;
	const bool again = t->grade != VERDICT_VALID && !course->sample;

	if (t->ask.learning) {
		e->learnt = true;
		e->last_ns = t->sent_ns;
		next_trial(app, now_ns);
		return;
	}
	if (!keep(app, e, !again)) {
		finish(app, EXPERIMENT_FULL, now_ns);
		return;
	}
	if (again && e->repeats < EXPERIMENT_REPEATS) {
		e->repeats++;
		e->nb_repeated++;
		begin_trial(app, now_ns);
		return;
	}
	e->repeats = 0;
	if (again && t->grade == VERDICT_INVALID) {
		finish(app, EXPERIMENT_INVALID, now_ns);
		return;
	}
	/* The last of those that were repeated counts. */
	e->made[e->nb_trials - 1].good = true;
	if (course->take)
		course->take(e, &e->made[e->nb_trials - 1]);
	next_trial(app, now_ns);
}

enum shell_err experiment_begin(struct app *app,
				const struct experiment_plan *p,
				uint64_t now_ns)
{
	struct experiment *e;
	enum shell_err err;

	if (app->experiment && app->experiment->state == EXPERIMENT_RUNS)
		return E_STATE;
	err = make(app, p, &e);
	if (err)
		return err;
	streams_note(e, app);
	if (!streams_prepare(e, app, now_ns)) {
		drop(app, e);
		return E_RANGE;
	}
	result_end(app, now_ns);
	experiment_end(app);
	app->experiment = e;
	go_through(e, app, e->size_cost);
	e->cost = sum_cost(e->size_cost);
	begin_size(e, app);
	begin_course(e);
	e->state = EXPERIMENT_RUNS;
	e->began_ns = now_ns;
	FOR_EACH_SENDER(i, p->mask)
		app->pktgen.set[i].owner = OWNER_EXPERIMENT;
	experiment_resume(app, e, now_ns);
	next_trial(app, now_ns);
	return E_OK;
}

/* ---- While it runs ------------------------------------------------------ */

/* What came since the last one. */
static void sample(struct app *app, uint64_t now_ns, bool last)
{
	struct experiment *e = app->experiment;
	const uint64_t lost =
		last ? e->trial.result.lost : trial_lost(&e->trial, app);
	struct trial_figures f = {
		.sent = trial_sent(&e->trial, app),
		.stolen_ns = trial_stolen_ns(&e->trial, app),
	};
	const uint64_t from_ns = e->sample_ns - e->plan.every_ns;
	struct latency l;

	trial_second(&e->trial, app);
	/* The last row begins here, and ends with the trial. */
	if (!last && e->plan.until_loss && lost) {
		trial_cut(&e->trial, now_ns);
		return;
	}
	memset(f.time, 0xff, sizeof(f.time));
	if (e->sampled && trial_latency(&e->trial, app, &l) && l.count)
		streams_sample(e, &l, f.time);
	if (last)
		f.sent = e->trial.figures.sent;
	if (!experiment_reserve_rows(app, e))
		e->full = true;
	e->plan.course->sample(e, &f, lost, now_ns - from_ns);
	e->sample_ns = now_ns + e->plan.every_ns;
	if (e->full)
		trial_cut(&e->trial, now_ns);
}

void experiment_poll(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	if (!e)
		return;
	if (e->state != EXPERIMENT_RUNS) {
		result_step(app, now_ns);
		return;
	}
	if (now_ns < e->trial.wake_ns)
		return;
	trial_step(&e->trial, app, now_ns);
	if (e->plan.every_ns && e->trial.state == TRIAL_SENDS &&
	    !e->trial.is_cut && now_ns >= e->sample_ns &&
	    now_ns + e->plan.every_ns / 2 < e->trial.began_ns + e->trial.ask.ns)
		sample(app, now_ns, false);
	switch (e->trial.state) {
	case TRIAL_DONE:
		if (e->plan.every_ns && !e->trial.ask.learning)
			sample(app, e->trial.sent_ns, true);
		take_trial(app, now_ns);
		break;
	case TRIAL_FAILED:
		finish(app, EXPERIMENT_FAILED, now_ns);
		break;
	case TRIAL_CHANGED:
		finish(app, EXPERIMENT_CHANGED, now_ns);
		break;
	default:
		break;
	}
}

void experiment_stop(struct app *app, uint64_t mask, uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	if (!e || e->state != EXPERIMENT_RUNS || !(e->plan.mask & mask))
		return;
	finish(app, EXPERIMENT_STOPPED, now_ns);
}

uint64_t experiment_left_ns(const struct experiment *e, uint64_t now_ns)
{
	const uint64_t took_ns = now_ns - e->began_ns;

	return e->cost.ns > took_ns ? e->cost.ns - took_ns : 0;
}

void experiment_end(struct app *app)
{
	result_drop(app);
	if (app->experiment)
		drop(app, app->experiment);
	app->experiment = NULL;
}
