/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/timing.h"

enum { PORTS, KIND, LIMIT };

static const struct arg_word off[] = {
	{"off", "send until 'stop'"},
	{NULL},
};

static const struct arg off_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_ENUM, .name = "OFF", .words = off, .asked = true,
		  .help = "no limit"},
	{ARG_NONE},
};

static const struct arg count_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_KEYWORD, .name = "count",
		  .help = "end a run after COUNT frames"},
	[LIMIT] = {ARG_INT, .name = "COUNT", .unit = "frames",
		   .help = "frames of a run", .min = 1,
		   .max = 1000000000000000},
	{ARG_NONE},
};

static const struct arg for_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_KEYWORD, .name = "for", .help = "end a run after TIME"},
	[LIMIT] = {ARG_TIME, .name = "TIME", .help = "duration of a run",
		   .min = SHAPE_NS_MIN, .max = 720 * 3600000000000ull},
	{ARG_NONE},
};

static int change(struct config *c, void *arg)
{
	const struct stream_plan *p = arg;

	c->use.plan.frames = p->frames;
	c->use.plan.time_ns = p->time_ns;
	return 0;
}

static enum call_result run(struct call *c)
{
	struct stream_plan plan = {0};

	if (c->form->args == off_args && !c->v[KIND].set)
		return timing_show(c, &c->v[PORTS].subjects);
	if (c->form->args == count_args)
		plan.frames = c->v[LIMIT].u;
	else if (c->form->args == for_args)
		plan.time_ns = c->v[LIMIT].u;
	return timing_change(c, change, &plan);
}

const struct cmd cmd_limit = {
	.name = "limit",
	.group = GROUP_TRAFFIC,
	.summary = "Limit each run of a stream",
	.forms =
		(const struct cmd_form[]){
			{off_args, run, "send until 'stop'"},
			{count_args, run, "send COUNT frames in each run"},
			{for_args, run, "send the frames due within TIME"},
			{0},
		},
	.notes = "Takes effect at the next 'start'. A limit of 'start' itself, "
		 "such as 'start 0 count 100', takes its place, and that of "
		 "'loop'.",
	.examples =
		(const char *const[]){"limit 0.1 count 1000",
				      "limit 0.all for 10s", "limit off", NULL},
	.see = (const char *const[]){"start", "after", "loop", NULL},
};
