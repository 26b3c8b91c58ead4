/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->rate = c->stream.rate;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.rate = v->rate;
	memset(&c->stream.shape, 0, sizeof(c->stream.shape));
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
	 .help = "number with a unit, such as 10kpps or 25%, or max",
	 .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_rate = {
	.name = "rate",
	.group = GROUP_TRAFFIC,
	.summary = "Set the send rate",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "Units: pps, kpps, mpps (frames a second), /min (frames a "
		 "minute), kbps, mbps, gbps (layer 2), kbpsl1, mbpsl1, gbpsl1 "
		 "(layer 1), and % of 'linkspeed' (layer 1). Least 1 frame an "
		 "hour, most 1,000 mpps. max: as fast as possible. Ends a "
		 "'shape'.",
	.examples = (const char *const[]){"rate 10kpps", "rate 0 500mbps",
					  "rate 1/min", "rate max", NULL},
	.see = (const char *const[]){"shape", "size", "linkspeed", "gap",
				     "debt", "start", NULL},
	.brief = "ra",
};
