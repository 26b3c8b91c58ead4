/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/experiment.h"

#include <string.h>

#include "app/app.h"

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
	[EXPERIMENT_RATE] = "ended: a port cannot keep such a rate",
	[EXPERIMENT_INVALID] = "ended: no trial can be trusted, see 'verdict'",
	[EXPERIMENT_FULL] = "ended: it takes more trials than are kept",
};

#define MICRO_OF_MILLI 1000

static struct subject first_of(unsigned port)
{
	return (struct subject){port, 0};
}

/* ---- Settings ----------------------------------------------------------- */

static void keep_settings(struct experiment *e, const struct app *app)
{
	unsigned n = 0;

	FOR_EACH_SENDER(i, e->plan.mask)
		config_get(app, first_of(i), &e->before[n++]);
}

/* What is still as the experiment has set it is as before again. */
static void restore_settings(struct experiment *e, struct app *app,
			     uint64_t now_ns)
{
	static const struct stream_plan no_plan;
	struct config c;

	FOR_EACH_SENDER(i, e->plan.mask) {
		const struct config *before = &e->before[i];

		config_get(app, first_of(i), &c);
		if (c.stream.sign)
			c.stream.sign = before->stream.sign;
		if (c.stream.rate.unit == RATE_PPS &&
		    c.stream.rate.micro == e->trial.load * MICRO_OF_MILLI)
			c.stream.rate = before->stream.rate;
		if (!c.stream.shape.kind)
			c.stream.shape = before->stream.shape;
		if (!c.stream.pace.every_ns)
			c.stream.pace.every_ns = before->stream.pace.every_ns;
		if (!memcmp(&c.use.plan, &no_plan, sizeof(no_plan)))
			c.use.plan = before->use.plan;
		config_put(app, first_of(i), &c, now_ns);
	}
}

/* Frames are told apart, at a rate that does not change. */
static int prepare(struct config *c, void *arg)
{
	(void)arg;
	c->stream.sign = true;
	memset(&c->stream.shape, 0, sizeof(c->stream.shape));
	c->stream.pace.every_ns = 0;
	memset(&c->use.plan, 0, sizeof(c->use.plan));
	return 0;
}

/* ---- Its course --------------------------------------------------------- */

static void finish(struct app *app, enum experiment_state state,
		   uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	if (state != EXPERIMENT_RATE)
		trial_abort(&e->trial, app, now_ns);
	restore_settings(e, app, now_ns);
	FOR_EACH_SENDER(i, e->plan.mask) {
		app->pktgen.set[i].owner = OWNER_NOBODY;
		run_forget(app, i);
	}
	uk_free(app->pktgen.heap, e->before);
	e->before = NULL;
	e->state = state;
	e->ended_ns = now_ns;
	session_event(&app->session, now_ns, "search done trials=%u%s%s",
		      e->nb_trials, state == EXPERIMENT_DONE ? "" : ": it ",
		      state == EXPERIMENT_DONE ? "" : experiment_why[state]);
}

static void begin_trial(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	if (e->nb_trials == EXPERIMENT_TRIALS)
		finish(app, EXPERIMENT_FULL, now_ns);
	else if (!trial_begin(&e->trial, app, now_ns))
		finish(app, EXPERIMENT_RATE, now_ns);
}

static void next_trial(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;
	struct search_trial next;

	if (e->nb_trials && trial_is_changed(&e->trial, app)) {
		finish(app, EXPERIMENT_CHANGED, now_ns);
		return;
	}
	if (!search_next(&e->search, &next)) {
		finish(app, EXPERIMENT_DONE, now_ns);
		return;
	}
	e->trial = (struct trial){
		.mask = e->plan.mask,
		.load = next.load,
		.ns = next.ns,
		.settle_ns = e->plan.settle_ns,
	};
	begin_trial(app, now_ns);
}

/* One that cannot be trusted is made again, as often as is allowed. */
static void take_trial(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;
	const struct trial *t = &e->trial;
	const bool good = t->grade == VERDICT_VALID;

	e->made[e->nb_trials++] =
		(struct experiment_trial){t->result, t->grade, good};
	e->sent_ns += t->sent_ns - t->began_ns;
	if (!good && e->repeats < EXPERIMENT_REPEATS) {
		e->repeats++;
		e->nb_repeated++;
		begin_trial(app, now_ns);
		return;
	}
	e->repeats = 0;
	if (t->grade == VERDICT_INVALID) {
		finish(app, EXPERIMENT_INVALID, now_ns);
		return;
	}
	search_add(&e->search, &t->result);
	next_trial(app, now_ns);
}

enum shell_err experiment_begin(struct app *app,
				const struct experiment_plan *p,
				uint64_t now_ns)
{
	struct uk_alloc *heap = app->pktgen.heap;
	const struct subjects on = subjects_of(p->mask);
	struct experiment *e;
	struct pktgen_fault fault;

	if (app->experiment && app->experiment->state == EXPERIMENT_RUNS)
		return E_STATE;
	experiment_end(app);
	e = uk_calloc(heap, 1, sizeof(*e));
	if (!e)
		return E_NOMEM;
	e->plan = *p;
	e->before = uk_calloc(heap, PKTGEN_MAX_PORTS, sizeof(*e->before));
	if (!e->before) {
		uk_free(heap, e);
		return E_NOMEM;
	}
	app->experiment = e;
	keep_settings(e, app);
	if (config_change(app, &on, prepare, NULL, now_ns, &fault)) {
		experiment_end(app);
		return E_RANGE;
	}
	search_init(&e->search, p->goal, p->nb_goals, p->min, p->max, p->bisect,
		    e->good, EXPERIMENT_TRIALS);
	e->cost = search_estimate(&e->search, p->max / 2);
	e->state = EXPERIMENT_RUNS;
	e->began_ns = now_ns;
	FOR_EACH_SENDER(i, p->mask)
		app->pktgen.set[i].owner = OWNER_EXPERIMENT;
	next_trial(app, now_ns);
	return E_OK;
}

void experiment_poll(struct app *app, uint64_t now_ns)
{
	struct experiment *e = app->experiment;

	if (!e || e->state != EXPERIMENT_RUNS || now_ns < e->trial.wake_ns)
		return;
	trial_step(&e->trial, app, now_ns);
	switch (e->trial.state) {
	case TRIAL_DONE:
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
	if (app->experiment) {
		uk_free(app->pktgen.heap, app->experiment->before);
		uk_free(app->pktgen.heap, app->experiment);
	}
	app->experiment = NULL;
}
