/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/timing.h"

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
	if (v->u != PACE_BURST)
		c->stream.pace.every_ns = 0;
}

static void get_burst(const struct config *c, struct value *v)
{
	v->u = c->stream.pace.group;
}

static void set_burst(struct config *c, const struct value *v)
{
	c->stream.pace.shape = PACE_BURST;
	c->stream.pace.group = (unsigned)v->u;
	c->stream.pace.every_ns = 0;
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

enum { PORTS, BURST, FRAMES, EVERY, TIME };

static const struct arg burst_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[BURST] = {ARG_KEYWORD, .name = "burst",
		   .help = "send frames in bursts"},
	[FRAMES] = {ARG_INT, .name = "N", .unit = "frames",
		    .help = "size of a burst", .min = 1, .max = PACER_GROUP_MAX,
		    .setting = &group},
	{ARG_NONE},
};

static const struct arg every_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[BURST] = {ARG_KEYWORD, .name = "burst",
		   .help = "send frames in bursts"},
	[FRAMES] = {ARG_INT, .name = "N", .unit = "frames",
		    .help = "size of a burst", .min = 1,
		    .max = PACER_GROUP_MAX},
	[EVERY] = {ARG_KEYWORD, .name = "every",
		   .help = "begin bursts at multiples of a time"},
	[TIME] = {ARG_TIME, .name = "TIME",
		  .help = "from the start of a burst to the next",
		  .min = SHAPE_NS_MIN, .max = 3600000000000ull},
	{ARG_NONE},
};

static int change(struct config *c, void *arg)
{
	const struct pace *to = arg;

	c->stream.pace.shape = PACE_BURST;
	c->stream.pace.group = to->group;
	c->stream.pace.every_ns = to->every_ns;
	return 0;
}

static enum call_result run_every(struct call *c)
{
	struct pace to = {.group = (unsigned)c->v[FRAMES].u,
			  .every_ns = c->v[TIME].u};

	return timing_change(c, change, &to);
}

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
			{every_args, run_every,
			 "send N frames at the rate every TIME, and none "
			 "between"},
			{0},
		},
	.notes = "The gaps of poisson average exactly to the rate over every "
		 "1,000 frames. With 'rate max' a burst that comes every TIME "
		 "is sent back to back; one whose frames take longer than "
		 "that at their rate is followed by the next one at the next "
		 "multiple of TIME.",
	.examples = (const char *const[]){"gap even", "gap 0 burst 32",
					  "gap poisson",
					  "gap burst 32 every 10ms", NULL},
	.see = (const char *const[]){"rate", "debt", "burst", NULL},
};
