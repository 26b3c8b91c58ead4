/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/ask.h"

#include <stdio.h>
#include <string.h>

#include "app/gateways.h"
#include "app/result.h"
#include "app/result_read.h"
#include "shell/arg.h"
#include "shell/script.h"

#define S ASK_SECOND
#define PPB_OF_MICRO 1000
#define LOOK_NS 250000000ull
/* All figures of some, or what fits a line of more. */
#define TRIALS_A_CALL(json) ((json) ? 6u : 16u)

/* ---- What is asked for -------------------------------------------------- */

const struct value *ask_value(const struct call *c, const char *word)
{
	const struct arg *a = c->form->args;

	for (unsigned i = 0; a[i].type != ARG_NONE; i++)
		if (a[i].name && !strcmp(a[i].name, word))
			return a[i].type == ARG_KEYWORD ? &c->v[i + 1]
							: &c->v[i];
	return NULL;
}

/* Its place among the arguments, or -1. */
static int place(const struct call *c, const char *word)
{
	const struct value *v = ask_value(c, word);

	return v ? (int)(v - c->v) : -1;
}

/* One of a list, up to a comma; NULL: it is no size. */
static const char *take_size(const char *word, struct sizes *s)
{
	static const struct sizes_range range = {STREAM_SIZE_MIN,
						 STREAM_SIZE_MAX};
	const char *end = strchr(word, ','), *fault;
	char one[32], why[SIZES_WHY_MAX];
	const size_t len = end ? (size_t)(end - word) : strlen(word);

	if (len >= sizeof(one))
		return NULL;
	memcpy(one, word, len);
	one[len] = '\0';
	if (value_sizes(one, &range, s, &fault, why))
		return NULL;
	return end ? end + 1 : word + len;
}

static unsigned take_sizes(const char *word, struct sizes *to)
{
	unsigned n = 0;

	do {
		struct sizes s = {0};

		word = take_size(word, &s);
		if (!word || n == EXPERIMENT_SIZES)
			return 0;
		if (to)
			to[n] = s;
		n++;
	} while (*word);
	return n;
}

bool ask_is_sizes(const char *word)
{
	return take_sizes(word, NULL);
}

/* Of those named, or of all, the ports that send; 0: the call failed. */
static uint64_t senders(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t mask = c->v[0].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return 0;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && !(pg->set[i].mode & MODE_TX))
			mask &= ~(1ull << i);
	if (!mask)
		call_fail(c, E_STATE, 0,
			  "none of these ports sends; see 'mode'");
	return mask;
}

static enum call_result check_port(struct call *c, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	if (pktgen_active(pg) >> port & 1)
		return app_fail_active(c, 0, port);
	return app_check_unmeasured(c, 0, 1ull << port);
}

static enum call_result check_ports(struct call *c, uint64_t mask)
{
	const struct experiment *e = call_app(c)->experiment;

	if (e && e->state == EXPERIMENT_RUNS)
		return call_fail(
			c, E_STATE, -1, "another %s runs; type '%s stop'",
			e->plan.course->experiment, e->plan.course->experiment);
	FOR_EACH_SENDER(i, mask)
		if (check_port(c, i) != CALL_DONE)
			return CALL_FAIL;
	return CALL_DONE;
}

/* The line that repeats it, whatever is selected then. */
static void write_command(const struct call *c, uint64_t mask, char *to,
			  size_t size)
{
	const struct arg *a = c->form->args;
	struct subjects on = subjects_of(mask);
	char word[ARG_PRINT_MAX];
	size_t at;

	subjects_print(&on, word, sizeof(word));
	at = (size_t)snprintf(to, size, "%s %s", c->cmd->name, word);
	for (unsigned i = 1; a[i].type != ARG_NONE; i++) {
		const struct arg *is = &a[i];

		if (!c->v[i].set || !strcmp(is->name, "plan") ||
		    !strcmp(is->name, "json"))
			continue;
		for (unsigned k = i; k < CMD_ARGS_MAX && c->v[k].set; k++) {
			if (is->type == ARG_KEYWORD || is->type == ARG_FLAG)
				snprintf(word, sizeof(word), "%s", is->name);
			else if (is->type == ARG_TEXT)
				snprintf(word, sizeof(word), "%s",
					 c->v[k].word);
			else
				arg_print(is, &c->v[k], word, sizeof(word));
			if (at < size)
				at += (size_t)snprintf(
					to + at, size - at, " %s%s",
					is->type == ARG_FLAG ? "--" : "", word);
			if (!is->repeated)
				break;
		}
	}
}

