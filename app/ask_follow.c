/* SPDX-License-Identifier: BSD-3-Clause */
/* What an experiment has found, and the forms that tell of it. */
#include <stdio.h>
#include <string.h>

#include "app/ask_impl.h"
#include "app/result_read.h"
#include "app/result_show.h"
#include "app/result_write.h"
#include "shell/script.h"

#define LOOK_NS 250000000ull
/* All figures of some, or what fits a line of more. */
#define TRIALS_A_CALL(json) ((json) ? 6u : 16u)

enum call_result ask_leave(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	if (e && e->state == EXPERIMENT_RUNS)
		session_event(&call_app(c)->session, c->now_ns,
			      "%s goes on trials=%u",
			      e->plan.course->experiment, e->nb_trials);
	return CALL_DONE;
}

/* ---- Followed ----------------------------------------------------------- */

/* Why it is no more than a guess, or "-". */
static const char *note(const struct experiment *e,
			const struct search_result *f)
{
	if (f->regular)
		return "-";
	if (e->state == EXPERIMENT_RUNS)
		return "not yet";
	if (f->lower == e->max)
		return "bears the largest rate";
	if (f->upper == e->min)
		return "loses at the smallest rate";
	return "not found";
}

static void show_load(struct reply *r, const char *key, uint64_t load)
{
	if (load)
		reply_milli(r, key, load, "pps");
	else
		reply_none(r, key, "pps");
}

static void show_goal(struct call *c, const struct experiment *e, unsigned i)
{
	const struct search_result f = search_result(&e->st.search, i);
	struct reply *r = c->reply;

	reply_map(r, NULL, REPLY_TABLE);
	reply_text(r, "goal", e->plan.name[i]);
	show_load(r, "throughput", f.throughput);
	show_load(r, "lower", f.lower);
	show_load(r, "upper", f.upper);
	reply_text(r, "note", note(e, &f));
	reply_end(r);
}

static bool shows_goals(const struct experiment *e)
{
	return e->plan.course->columns == course_search.columns &&
	       (!e->plan.nb_sizes || e->state == EXPERIMENT_RUNS);
}

#define ROWS_A_CALL 8

/* Rows that nobody has told of; true: there are more. */
static bool show_rows(struct call *c, const struct experiment *e, bool go_on)
{
	const unsigned seen = (unsigned)c->state[ROWS_SEEN];
	const unsigned from = MAX(seen, e->rows_gone) - e->rows_gone;

	if (from >= e->nb_rows)
		return false;
	reply_list(c->reply, "rows", go_on ? REPLY_ROWS : REPLY_TABLE);
	result_rows(c->reply, e, from, from + ROWS_A_CALL, c->json);
	reply_end(c->reply);
	c->state[ROWS_SEEN] =
		e->rows_gone + MIN(from + ROWS_A_CALL, e->nb_rows);
	return from + ROWS_A_CALL < e->nb_rows;
}

static bool report(struct call *c, const struct experiment *e)
{
	struct reply *r = c->reply;

	reply_text(r, e->plan.course->experiment, experiment_states[e->state]);
	if (strcmp(e->plan.course->experiment, e->plan.course->test) != 0)
		reply_text(r, "test", e->plan.course->test);
	if (e->name[0])
		reply_text(r, "result", e->name);
	if (e->state == EXPERIMENT_DONE && !e->nb_rows && !shows_goals(e))
		reply_text(r, "note", "no rate without loss was found");
	if (!shows_goals(e))
		return show_rows(c, e, false);
	reply_list(r, "goals", REPLY_TABLE);
	for (unsigned i = 0; i < e->plan.nb_goals; i++)
		show_goal(c, e, i);
	reply_end(r);
	return false;
}

/*
 * CALL_AGAIN until all rows are shown; nothing else is. What sums them up
 * stands below the table, in a reply of its own where that goes on.
 */
static enum call_result report_rest(struct call *c, const struct experiment *e)
{
	const bool first = !c->state[ROW]++;
	const bool rest = c->state[ROWS_SEEN] < e->rows_gone + e->nb_rows;
	const bool more = first  ? report(c, e)
			  : rest ? show_rows(c, e, true) || !c->json
				 : false;

