/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->rate = c->stream.rate;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.rate = v->rate;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "max",
	.save_order = APP_SAVE_RATE,
};

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_RATE, .name = "RATE",
	 .help = "10mpps, 2.5kpps, 500mbps (layer 2), 1gbpsl1 (layer 1), 25%, "
		 "6/min, max",
	 .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_rate = {
	.name = "rate",
	.summary = "Set the rate at which frames are sent",
	.forms =
		(const struct cmd_form[]){
			{args, app_set,
			 "set the rate; % is of the link's speed, layer 1; "
			 "/min is frames a minute"},
			{0},
		},
	.examples = (const char *const[]){"rate 10kpps", "rate 0 500mbps",
					  "rate 1/min", "rate max", NULL},
	.see = (const char *const[]){"size", "linkspeed", "gap", "debt",
				     "start", NULL},
};
