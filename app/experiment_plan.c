/* SPDX-License-Identifier: BSD-3-Clause */
/* How an experiment goes through its course: in earnest, or to foresee it. */
#include <string.h>

#include "app/app.h"
#include "app/bench.h"
#include "app/experiment_impl.h"

/* Learning frames leave at 1,000 a second. */
#define LEARN_LOAD 1000000ull
#define LEARN_GAP_NS 1000000ull
/* Trials that are foreseen; beyond that it is only known to be long. */
#define DRY_TRIALS 20000

/* ---- Its course --------------------------------------------------------- */

static unsigned nb_sizes(const struct experiment *e)
{
	return MAX(e->plan.nb_sizes, 1);
}

static unsigned nb_repeats(const struct experiment *e)
{
	return e->plan.course->own_repeats ? 1 : MAX(e->plan.repeat, 1);
}

bool experiment_begin_size(struct experiment *e, const struct app *app)
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

void experiment_begin_course(struct experiment *e)
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
		if (course->next(e, ask)) {
			ask->warm_ns = e->plan.warm_ns;
			return true;
		}
		if (course->end)
			course->end(e);
		if (++e->repeat == nb_repeats(e)) {
			e->repeat = 0;
			if (++e->size == nb_sizes(e)) {
				*is_rate = false;
				return false;
			}
			if (!experiment_begin_size(e, app) ||
			    (!e->dry && !streams_set_size(e, app, now_ns)))
				return false;
		}
		experiment_begin_course(e);
	}
}

/* ---- Foreseen ----------------------------------------------------------- */

static struct experiment_cost sum_cost(const struct experiment_cost *cost)
{
	struct experiment_cost all = {0};

	for (unsigned i = 0; i < EXPERIMENT_SIZES; i++) {
		all.trials += cost[i].trials;
		all.ns += cost[i].ns;
	}
	return all;
}

void experiment_go_through(struct experiment *e, struct app *app)
{
	struct experiment_trial t = {.good = true};
	struct trial_ask ask;
	uint64_t trials = 0;
	bool is_rate;

	memset(t.f.time, 0xff, sizeof(t.f.time));
	e->dry = true;
	experiment_begin_course(e);
	while (trials < DRY_TRIALS &&
	       experiment_find_trial(e, app, &ask, 0, &is_rate)) {
		struct experiment_cost *c = &e->size_cost[e->size];
		const uint64_t all = ask.frames ? ask.frames : ask.load;
		/* Half of the largest rate, or a buffer of 1,000 frames. */
		const uint64_t bears = ask.frames ? 1000 : e->max / 2;

		c->ns += trial_ask_ns(&ask) +
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
	e->cost = sum_cost(e->size_cost);
}

void experiment_drop(struct app *app, struct experiment *e)
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
	uk_free(heap, e->bench);
	uk_free(heap, e);
}

enum shell_err experiment_make(struct app *app, const struct experiment_plan *p,
			       struct experiment **made)
{
	struct experiment *e = uk_calloc(app->pktgen.heap, 1, sizeof(*e));
	enum shell_err err = E_RANGE;

	if (!e)
		return E_NOMEM;
	e->plan = *p;
	e->value = p->nb_values;
	if (!streams_take(e, app) ||
	    (p->course->maker && !p->course->maker->take(e, app)))
		err = E_NOMEM;
	else if (experiment_begin_size(e, app))
		err = E_OK;
	e->largest = e->max;
	if (err)
		experiment_drop(app, e);
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
	const enum shell_err err = experiment_make(app, p, &e);

	if (err)
		return err;
	experiment_go_through(e, app);
	*all = e->cost;
	if (cost)
		memcpy(cost, e->size_cost, sizeof(e->size_cost));
	experiment_drop(app, e);
	return E_OK;
}
