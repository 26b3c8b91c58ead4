/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/result_write.h"

#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"
#include "app/result_show.h"
#include "shell/render.h"
#include "version.h"

/* ---- Its parts ---------------------------------------------------------- */

enum { HEAD, SETTINGS, GOALS, ROWS, TRIALS, PARTS };

/* The lists among them, and how many elements fit into a reply. */
static const struct {
	const char *key;
	unsigned at_once;
} parts[PARTS] = {
	[SETTINGS] = {"settings", 4},
	[GOALS] = {"goals", SEARCH_GOALS},
	[ROWS] = {"rows", 8},
	[TRIALS] = {"trials", 6},
};

static void show_head(struct reply *r, const struct app *app)
{
	const struct experiment *e = app->experiment;
	const struct course *course = e->plan.course;
	bool both = true;
	char ports[96];

	FOR_EACH_SENDER(i, e->plan.mask)
		both &= (app->pktgen.set[i].mode & MODE_RX) != 0;
	value_set_print(e->plan.mask, ports, sizeof(ports));
	reply_text(r, "result", e->name);
	reply_text(r, "experiment", course->experiment);
	reply_text(r, "test", course->test);
	if (course->clause)
		reply_text(r, "clause", course->clause);
	reply_text(r, "state", experiment_states[e->state]);
	reply_text(r, "why", experiment_why[e->state]);
	reply_text(r, "command", e->plan.command);
	reply_text(r, "version", UKPKTGEN_VERSION);
#ifdef UK_PLAT_NAME
	reply_text(r, "platform", UK_PLAT_NAME);
#else
	reply_text(r, "platform", "unikraft");
#endif
	reply_text(r, "senders", ports);
	reply_bool(r, "both_ways", both);
	if (e->largest)
		reply_milli(r, "largest", e->largest, "pps");
	if (e->plan.warm_ns)
		reply_milli(r, "warmup", e->plan.warm_ns / 1000000, "s");
	result_sums(r, e, 0);
}

static void show_goal(struct reply *r, const struct experiment *e, unsigned i)
{
	const struct search_goal *g = &e->plan.goal[i];

	reply_map(r, NULL, REPLY_TABLE);
	reply_text(r, "goal", e->plan.name[i]);
	reply_milli(r, "full", g->trial_ns / 1000000, "s");
	reply_milli(r, "sum", g->sum_ns / 1000000, "s");
	reply_milli(r, "tolerance", g->loss_ppb / 10000, "%");
	reply_milli(r, "exceed", g->exceed_ppb / 10000, "%");
	reply_milli(r, "width", g->width_ppb / 10000, "%");
	if (result_complies(e, i))
		reply_text(r, "complies", result_complies(e, i));
	reply_end(r);
}

static unsigned nb_settings(const struct experiment *e)
{
	unsigned n = 0;

	for (size_t i = 0; i < e->settings_len; i++)
		n += !e->settings[i];
	return n;
}

static unsigned nb_of(const struct experiment *e, unsigned part)
{
	return part == SETTINGS ? nb_settings(e)
	       : part == GOALS  ? e->plan.nb_goals
	       : part == ROWS   ? e->nb_rows
				: e->nb_trials;
}

static void show_settings(struct reply *r, const struct experiment *e,
			  unsigned from, unsigned to)
{
	const char *line = e->settings;

	for (unsigned i = 0; i < to && i < nb_settings(e); i++) {
		if (i >= from)
			reply_text(r, NULL, line);
		line += strlen(line) + 1;
	}
}

/* Elements [from, to) of a list. */
static void show_list(struct reply *r, const struct app *app, unsigned part,
		      unsigned from, unsigned to, bool all)
{
	const struct experiment *e = app->experiment;

	reply_list(r, parts[part].key, from ? REPLY_ROWS : REPLY_TABLE);
	if (part == SETTINGS)
		show_settings(r, e, from, to);
	if (part == ROWS)
		result_rows(r, e, from, to, all);
	for (; from < to && from < nb_of(e, part); from++)
		if (part == GOALS)
			show_goal(r, e, from);
		else if (part == TRIALS)
			result_trial(r, e, from, true, !all);
	reply_end(r);
}

/* ---- In the store ------------------------------------------------------- */

struct result_writer {
	bool json, failed;
	bool looked;       /* at what is next: the columns' widths are known */
	unsigned part, at; /* what is next */
	char *text;
	size_t len, room;
	struct reply reply;
	struct render render;
};

static void put(struct app *app, struct result_writer *w, const char *text,
		size_t n)
{
	if (w->len + n > w->room) {
		const size_t room = 2 * (w->room + n);
		char *more = uk_malloc(app->pktgen.heap, room);

		if (!more) {
			w->failed = true;
			return;
		}
		if (w->len)
			memcpy(more, w->text, w->len);
		uk_free(app->pktgen.heap, w->text);
		w->text = more;
		w->room = room;
	}
	memcpy(w->text + w->len, text, n);
	w->len += n;
}

/*
 * All but `front` bytes of the reply's front and `back` of its end. A part's
 * pieces are one table, for whose widths they are all looked at first.
 */
