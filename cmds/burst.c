/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->u = c->how.burst;
}

static void set(struct config *c, const struct value *v)
{
	c->how.burst = (unsigned)v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = APP_WORD(WORKER_BURST),
};

static const struct arg args[] = {
	APP_PORTS_TO_SET,
	{ARG_INT, .name = "BURST", .unit = "frames", .help = "largest burst",
	 .min = 1, .max = FRAMES_BURST_MAX, .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_burst = {
	.name = "burst",
	.group = GROUP_TRAFFIC,
	.summary = "Set the largest burst of frames",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "A port sends, and receives, at most one burst in a step. A "
		 "stream that sends N frames every TIME has 'gap burst N every "
		 "TIME'.",
	.examples = (const char *const[]){"burst 64", "burst 0 1", NULL},
	.see = (const char *const[]){"gap", "strategy", "onfull", NULL},
};
