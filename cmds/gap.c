/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, SHAPE };
enum { BURST_KEYWORD = 1, BURST_FRAMES };

#define PORTS_ARG                                             \
	{                                                     \
		ARG_PORTS, .optional = true, .name = "PORTS", \
			   .help = "ports to set"             \
	}

/* By enum pace_shape. */
static const char *const words[] = {"even", "bursts", "poisson", NULL};

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_how(app, port)->pace.shape;
}

static void get_burst(const void *app, unsigned port, struct value *v)
{
	v->u = app_how(app, port)->pace.group;
}

static const struct arg args[] = {
	[PORTS] = PORTS_ARG,
	[SHAPE] = {ARG_ENUM, .name = "SHAPE", .words = words,
		   .help = "how frames are spread over time", .get = get},
	{ARG_NONE},
};

static const struct arg burst_args[] = {
	[PORTS] = PORTS_ARG,
	[BURST_KEYWORD] = {ARG_KEYWORD, .name = "burst",
			   .help = "frames come in bursts"},
	[BURST_FRAMES] = {ARG_INT, .name = "N", .unit = "frames",
			  .help = "frames of a burst", .min = 1,
			  .max = PACER_GROUP_MAX, .get = get_burst},
	{ARG_NONE},
};

static void edit(struct worker_how *how, const void *arg)
{
	const uint64_t word = *(const uint64_t *)arg;

	how->pace.shape = (enum pace_shape)word;
}

static void edit_burst(struct worker_how *how, const void *arg)
{
	how->pace.shape = PACE_BURST;
	how->pace.group = (unsigned)*(const uint64_t *)arg;
}

static enum call_result run(struct call *c)
{
	return app_set_how(c, c->v[PORTS].mask, edit, &c->v[SHAPE].u);
}

static enum call_result run_burst(struct call *c)
{
	return app_set_how(c, c->v[PORTS].mask, edit_burst,
			   &c->v[BURST_FRAMES].u);
}

const struct cmd cmd_gap = {
	.name = "gap",
	.summary = "Choose how frames are spread over time",
	.forms =
		(const struct cmd_form[]){
			/*
			 * Sets the shape, too: `save` has the other behind it.
			 */
			{burst_args, run_burst,
			 "N frames at once, the next N as many gaps later"},
			{args, run,
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
