/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "shell/script.h"

enum { TIMES, COMMAND };

static const struct arg args[] = {
	[TIMES] = {ARG_INT, .name = "N", .unit = "times",
		   .help = "number of runs", .min = 1, .max = 1000000000},
	[COMMAND] = {ARG_REST, .name = "COMMAND", .command = true,
		     .help = "command to run; quote several separated by ';'"},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	return call_repeat(c, COMMAND, c->v[TIMES].u);
}

const struct cmd cmd_repeat = {
	.name = "repeat",
	.group = GROUP_SCRIPTS,
	.summary = "Run a command several times",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Stops at the first failure.",
	.examples =
		(const char *const[]){"repeat 3 stats",
				      "repeat 2 \"sleep 10ms; stats\"", NULL},
	.see = (const char *const[]){"run", "sleep", NULL},
};
