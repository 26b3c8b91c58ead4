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
	uint64_t milli;

	return p && json_milli(p, &milli) ? milli : TRIAL_UNKNOWN;
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
	if (!is_of_size(e, row) || milli_of(row, "rate") != ask->load ||
	    milli_of(row, "time") != ask->ns / 1000000 ||
	    (ask->frames && whole_of(row, "offered") != ask->frames) ||
	    ask->then_ns ||
	    !experiment_reserve(app, &list, e->nb_trials, &e->room_trials,
				sizeof(e->made[0])))
		return false;
	e->made = list;
	t = &e->made[e->nb_trials++];
	*t = (struct experiment_trial){
		.size = (uint8_t)e->size, .grade = VERDICT_VALID, .good = true};
	t->t = (struct search_trial){
		.load = ask->load,
		.ns = ask->ns,
		.effective_ns = ask->ns,
		.offered = whole_of(row, "offered"),
		.lost = whole_of(row, "lost"),
	};
	t->f.sent = whole_of(row, "sent");
	t->f.arrived = whole_of(row, "arrived");
	for (unsigned i = 0; i < TRIAL_TIMES; i++)
		t->f.time[i] = whole_of(row, trial_times[i]);
	e->trial.ask = *ask;
	if (e->plan.course->take)
		e->plan.course->take(e, t);
	e->has_ask = false;
	return t->t.offered != TRIAL_UNKNOWN && t->t.lost != TRIAL_UNKNOWN;
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
	while (result_list(&j, "trials"))
		while (result_row_next(&j, &row))
			if (!ask_next(e, app, now_ns) ||
			    !take_made(app, e, &row))
				return;
}
