/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static const struct arg_word words[] = {
	{"drop", "discard frames that do not fit, count them as tx.dropped"},
	{"retry", "offer them again until they fit"},
	{NULL},
};

static void get(const struct config *c, struct value *v)
{
	v->u = !c->how.drops;
}

static void set(struct config *c, const struct value *v)
{
	c->how.drops = !v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "retry",
};

static const struct arg args[] = {
	APP_PORTS_TO_SET,
	{ARG_ENUM, .name = "ONFULL", .words = words,
	 .help = "what happens to frames that do not fit", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_onfull = {
	.name = "onfull",
	.group = GROUP_TRAFFIC,
	.summary = "Choose what happens when the transmit ring is full",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.examples =
		(const char *const[]){"onfull retry", "onfull 0 drop", NULL},
	.see = (const char *const[]){"strategy", "burst", NULL},
};
