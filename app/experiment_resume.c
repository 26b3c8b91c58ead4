/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials of a result in place of those that an experiment would make. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/experiment_impl.h"
#include "app/result_read.h"

static uint64_t milli_of(const struct result_row *row, const char *key)
{
	const struct json_piece *p = result_find(row, key);
	int64_t milli;

	return p && json_milli(p, &milli) && milli >= 0 ? (uint64_t)milli
							: TRIAL_UNKNOWN;
}

static uint64_t whole_of(const struct result_row *row, const char *key)
{
	const uint64_t milli = milli_of(row, key);

	return milli == TRIAL_UNKNOWN ? milli : milli / 1000;
}

static bool is_of_size(const struct experiment *e, const struct result_row *row)
{
	const struct sizes *s = &e->plan.size[e->size];
	const struct json_piece *mix = result_find(row, "mix");
	char text[SIZES_PRINT_MAX], other[SIZES_PRINT_MAX];

	if (!e->plan.nb_sizes)
		return true;
	if (!mix)
		return s->count == 1 &&
		       whole_of(row, "size") == s->entry[0].size;
	value_sizes_print(s, text, sizeof(text));
	result_text(mix, other, sizeof(other));
	return !strcmp(text, other);
}

/* Whether a trial of a result is what is asked for. */
static bool is_asked(const struct experiment *e, const struct result_row *row)
{
	const struct trial_ask *ask = &e->ask;
	const uint64_t load = milli_of(row, "rate");

	/* Of two services nobody has noted whose frames were lost. */
	return !ask->also && is_of_size(e, row) &&
	       load == (ask->load ? ask->load : TRIAL_UNKNOWN) &&
	       milli_of(row, "time") == ask->ns / 1000000 &&
	       whole_of(row, "offered") != TRIAL_UNKNOWN &&
	       (!ask->frames || whole_of(row, "offered") == ask->frames) &&
	       (!ask->then_ns || result_find(row, "recovery"));
}

static void take_figures(struct experiment_trial *t,
			 const struct result_row *row)
{
	t->t.offered = whole_of(row, "offered");
	t->t.lost = whole_of(row, "lost");
	if (result_find(row, "took"))
		t->t.effective_ns = whole_of(row, "took");
	t->f.sent = whole_of(row, "sent");
	t->f.arrived = whole_of(row, "arrived");
	t->f.reordered = whole_of(row, "reordered");
	t->f.bytes = whole_of(row, "bytes");
	for (unsigned i = 0; i < TRIAL_TIMES; i++)
		t->f.time[i] = whole_of(row, trial_times[i]);
	t->recovery_ns = whole_of(row, "recovery");
	if (result_find(row, "outage"))
		t->outage_ns = whole_of(row, "outage");
}

/* Of a service by itself all of the trial is its own. */
static void take_service(struct experiment *e, const struct experiment_trial *t)
{
	struct trial_service *s;

	if (!e->service || !e->ask.only)
		return;
	s = &e->service[e->ask.only - 1];
	s->offered = t->t.offered;
	s->lost = t->t.lost;
	memcpy(s->time, t->f.time, sizeof(s->time));
}

/* Takes a trial of a result in place of one that is made; false: it is none. */
static bool take_made(struct app *app, struct experiment *e,
		      const struct result_row *row)
{
	const struct json_piece *good = result_find(row, "good");
	const struct trial_ask *ask = &e->ask;
	struct experiment_trial *t;
	void *list = e->made;

	if (!good || good->len != 4)
		return true;
	if (!is_asked(e, row) ||
	    !experiment_reserve(app, &list, e->nb_trials, &e->room_trials,
				sizeof(e->made[0])))
		return false;
	e->made = list;
	t = &e->made[e->nb_trials++];
	*t = (struct experiment_trial){
		.t = {.load = ask->load,
		      .ns = ask->ns,
		      .effective_ns = ask->ns},
		.size = (uint8_t)e->size,
		.grade = VERDICT_VALID,
		.good = true,
	};
	take_figures(t, row);
	take_service(e, t);
	e->trial.ask = *ask;
	if (e->plan.course->take)
		e->plan.course->take(e, t);
	e->has_ask = false;
	e->cost.ns -= MIN(e->cost.ns, trial_ask_ns(ask));
	return true;
}

/* Of a service it has the name; false: that is no stream of ours. */
static bool take_of(const struct experiment *e, const struct json_piece *p,
		    struct subject *of)
{
	char text[24], name[24];

	if (!p)
		return false;
	result_text(p, text, sizeof(text));
	for (unsigned i = 0; i < e->nb_streams; i++) {
		*of = e->stream[i].of;
		snprintf(name, sizeof(name), "%u.%u", of->port, of->stream);
		if (!strcmp(name, text))
			return true;
	}
	return false;
}

/* A row of a trial that went on; a text there cannot be had again. */
static bool take_row(struct app *app, struct experiment *e,
		     const struct result_row *row)
{
	const struct course_column *c = e->plan.course->columns;
	struct course_row *r;

	if (!experiment_reserve_rows(app, e))
		return false;
	r = course_row(e);
	for (unsigned i = 0; c[i].key; i++)
		if (COURSE_KIND(c[i].kind) == COURSE_SERVICE &&
		    !take_of(e, result_find(row, c[i].key), &r->of))
			return false;
		else
			r->v[i] = COURSE_KIND(c[i].kind) == COURSE_MILLI
					  ? milli_of(row, c[i].key)
					  : whole_of(row, c[i].key);
	e->plan.course->resume(e);
	return true;
}

/* What the next trial is, but for learning frames; false: there is none. */
static bool ask_next(struct experiment *e, struct app *app, uint64_t now_ns)
{
	bool is_rate;

	while (!e->has_ask) {
		if (!experiment_reserve_rows(app, e) ||
		    !experiment_find_trial(e, app, &e->ask, now_ns, &is_rate))
			return false;
		if (e->ask.learning)
			e->learnt = true;
		else
			e->has_ask = true;
	}
	return true;
}

void experiment_resume(struct app *app, struct experiment *e, uint64_t now_ns)
{
	char name[VALUE_NAME_MAX + 1];
	const struct store_file *f;
	struct result_row row;
	struct json j;

	snprintf(name, sizeof(name), "%.*s.json", VALUE_NAME_MAX - 5,
		 app->resumed);
	f = app->resumed[0] ? store_find(&app->store, name) : NULL;
	app->resumed[0] = '\0';
	if (!f)
		return;
	json_begin(&j, store_data(&app->store, f), f->size);
	if (e->plan.course->resume) {
		while (result_list(&j, "rows"))
			while (result_row_next(&j, &row))
				if (!take_row(app, e, &row))
					return;
		return;
	}
	while (result_list(&j, "trials"))
		while (result_row_next(&j, &row))
			if (!ask_next(e, app, now_ns) ||
			    !take_made(app, e, &row))
				return;
}
