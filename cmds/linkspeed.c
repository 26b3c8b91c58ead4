/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->u = c->stream.linkspeed_bps;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.linkspeed_bps = v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "10gbps",
};

static const struct arg args[] = {
	APP_PORTS_TO_SET,
	{ARG_SPEED, .name = "SPEED", .help = "bits per second, such as 2.5gbps",
	 .min = 1000000, .max = 1000000000000, .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_linkspeed = {
	.name = "linkspeed",
	.group = GROUP_TRAFFIC,
	.summary = "Set the link speed that rates in percent refer to",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes =
		"'rate 25%' is a quarter of this speed, on layer 1. The device "
		"is not changed.",
	.examples = (const char *const[]){"linkspeed 1gbps",
					  "linkspeed 0 100gbps", NULL},
	.see = (const char *const[]){"rate", NULL},
};
