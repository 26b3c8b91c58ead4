/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

/* By enum pace_shape. */
static const char *const words[] = {"even", "bursts", "poisson", NULL};

static void get(const struct config *c, struct value *v)
{
	v->u = c->stream.pace.shape;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.pace.shape = (enum pace_shape)v->u;
}

static void get_burst(const struct config *c, struct value *v)
{
	v->u = c->stream.pace.group;
}

static void set_burst(struct config *c, const struct value *v)
{
	c->stream.pace.shape = PACE_BURST;
	c->stream.pace.group = (unsigned)v->u;
}

static const struct arg_setting shape = {
	.get = get,
	.set = set,
	.initial = "even",
};

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_ENUM, .name = "SHAPE", .words = words,
	 .help = "how frames are spread over time", .setting = &shape},
	{ARG_NONE},
};

static const struct arg_setting group = {
	.get = get_burst,
	.set = set_burst,
	.initial = APP_WORD(WORKER_BURST),
};

static const struct arg burst_args[] = {
	APP_STREAMS_TO_SET,
	{ARG_KEYWORD, .name = "burst", .help = "frames come in bursts"},
	{ARG_INT, .name = "N", .unit = "frames", .help = "frames of a burst",
	 .min = 1, .max = PACER_GROUP_MAX, .setting = &group},
	{ARG_NONE},
};

const struct cmd cmd_gap = {
	.name = "gap",
	.summary = "Choose how frames are spread over time",
	.forms =
		(const struct cmd_form[]){
			/*
			 * Sets the shape, too: `save` and `reset` have the
			 * other after it.
			 */
			{burst_args, app_set,
			 "N frames at once, the next N as many gaps later"},
			{args, app_set,
			 "even: the same gap between all; bursts: of the N "
			 "set last; poisson: random gaps, exponentially "
			 "distributed, the same in every run, of which each "
			 "1,000 have the mean"},
			{0},
		},
	.examples = (const char *const[]){"gap even", "gap 0 burst 32",
					  "gap poisson", NULL},
	.see = (const char *const[]){"rate", "debt", "burst", NULL},
};
