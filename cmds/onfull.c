/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static const char *const words[] = {"drop", "retry", NULL};

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
	 .help = "what becomes of frames that a full ring does not take",
	 .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_onfull = {
	.name = "onfull",
	.summary = "Choose what happens when the ring is full",
	.forms =
		(const struct cmd_form[]){
			{args, app_set,
			 "drop: frames that find no room are thrown away and "
			 "counted as such; retry: they are offered again until "
			 "they do"},
			{0},
		},
	.examples =
		(const char *const[]){"onfull retry", "onfull 0 drop", NULL},
	.see = (const char *const[]){"strategy", "burst", NULL},
};