	if (c->json ? first : !more)
		result_sums(c->reply, e, c->now_ns);
	c->wake_ns = c->now_ns;
	return more ? CALL_AGAIN : CALL_DONE;
}

static void show_progress(struct call *c, const struct experiment *e)
{
	char text[EXPERIMENT_PROGRESS_MAX];

	experiment_progress(e, c->now_ns, text, sizeof(text));
	call_progress(c, text);
}

/* With this, what is told of trials can be resumed. */
static void show_head(struct call *c, const struct experiment *e)
{
	if (c->state[HEADED]++)
		return;
	reply_text(c->reply, "experiment", e->plan.course->experiment);
	reply_text(c->reply, "state", experiment_states[e->state]);
	reply_text(c->reply, "command", e->plan.command);
}

/* Those that were made since the last time, and rows where trials go on. */
static void show_new_trials(struct call *c, const struct experiment *e)
{
	unsigned at = (unsigned)c->state[SEEN], n = 0;

	if (e->plan.course->whole_reply && !c->state[FOLLOWS])
		return;
	show_head(c, e);
	if (e->plan.course->sample)
		show_rows(c, e, false);
	if (at >= e->nb_trials)
		return;
	reply_list(c->reply, "trials", REPLY_TABLE);
	for (; at < e->nb_trials && n < TRIALS_A_CALL(true); at++, n++)
		result_trial(c->reply, e, at, true, false);
	reply_end(c->reply);
	c->state[SEEN] = at;
}

enum call_result ask_wait(struct call *c)
{
	struct app *app = call_app(c);
	const struct experiment *e = app->experiment;

	if (c->state[WHOSE] && c->state[WHOSE] != e->began_ns)
		return call_fail(c, E_STATE, -1,
				 "it was stopped, and another began; see "
				 "'results'");
	c->state[WHOSE] = e->began_ns;
	if (c->state[ROW])
		return report_rest(c, e);
	if (c->json)
		show_new_trials(c, e);
	if (!reply_empty(c->reply)) {
		c->wake_ns = c->now_ns;
		return CALL_AGAIN;
	}
	if (e->state == EXPERIMENT_RUNS || result_is_written(app)) {
		show_progress(c, e);
		c->wake_ns =
			c->now_ns + (e->state == EXPERIMENT_RUNS ? LOOK_NS : 0);
		return CALL_AGAIN;
	}
	if (e->state != EXPERIMENT_DONE)
		return call_fail(c, E_STATE, -1, "the %s %s",
				 e->plan.course->experiment,
				 experiment_why[e->state]);
	return report_rest(c, e);
}

const struct experiment *ask_over(const struct call *c)
{
	const struct app *app = call_app(c);
	const struct experiment *e = app->experiment;

	if (c->cancelled || !c->state[BEGUN] || !e ||
	    c->state[WHOSE] != e->began_ns || e->state == EXPERIMENT_RUNS ||
	    result_is_written(app))
		return NULL;
	return e;
}

/* ---- The forms besides -------------------------------------------------- */

enum { TRIALS_WORD, TRIALS_FROM };

const struct arg ask_trials_args[] = {
	[TRIALS_WORD] = {ARG_KEYWORD, .name = "trials",
			 .help = "list the trials"},
	[TRIALS_FROM] = {ARG_INT, .optional = true, .name = "FROM",
			 .help = "first to list", .unset = "1", .min = 1,
			 .max = UINT32_MAX},
	ARG_JSON("reply as JSON, with rows of a trial that goes on"),
	{ARG_NONE},
};

const struct arg ask_follow_args[] = {
	{ARG_KEYWORD, .name = "follow", .help = "wait for the end"},
	ARG_JSON("reply as JSON, trials as they are made"),
	{ARG_NONE},
};

const struct arg ask_stop_args[] = {
	{ARG_KEYWORD, .name = "stop", .help = "stop it"},
	{ARG_NONE},
};

