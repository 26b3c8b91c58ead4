/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

/* By enum pace_shape. */
static const struct arg_word words[] = {
	{"even", "keep the same gap between all frames"},
	{"bursts", "send bursts as set by the last 'gap burst N'"},
	{"poisson", "draw random exponential gaps, the same in every run"},
	{NULL},
};

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
	{ARG_ENUM, .name = "SHAPE", .words = words, .help = "spacing of frames",
	 .setting = &shape},
	{ARG_NONE},
};

static const struct arg_setting group = {
	.get = get_burst,
	.set = set_burst,
	.initial = APP_WORD(WORKER_BURST),
};

static const struct arg burst_args[] = {
	APP_STREAMS_TO_SET,
	{ARG_KEYWORD, .name = "burst", .help = "send frames in bursts"},
	{ARG_INT, .name = "N", .unit = "frames", .help = "size of a burst",
	 .min = 1, .max = PACER_GROUP_MAX, .setting = &group},
	{ARG_NONE},
};

const struct cmd cmd_gap = {
	.name = "gap",
	.group = GROUP_TRAFFIC,
	.summary = "Choose how frames are spaced in time",
	.forms =
		(const struct cmd_form[]){
			/*
			 * Sets the shape, too: `save` and `reset` have the
			 * other after it.
			 */
			{burst_args, app_set,
			 "send N frames back to back, then pause so that the "
			 "rate holds"},
			{args, app_set, "choose the spacing"},
			{0},
		},
	.notes = "The gaps of poisson average exactly to the rate over every "
		 "1,000 frames.",
	.examples = (const char *const[]){"gap even", "gap 0 burst 32",
					  "gap poisson", NULL},
	.see = (const char *const[]){"rate", "debt", "burst", NULL},
};
