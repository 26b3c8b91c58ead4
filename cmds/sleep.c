/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { TIME };
enum { UNTIL_NS };

static const struct arg args[] = {
	[TIME] = {ARG_TIME, .name = "TIME", .help = "duration, such as 250ms",
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
	.group = GROUP_SCRIPTS,
	.summary = "Pause before the next command",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Traffic goes on. Ctrl-C ends the pause.",
	.examples = (const char *const[]){"sleep 2s", "start; sleep 10s; stop",
					  NULL},
	.see = (const char *const[]){"stop", NULL},
};