static uint64_t number(const struct call *c, const char *word)
{
	const struct value *v = ask_value(c, word);

	return v ? v->u : 0;
}

static bool flag(const struct call *c, const char *word)
{
	const struct value *v = ask_value(c, word);

	return v && v->set;
}

enum call_result ask_plan(struct call *c, const struct course *course,
			  struct experiment_plan *p)
{
	const struct value *sizes = ask_value(c, "sizes");
	const struct value *to = ask_value(c, "to");
	const struct value *from = ask_value(c, "from");

	memset(p, 0, sizeof(*p));
	p->course = course;
	p->mask = senders(c);
	if (!p->mask || check_ports(c, p->mask) != CALL_DONE)
		return CALL_FAIL;
	if (sizes && sizes->word)
		p->nb_sizes = take_sizes(sizes->word, p->size);
	p->to = (struct rate){RATE_PERCENT, 100000000};
	if (to && to->set)
		p->to = to->rate;
	if (from && from->set)
		p->from = from->rate;
	p->trial_ns = number(c, "trial");
	p->settle_ns = number(c, "settle");
	if (!p->settle_ns)
		p->settle_ns = 20000000;
	p->step_ppb = (uint32_t)number(c, "step") * PPB_OF_MICRO;
	p->learn = number(c, "learn");
	p->repeat = (unsigned)number(c, "repeat");
	p->bisect = flag(c, "bisect");
	write_command(c, p->mask, p->command, sizeof(p->command));
	return CALL_DONE;
}

/* ---- Begun -------------------------------------------------------------- */

static enum call_result refuse(struct call *c, enum shell_err err,
			       const struct experiment_plan *p)
{
	struct experiment_cost cost;

	if (err == E_NOMEM)
		return app_no_memory(c, -1);
	/* Where it cannot even be foreseen its rates are at fault. */
	if (experiment_foresee(call_app(c), p, &cost, NULL) == E_OK)
		return call_fail(c, E_RANGE, place(c, "sizes"),
				 "these frames have no room for a signature, "
				 "or a port cannot send them; see 'size'");
	if (p->from.micro)
		return call_fail(c, E_RANGE, place(c, "from"),
				 "the smallest rate is above the largest");
	return call_fail(c, E_RANGE, place(c, "to"),
			 "a search needs a largest rate; type 'to 1mpps'");
}

static enum call_result tell_plan(struct call *c,
				  const struct experiment_plan *p)
{
	struct experiment_cost cost[EXPERIMENT_SIZES], all;
	const enum shell_err err =
		experiment_foresee(call_app(c), p, &all, cost);
	struct reply *r = c->reply;

	if (err)
		return refuse(c, err, p);
	reply_text(r, "command", p->command);
	if (p->nb_sizes)
		reply_list(r, "plan", REPLY_TABLE);
	for (unsigned i = 0; i < p->nb_sizes; i++) {
		reply_map(r, NULL, REPLY_TABLE);
		result_size(r, p, i);
		reply_u64(r, "expected", cost[i].trials, NULL);
		reply_milli(r, "time", cost[i].ns / 1000000, "s");
		reply_end(r);
	}
	if (p->nb_sizes)
		reply_end(r);
	reply_u64(r, "expected", all.trials, NULL);
	reply_milli(r, "time", all.ns / 1000000, "s");
	return CALL_DONE;
}

static void tell_begin(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;
	const unsigned long long ms = e->cost.ns / 1000000;

	session_event(&call_app(c)->session, c->now_ns,
		      "%s begins trials=%llu time=%llu.%03llu",
		      e->plan.course->experiment,
		      (unsigned long long)e->cost.trials, ms / 1000, ms % 1000);
}

/* The one who waits goes. */
static enum call_result leave(struct call *c)
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

/* Rows from `c->state[ROW]` on are left for the calls that follow. */
enum { SEEN, ROW, HEADED, BEGUN, SINCE, WHOSE };

static void report(struct call *c, const struct experiment *e)
{
	struct reply *r = c->reply;

	reply_text(r, e->plan.course->experiment, experiment_states[e->state]);
	if (strcmp(e->plan.course->experiment, e->plan.course->test) != 0)
		reply_text(r, "test", e->plan.course->test);
	if (e->name[0])
		reply_text(r, "result", e->name);
	if (shows_goals(e)) {
		reply_list(r, "goals", REPLY_TABLE);
		for (unsigned i = 0; i < e->plan.nb_goals; i++)
			show_goal(c, e, i);
		reply_end(r);
	} else if (e->nb_rows) {
		reply_list(r, "rows", REPLY_TABLE);
		result_rows(r, e, 0, ROWS_A_CALL);
		reply_end(r);
	}
	result_sums(r, e, c->now_ns);
}

