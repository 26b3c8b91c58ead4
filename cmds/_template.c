/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copy this to cmds/NAME.c, rename cmd_template to cmd_NAME, and build: the
 * command is in the table, in `help` and, after `make docs`, in the docs. This
 * file is compiled by `make check` and is part of no image. A setting is less:
 * cmds/ttl.c is one of a stream, cmds/burst.c one of a port.
 */
#include "app/app.h"

/* The arguments of a form, by their place in the list below. */
enum { PORTS, COUNT };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to act on"},
	[COUNT] = {ARG_INT, .name = "COUNT", .unit = "frames",
		   .help = "number of frames", .min = 1, .max = 1000},
	{ARG_NONE},
};

/*
 * Runs with arguments that are all of their type and in their range. It never
 * waits: to be called again it sets c->wake_ns and returns CALL_AGAIN.
 */
static enum call_result run(struct call *c)
{
	enum call_result up = app_check_up(c, c->v[PORTS].mask);

	if (up != CALL_DONE)
		return up;
	if (c->v[COUNT].u == 13)
		return call_fail(c, E_STATE, COUNT,
				 "13 is no count; type 1..12 or 14..1000");
	reply_u64(c->reply, "count", c->v[COUNT].u, "frames");
	return CALL_DONE;
}

extern const struct cmd cmd_template;
const struct cmd cmd_template = {
	.name = "template",
	.group = GROUP_TRAFFIC,
	.summary = "Count frames for nothing",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "More, in sentences, where the summary is not enough.",
	.examples = (const char *const[]){"template 5", "template 0 5", NULL},
};
