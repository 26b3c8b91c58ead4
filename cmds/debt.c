/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

/* By enum pace_debt. */
static const char *const words[] = {"catchup", "forgive", "strict", NULL};

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
	 .help = "what becomes of frames that are late", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_debt = {
	.name = "debt",
	.summary = "Choose what becomes of time that was lost",
	.forms =
		(const struct cmd_form[]){
			{args, app_set,
			 "catchup: late frames are sent as soon as possible, "
			 "up to 100ms late; forgive: as many as 'burst' says; "
			 "strict: up to 100us late, and the rest put off, so "
			 "that no second has more frames than the rate; what "
			 "is "
			 "given up is counted as skipped"},
			{0},
		},
	.examples =
		(const char *const[]){"debt strict", "debt 0 catchup", NULL},
	.see = (const char *const[]){"rate", "gap", "stats", NULL},
};