/* CALL_AGAIN until all rows are shown; nothing else is. */
static enum call_result report_rest(struct call *c, const struct experiment *e)
{
	const unsigned from = (unsigned)c->state[ROW] * ROWS_A_CALL;

	if (from) {
		reply_list(c->reply, "rows", REPLY_ROWS);
		result_rows(c->reply, e, from, from + ROWS_A_CALL);
		reply_end(c->reply);
	} else {
		report(c, e);
	}
	c->state[ROW]++;
	c->wake_ns = c->now_ns;
	return !shows_goals(e) && from + ROWS_A_CALL < e->nb_rows ? CALL_AGAIN
								  : CALL_DONE;
}

static void show_progress(struct call *c, const struct experiment *e)
{
	char text[EXPERIMENT_PROGRESS_MAX];

	experiment_progress(e, c->now_ns, text, sizeof(text));
	call_progress(c, text);
}

/* Those that were made since the last time. */
static void show_new_trials(struct call *c, const struct experiment *e)
{
	unsigned at = (unsigned)c->state[SEEN], n = 0;

	/* With this, what is told can be resumed. */
	if (!c->state[HEADED]++) {
		reply_text(c->reply, "experiment", e->plan.course->experiment);
		reply_text(c->reply, "command", e->plan.command);
	}
	if (at >= e->nb_trials)
		return;
	reply_list(c->reply, "trials", REPLY_TABLE);
	for (; at < e->nb_trials && n < TRIALS_A_CALL(true); at++, n++)
		result_trial(c->reply, e, at, true);
	reply_end(c->reply);
	c->state[SEEN] = at;
}

static enum call_result follow(struct call *c)
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

static enum call_result begin(struct call *c, const struct experiment_plan *p)
{
	const enum shell_err err = experiment_begin(call_app(c), p, c->now_ns);

	if (err)
		return refuse(c, err, p);
	tell_begin(c);
	return CALL_DONE;
}

enum call_result ask_run(struct call *c,
			 enum call_result (*plan)(struct call *c,
						  struct experiment_plan *p))
{
	struct experiment_plan p;
	struct subjects on;
	enum call_result to;

	if (c->cancelled)
		return c->state[BEGUN] ? leave(c) : CALL_DONE;
	if (c->state[BEGUN])
		return follow(c);
	if (plan(c, &p) != CALL_DONE)
		return CALL_FAIL;
	if (flag(c, "plan"))
		return tell_plan(c, &p);
	on = subjects_of(p.mask);
	to = OPTION(ADDRESSES) ? gateways_await(c, &on, &c->state[SINCE])
			       : CALL_DONE;
	if (to != CALL_DONE)
		return to;
	if (begin(c, &p) != CALL_DONE)
		return CALL_FAIL;
	c->state[BEGUN] = 1;
	return follow(c);
}

/* ---- The forms besides -------------------------------------------------- */

const struct arg ask_show_args[] = {
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

const struct arg ask_trials_args[] = {
	{ARG_KEYWORD, .name = "trials", .help = "list the trials"},
	ARG_JSON("reply as JSON"),
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
	reply_text(c->reply, c->cmd->name, experiment_states[EXPERIMENT_NONE]);
	return CALL_DONE;
}

enum call_result ask_show(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	if (c->cancelled)
		return CALL_DONE;
	return e ? report_rest(c, e) : show_none(c);
}

enum call_result ask_trials(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;
	const unsigned nb = e ? e->nb_trials : 0;
	const unsigned n = TRIALS_A_CALL(c->json);
	unsigned i = c->calls * n;

	if (c->cancelled)
		return CALL_DONE;
	reply_list(c->reply, "trials", c->calls ? REPLY_ROWS : REPLY_TABLE);
	for (; i < nb && i < (c->calls + 1) * n; i++)
		result_trial(c->reply, e, i, c->json);
	reply_end(c->reply);
	c->wake_ns = c->now_ns;
	return i < nb ? CALL_AGAIN : CALL_DONE;
}

enum call_result ask_follow(struct call *c)
{
	if (c->cancelled)
		return leave(c);
	return call_app(c)->experiment ? follow(c) : show_none(c);
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
	if (check_ports(c, 0) != CALL_DONE)
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
	experiment_stop(call_app(c), ~0ull, c->now_ns);
	return CALL_DONE;
}
