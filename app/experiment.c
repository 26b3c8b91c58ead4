/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/experiment.h"

#include <string.h>

#include "app/app.h"
#include "app/experiment_impl.h"
#include "app/result_write.h"

const char *const experiment_states[] = {
	[EXPERIMENT_NONE] = "none",       [EXPERIMENT_RUNS] = "runs",
	[EXPERIMENT_DONE] = "done",       [EXPERIMENT_STOPPED] = "stopped",
	[EXPERIMENT_CHANGED] = "changed", [EXPERIMENT_FAILED] = "failed",
	[EXPERIMENT_RATE] = "rate",       [EXPERIMENT_INVALID] = "invalid",
	[EXPERIMENT_FULL] = "full",       [EXPERIMENT_STUCK] = "stuck",
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
	[EXPERIMENT_STUCK] = "ended: a port does not return its frames",
};

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

void course_rows_anew(struct experiment *e)
{
	if (e->dry)
		return;
	e->rows_gone += e->nb_rows;
	e->nb_rows = 0;
}

/* ---- Made --------------------------------------------------------------- */

static const struct course_maker *maker(const struct experiment *e)
{
	const struct course *course = e->plan.course;

	return course->maker ? course->maker : &streams_maker;
}

static void finish(struct app *app, enum experiment_state state,
		   uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	if (state != EXPERIMENT_RATE)
		maker(e)->abort(e, app, now_ns);
	maker(e)->restore(e, app, now_ns);
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
	e->samples = 0;
	if (!maker(e)->begin(e, app, now_ns))
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
		.recovery_ns = TRIAL_UNKNOWN,
		.outage_ns = t->outage_ns,
		.size = (uint8_t)e->size,
		.grade = (uint8_t)t->grade,
		.good = good,
	};
	if (t->switched_ns)
		to->recovery_ns =
			MAX(t->lost_ns, t->switched_ns) - t->switched_ns;
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
	if (again && e->repeats < app->verdict_limit[VERDICT_again]) {
		e->repeats++;
		e->nb_repeated++;
		e->again_ns += now_ns - t->began_ns + t->ask.warm_ns;
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
	err = experiment_make(app, p, &e);
	if (err)
		return err;
	streams_note(e, app);
	if (!maker(e)->prepare(e, app, now_ns)) {
		experiment_drop(app, e);
		return E_RANGE;
	}
	result_end(app, now_ns);
	experiment_end(app);
	app->experiment = e;
	experiment_go_through(e, app);
	experiment_begin_size(e, app);
	experiment_begin_course(e);
	e->state = EXPERIMENT_RUNS;
	e->began_ns = now_ns;
	FOR_EACH_SENDER(i, p->mask)
		app->pktgen.set[i].owner = OWNER_EXPERIMENT;
	experiment_resume(app, e, now_ns);
	/* The first trial begins by the clock as it is after all this. */
	e->trial.state = TRIAL_DONE;
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
	if (!last && e->plan.look && ++e->samples % e->plan.look == 0)
		trial_take_services(&e->trial, app);
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
	if (!e->begun) {
		e->begun = true;
		next_trial(app, now_ns);
		return;
	}
	if (now_ns < e->trial.wake_ns)
		return;
	maker(e)->step(e, app, now_ns);
	if (e->trial.began_ns == now_ns)
		e->sample_ns = now_ns + e->plan.every_ns;
	if (e->plan.every_ns && e->trial.state == TRIAL_SENDS &&
	    !e->trial.warms && !e->trial.is_cut && now_ns >= e->sample_ns &&
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
	case TRIAL_STUCK:
		finish(app, EXPERIMENT_STUCK, now_ns);
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
	/* What is made again was not foreseen. */
	const uint64_t took_ns = now_ns - e->began_ns - e->again_ns;

	return e->cost.ns > took_ns ? e->cost.ns - took_ns : 0;
}

void experiment_end(struct app *app)
{
	result_drop(app);
	if (app->experiment)
		experiment_drop(app, app->experiment);
	app->experiment = NULL;
}
