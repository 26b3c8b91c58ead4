/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->u = c->how.strategy;
}

static void set(struct config *c, const struct value *v)
{
	c->how.strategy = (enum strategy)v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "shared",
};

static const struct arg args[] = {
	APP_PORTS_TO_SET,
	{ARG_ENUM, .name = "STRATEGY", .words = app_strategies,
	 .help = "how to make frames", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_strategy = {
	.name = "strategy",
	.group = GROUP_TRAFFIC,
	.summary = "Choose how frames are made",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "'port' shows the strategy in use as 'frames'.",
	.examples = (const char *const[]){"strategy shared", "strategy 0 copy",
					  NULL},
	.see = (const char *const[]){"port", "burst", "onfull", NULL},
};
