/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { TIME };
enum { UNTIL_NS };

static const struct arg args[] = {
	[TIME] = {ARG_TIME, .name = "TIME",
		  .help = "how long: 10s, 250ms, 2min",
		  .max = 86400ull * 1000000000},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls)
		c->state[UNTIL_NS] = c->now_ns + c->v[TIME].u;
	if (c->now_ns >= c->state[UNTIL_NS])
		return CALL_DONE;
	c->wake_ns = c->state[UNTIL_NS];
	return CALL_AGAIN;
}

const struct cmd cmd_sleep = {
	.name = "sleep",
	.summary = "Wait; traffic and prompt go on, Ctrl-C ends it",
	.forms =
		(const struct cmd_form[]){
			{args, run, "wait before the next command"},
			{0},
		},
	.examples = (const char *const[]){"sleep 2s", "start; sleep 10s; stop",
					  NULL},
	.see = (const char *const[]){"stop", NULL},
};
