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
	{ARG_SPEED, .name = "SPEED",
	 .help = "bits per second: 10gbps, 2.5gbps, 100mbps", .min = 1000000,
	 .max = 1000000000000, .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_linkspeed = {
	.name = "linkspeed",
	.summary = "Set the link's speed that a rate in percent refers to",
	.forms =
		(const struct cmd_form[]){
			{args, app_set,
			 "rate 25% is a quarter of this on layer 1; the device "
			 "is not changed"},
			{0},
		},
	.examples = (const char *const[]){"linkspeed 1gbps",
					  "linkspeed 0 100gbps", NULL},
	.see = (const char *const[]){"rate", NULL},
};
