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
	 .help = "how frames are made", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_strategy = {
	.name = "strategy",
	.summary = "Choose how frames are made",
	.forms =
		(const struct cmd_form[]){
			{args, app_set,
			 "create: each is built anew; copy: each is a copy of "
			 "a template; pool: frames that are back from the "
			 "device are edited; shared: where frames of a size do "
			 "not differ one is sent again and again, else as "
			 "pool; 'port' shows what is in use"},
			{0},
		},
	.examples = (const char *const[]){"strategy shared", "strategy 0 copy",
					  NULL},
	.see = (const char *const[]){"port", "burst", "onfull", NULL},
};