static enum call_result show_none(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	reply_text(c->reply, c->cmd->name, experiment_states[EXPERIMENT_NONE]);
	if (!c->json)
		reply_text(c->reply, "begin_with", c->cmd->examples[0]);
	if (!c->json && e)
		reply_text(c->reply, "last", e->plan.course->experiment);
	return CALL_DONE;
}

/* NULL where it is another command's: who asked would mix them up. */
static const struct experiment *own(const struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	return e && !strcmp(e->plan.course->experiment, c->cmd->name) ? e
								      : NULL;
}

enum call_result ask_show(struct call *c)
{
	if (c->cancelled)
		return CALL_DONE;
	return own(c) ? report_rest(c, own(c)) : show_none(c);
}

/* To be kept and resumed: what stands in a trial that goes on is its rows. */
static enum call_result list_rows(struct call *c, const struct experiment *e)
{
	show_head(c, e);
	if (!c->calls)
		c->state[ROWS_SEEN] = c->v[TRIALS_FROM].u - 1;
	c->wake_ns = c->now_ns;
	return show_rows(c, e, c->calls) ? CALL_AGAIN : CALL_DONE;
}

enum call_result ask_trials(struct call *c)
{
	const struct experiment *e = own(c);
	const unsigned nb = e ? e->nb_trials : 0;
	const unsigned n = TRIALS_A_CALL(c->json);
	unsigned i = (unsigned)c->v[TRIALS_FROM].u - 1 + c->calls * n;
	const unsigned to = MIN(i + n, nb);

	if (c->cancelled)
		return CALL_DONE;
	if (c->json && e && e->plan.course->sample)
		return list_rows(c, e);
	if (c->json && e)
		show_head(c, e);
	else if (c->json && call_app(c)->experiment)
		reply_text(c->reply, "other",
			   call_app(c)->experiment->plan.course->experiment);
	reply_list(c->reply, "trials", c->calls ? REPLY_ROWS : REPLY_TABLE);
	for (; i < to; i++)
		result_trial(c->reply, e, i, c->json, !c->json);
	reply_end(c->reply);
	c->wake_ns = c->now_ns;
	return to < nb ? CALL_AGAIN : CALL_DONE;
}

enum call_result ask_follow(struct call *c)
{
	if (c->cancelled)
		return ask_leave(c);
	c->state[FOLLOWS] = 1;
	/* One that it follows may end, and another begin. */
	return own(c) || c->state[WHOSE] ? ask_wait(c) : show_none(c);
}

enum { RESUME_WORD, RESUMED };

const struct arg ask_resume_args[] = {
	[RESUME_WORD] = {ARG_KEYWORD, .name = "resume",
			 .help = "go on from a result"},
	[RESUMED] = {ARG_NAME, .name = "RESULT", .help = "result to go on from",
		     .names = result_names},
	{ARG_NONE},
};

/* The line that a result names is a job, which finds its trials made. */
enum call_result ask_resume(struct call *c)
{
	struct app *app = call_app(c);
	char line[EXPERIMENT_COMMAND_MAX];
	const size_t len = strlen(c->cmd->name);
	const struct store_file *f;
	uint64_t serial = 0;

	f = result_file(c, RESUMED, "json", &serial);
	if (!f)
		return CALL_FAIL;
	result_head(app, f, "command", line, sizeof(line));
	if (strncmp(line, c->cmd->name, len) != 0 || line[len] != ' ')
		return call_fail(c, E_STATE, RESUMED,
				 "'%s' is no result of '%s'",
				 c->v[RESUMED].text, c->cmd->name);
	if (ask_check_ports(c, 0) != CALL_DONE)
		return CALL_FAIL;
	snprintf(app->resumed, sizeof(app->resumed), "%.31s",
		 c->v[RESUMED].text);
	if (!session_start_job(&app->session, line, (unsigned)strlen(line),
			       c->now_ns))
		return call_too_many_jobs(c);
	return CALL_DONE;
}

enum call_result ask_stop(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	if (e && e->state == EXPERIMENT_RUNS && !own(c))
		return call_fail(c, E_STATE, -1, "no %s runs; type '%s stop'",
				 c->cmd->name, e->plan.course->experiment);
	experiment_stop(call_app(c), ~0ull, c->now_ns);
	return CALL_DONE;
}
