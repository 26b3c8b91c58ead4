/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/timing.h"

enum { PORTS, TURNS };

#define LOOP_TURNS 1000000000

static const struct arg_word words[] = {
	{"off", "take one turn"},
	{"forever", "take turns until 'stop'"},
	{NULL},
};

static const struct arg word_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[TURNS] = {ARG_ENUM, .name = "WORD", .words = words, .asked = true,
		   .help = "one turn, or no end"},
	{ARG_NONE},
};

static const struct arg count_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[TURNS] = {ARG_INT, .name = "TURNS", .help = "turns in all", .min = 1,
		   .max = LOOP_TURNS},
	{ARG_NONE},
};

static int change(struct config *c, void *arg)
{
	c->use.plan.turns = *(const uint32_t *)arg;
	return 0;
}

static enum call_result run(struct call *c)
{
	uint32_t turns = (uint32_t)c->v[TURNS].u;

	if (!c->v[TURNS].set)
		return timing_show(c, &c->v[PORTS].subjects);
	if (c->form->args == count_args)
		turns--;
	else
		turns = turns ? FLOW_FOR_EVER : 0;
	return timing_change(c, change, &turns);
}

const struct cmd cmd_loop = {
	.name = "loop",
	.group = GROUP_TRAFFIC,
	.summary = "Repeat a stream and those that follow it",
	.forms =
		(const struct cmd_form[]){
			{count_args, run, "take TURNS turns"},
			{word_args, run, "take one turn, or turns without end"},
			{0},
		},
	.notes = "A turn of a stream is its run, up to its 'limit', and the "
		 "turns of all streams that are set to begin after it. The "
		 "next turn begins as soon as all of that is over. Frame "
		 "numbers go on. Takes effect at the next 'start'.",
	.examples = (const char *const[]){"loop 0.1 3", "loop 0.1 forever",
					  "loop off", NULL},
	.see = (const char *const[]){"after", "limit", "start", NULL},
};
