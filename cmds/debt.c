/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

/* By enum pace_debt. */
static const struct arg_word words[] = {
	{"catchup",
	 "send late frames at once, up to 100 ms late; skip the rest"},
	{"forgive", "catch up at most one burst; skip the rest"},
	{"strict",
	 "never exceed the rate: up to 100 us late, then delay the rest"},
	{NULL},
};

static void get(const struct config *c, struct value *v)
{
	v->u = c->stream.pace.debt;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.pace.debt = (enum pace_debt)v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "catchup",
};

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_ENUM, .name = "DEBT", .words = words,
	 .help = "what happens to late frames", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_debt = {
	.name = "debt",
	.group = GROUP_TRAFFIC,
	.summary = "Choose what happens to frames that fall behind schedule",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "Frames that are given up are counted as tx.skipped. With "
		 "strict, no second has more frames than the rate allows.",
	.examples =
		(const char *const[]){"debt strict", "debt 0 catchup", NULL},
	.see = (const char *const[]){"rate", "gap", "stats", NULL},
};