static void put_reply(struct app *app, struct result_writer *w, size_t front,
		      size_t back)
{
	const size_t from = w->len;
	char text[256];
	size_t n;

	if (!w->json && (w->at || w->looked))
		render_next(&w->render, &w->reply);
	else
		render_start(&w->render, &w->reply, w->json, 0);
	while (!w->failed && (n = render_step(&w->render, text, sizeof(text))))
		if (w->json || w->looked || w->part == HEAD)
			put(app, w, text, n);
	if (w->failed || w->reply.overflow) {
		w->failed = true;
		return;
	}
	w->len -= back;
	memmove(w->text + from, w->text + from + front, w->len - from - front);
	w->len -= front;
}

/* One piece of the list: as JSON the object is made of those of all. */
static void write_piece(struct app *app, struct result_writer *w)
{
	const struct experiment *e = app->experiment;
	const char *key = parts[w->part].key;
	const unsigned nb = nb_of(e, w->part);
	const unsigned to = w->at + parts[w->part].at_once;

	reply_reset(&w->reply);
	show_list(&w->reply, app, w->part, w->at, to, w->json);
	if (w->json) {
		put(app, w, ",", 1);
		if (!w->at) {
			put(app, w, "\"", 1);
			put(app, w, key, strlen(key));
			put(app, w, "\":[", 3);
		}
		if (nb)
			put_reply(app, w, strlen(key) + 5, 3);
		if (to >= nb)
			put(app, w, "]", 1);
	} else if (nb) {
		if (!w->at && w->looked) {
			put(app, w, "\n", 1);
			put(app, w, key, strlen(key));
			put(app, w, ":\n", 2);
		}
		put_reply(app, w, 0, 0);
	}
	w->at = to;
	if (to < nb)
		return;
	w->at = 0;
	w->looked = !w->json && !w->looked;
	w->render.widths = w->looked;
	if (!w->looked)
		w->part++;
}

/* The first number that no file has. */
static void choose_name(struct app *app)
{
	struct experiment *e = app->experiment;
	const struct course *course = e->plan.course;
	const bool two = strcmp(course->experiment, course->test) != 0;
	char file[VALUE_NAME_MAX + 1];
	unsigned n = 0;

	do {
		snprintf(e->name, sizeof(e->name), "%s%s%s-%u",
			 course->experiment, two ? "-" : "",
			 two ? course->test : "", ++n);
		snprintf(file, sizeof(file), "%s.json", e->name);
	} while (store_find(&app->store, file));
}

static void tell_end(struct app *app, uint64_t now_ns, const char *result,
		     const char *name)
{
	const struct experiment *e = app->experiment;
	const bool done = e->state == EXPERIMENT_DONE;

	session_event(&app->session, now_ns, "%s done trials=%u%s%s%s%s",
		      e->plan.course->experiment, e->nb_trials, result, name,
		      done ? "" : ": it ",
		      done ? "" : experiment_why[e->state]);
}

void result_drop(struct app *app)
{
	if (!app->result_writer)
		return;
	uk_free(app->pktgen.heap, app->result_writer->text);
	uk_free(app->pktgen.heap, app->result_writer);
	app->result_writer = NULL;
}

void result_begin(struct app *app, uint64_t now_ns)
{
	struct result_writer *w = NULL;

	choose_name(app);
	/* So far as it came, if it did. */
	if (OPTION(FILES) &&
	    (app->experiment->nb_trials || app->experiment->nb_rows))
		w = uk_calloc(app->pktgen.heap, 1, sizeof(*w));
	if (!w) {
		app->experiment->name[0] = '\0';
		tell_end(app, now_ns, "", "");
		return;
	}
	w->json = true;
	app->result_writer = w;
}

/* One of the two files is whole; true: the other is next. */
static bool end_file(struct app *app, struct result_writer *w, uint64_t now_ns)
{
	struct experiment *e = app->experiment;
	char file[VALUE_NAME_MAX + 1];

	snprintf(file, sizeof(file), "%s.%s", e->name,
		 w->json ? "json" : "txt");
	if (w->failed ||
	    store_add(&app->store, file, w->text, w->len) != E_OK) {
		snprintf(file, sizeof(file), "%s.json", e->name);
		store_remove(&app->store, file);
		e->name[0] = '\0';
		tell_end(app, now_ns, " (no room for its result)", "");
		return false;
	}
	if (!w->json) {
		tell_end(app, now_ns, " result=", e->name);
		return false;
	}
	w->json = false;
	w->part = HEAD;
	w->len = 0;
	return true;
}

bool result_step(struct app *app, uint64_t now_ns)
{
	struct result_writer *w = app->result_writer;

	if (!w)
		return false;
	if (w->part == HEAD) {
		reply_reset(&w->reply);
		show_head(&w->reply, app);
		put_reply(app, w, 0, w->json ? 2 : 0);
		w->part++;
		return true;
	}
	if (w->part < PARTS && !w->failed) {
		write_piece(app, w);
		return true;
	}
	if (w->json)
		put(app, w, "}\n", 2);
	if (end_file(app, w, now_ns))
		return true;
	result_drop(app);
	return false;
}

void result_end(struct app *app, uint64_t now_ns)
{
	while (result_step(app, now_ns))
		;
}

bool result_is_written(const struct app *app)
{
	return app->result_writer;
}
