/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static const struct arg args[] = {{ARG_NONE}};

static enum call_result run(struct call *c)
{
	enum call_result idle = config_check_idle(c);

	if (idle == CALL_DONE)
		config_reset(call_app(c), c->now_ns);
	return idle;
}

const struct cmd cmd_reset = {
	.name = "reset",
	.group = GROUP_CONFIGURATION,
	.summary = "Restore the settings of boot",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "All ports must be idle: 'stop' first. Files and counters are "
		 "kept.",
	.examples = (const char *const[]){"reset", NULL},
	.configures = true,
	.see = (const char *const[]){"save", "load", "show", NULL},
};
