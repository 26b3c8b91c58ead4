/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/ask.h"

#define S ASK_SECOND

static const struct arg args[] = {
	ASK_PORTS,
	{ARG_RATE, .name = "FIRST", .help = "rate of a port at first"},
	{ARG_RATE, .name = "LAST", .help = "rate of a port at last"},
	{ARG_KEYWORD, .name = "over", .help = "in that time"},
	{ARG_TIME, .name = "TIME", .help = "time of all steps", .min = 10000000,
	 .max = 86400 * S},
	ASK_WORD("steps", "set how many rates there are"),
	{ARG_INT, .optional = true, .name = "COUNT", .unit = "rates",
	 .help = "rates, the first and the last among them", .unset = "20",
	 .min = 2, .max = 1000},
	ASK_WARMUP,
	ASK_SETTLE,
	ASK_PLAN,
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result plan(struct call *c, struct experiment_plan *p)
{
	const struct value *from = ask_value(c, "FIRST");
	const struct rate *first = &from->rate;
	const struct rate *last = &ask_value(c, "LAST")->rate;

	if (first->unit != RATE_MAX && last->unit != RATE_MAX &&
	    (!first->micro || !last->micro))
		return call_fail(c, E_RANGE, (int)(from - c->v),
				 "a ramp needs rates above 0");
	if (ask_plan(c, &course_ramp, p) != CALL_DONE)
		return CALL_FAIL;
	p->down = first->unit == last->unit && first->micro > last->micro;
	p->to = p->down ? *first : *last;
	p->from = p->down ? *last : *first;
	p->repeat = (unsigned)ask_value(c, "COUNT")->u;
	p->trial_ns = MAX(ask_value(c, "TIME")->u / p->repeat, 1000000);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return ask_run(c, plan);
}

const struct cmd cmd_ramp = {
	.name = "ramp",
	.group = GROUP_TRAFFIC,
	.summary = "Send at one rate after another and tell what is lost",
	.forms =
		(const struct cmd_form[]){
			ASK_FORMS,
			{args, run, "send, and wait for the end"},
			{0},
		},
	.notes = "Each rate is a trial of its own. The settings are restored. "
		 "A stream whose rate itself rises is set by 'shape'.",
	.examples =
		(const char *const[]){"ramp 10kpps 1mpps over 20s",
				      "ramp 0 1mpps 100kpps over 10s steps 10",
				      NULL},
	.see = (const char *const[]){"soak", "sweep", "shape", NULL},
};
