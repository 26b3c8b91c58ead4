/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, BURST };

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_how(app, port)->burst;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[BURST] = {ARG_INT, .name = "BURST", .unit = "frames",
		   .help = "frames of a burst at most", .min = 1,
		   .max = FRAMES_BURST_MAX, .get = get},
	{ARG_NONE},
};

static void edit(struct worker_how *how, const void *arg)
{
	how->burst = (unsigned)*(const uint64_t *)arg;
}

static enum call_result run(struct call *c)
{
	return app_set_how(c, c->v[PORTS].mask, edit, &c->v[BURST].u);
}

const struct cmd cmd_burst = {
	.name = "burst",
	.summary = "Set how many frames move at once",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "set the most frames that a port sends, and receives, "
			 "in one step"},
			{0},
		},
	.examples = (const char *const[]){"burst 64", "burst 0 1", NULL},
	.see = (const char *const[]){"strategy", "onfull", NULL},
};
