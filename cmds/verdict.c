/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

/* What the command remembers between its calls. */
enum { NEXT };
enum { PORTS, SHOW_JSON };
enum { CHECK_PORTS, CHECK, CHECK_SUSPECT };

static const struct arg show_args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports whose last run is judged"},
	[SHOW_JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg check_args[] = {
	[CHECK_PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
			 .help = "ports whose last run is judged"},
	[CHECK] = {ARG_KEYWORD, .name = "check",
		   .help = "fail where a run is not valid"},
	{ARG_NONE},
};

enum { REASON, LIMIT };

#define REASON_ARG(list)                                                     \
	[REASON] = {ARG_ENUM, .sets = true, .name = "REASON", .words = list, \
		    .help = "what is measured"}

static const struct arg share_args[] = {
	REASON_ARG(verdict_shares),
	[LIMIT] = {ARG_SHARE, .name = "SHARE", .max = 1000000,
		   .help = "largest share of a valid run"},
	{ARG_NONE},
};

static const struct arg time_args[] = {
	REASON_ARG(verdict_times),
	[LIMIT] = {ARG_TIME, .name = "TIME", .max = 3600000000000ull,
		   .help = "longest time of a valid run"},
	{ARG_NONE},
};

static const struct arg number_args[] = {
	REASON_ARG(verdict_numbers),
	[LIMIT] = {ARG_INT, .name = "COUNT", .max = 1000000000,
		   .help = "largest number of a valid run"},
	{ARG_NONE},
};

static enum call_result run_set(struct call *c)
{
	const unsigned first = c->form->args == share_args ? 0
			       : c->form->args == time_args
				       ? VERDICT_FIRST_TIME
				       : VERDICT_FIRST_NUMBER;

	call_app(c)->verdict_limit[first + c->v[REASON].u] = c->v[LIMIT].u;
	return CALL_DONE;
}

static void show_port(struct call *c, unsigned port)
{
	const struct app *app = call_app(c);
	const struct verdict *v = &app->port[port].run.verdict;
	char text[40];

	for (unsigned i = 0; i < VERDICT_COUNTS; i++) {
		const enum verdict_reason which = (enum verdict_reason)i;

		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "port", port);
		reply_text(c->reply, "reason", verdict_reason_name(which));
		verdict_print(which, v->value[i], text, sizeof(text));
		reply_text(c->reply, "measured", v->is ? text : "-");
		verdict_print(which, app->verdict_limit[i], text, sizeof(text));
		reply_text(c->reply, "allowed", text);
		reply_text(c->reply, "verdict",
			   verdict_grades[verdict_of_one(app, v, which)]);
		reply_end(c->reply);
	}
}

/* A port a call, as a reply does not hold those of all. */
static enum call_result run_show(struct call *c)
{
	struct app *app = call_app(c);
	uint64_t left;

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls) {
		if (app_check_up(c, c->v[PORTS].mask) != CALL_DONE)
			return CALL_FAIL;
		app_watch(app, c->now_ns);
		c->state[NEXT] = c->v[PORTS].mask;
	}
	left = c->state[NEXT];
	reply_list(c->reply, "reasons", c->calls ? REPLY_ROWS : REPLY_TABLE);
	if (left)
		show_port(c, (unsigned)__builtin_ctzll(left));
	reply_end(c->reply);
	if (!(left & (left - 1)))
		reply_u64(c->reply, "again", app->verdict_limit[VERDICT_again],
			  NULL);
	c->state[NEXT] = left & (left - 1);
	c->wake_ns = c->now_ns;
	return c->state[NEXT] ? CALL_AGAIN : CALL_DONE;
}

/* The worst of them is said. */
static enum call_result run_check(struct call *c)
{
	struct app *app = call_app(c);
	const uint64_t mask = c->v[CHECK_PORTS].mask;
	enum verdict_grade grade, worst = VERDICT_VALID;
	char why[VERDICT_TEXT_MAX] = "";
	unsigned port = 0;

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	app_watch(app, c->now_ns);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		grade = verdict_of(app, &app->port[i].run.verdict);
		if (!(mask >> i & 1) || grade <= worst)
			continue;
		worst = grade;
		port = i;
	}
	if (!verdict_why(app, &app->port[port].run.verdict, 0, why) ||
	    worst == VERDICT_VALID)
		return CALL_DONE;
	return call_fail(c, E_EXPECT, -1, "port %u %s: %s", port,
			 verdict_loud[worst], why);
}

const struct cmd cmd_verdict = {
	.name = "verdict",
	.group = GROUP_WATCHING,
	.summary = "Judge whether a run's figures can be trusted",
	.forms =
		(const struct cmd_form[]){
			{show_args, run_show,
			 "show what was measured of the last run, and the "
			 "limits"},
			{check_args, run_check,
			 "fail where the last run was suspect or invalid"},
			{share_args, run_set, "limit a share"},
			{time_args, run_set, "limit a time"},
			{number_args, run_set, "limit a count"},
			{0},
		},
	.notes = "A run beyond a limit is SUSPECT, beyond ten times as much "
		 "INVALID; ring, buffers and floor make none INVALID, "
		 "unaccounted, errors and link each. 'floor' is 0 until "
		 "'calibrate' has run. docs/measurement.md says how each is "
		 "measured. 'again' says how often an experiment repeats a "
		 "trial that is not valid.",
	.examples = (const char *const[]){"verdict", "verdict rate 0.1%",
					  "verdict lag 1ms", "verdict again 10",
					  "verdict check", NULL},
	.see = (const char *const[]){"stop", "stats", "expect", NULL},
};
