/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "shell/script.h"

static const struct arg args[] = {{ARG_NONE}};

static enum call_result run(struct call *c)
{
	/* What would be dropped in silence is told instead. */
	if (call_has_more(c))
		return call_fail(c, E_STATE, -1,
				 "commands after 'quit' would not run; put it "
				 "last");
	call_app(c)->quit = true;
	c->session->ended = true;
	return CALL_DONE;
}

const struct cmd cmd_quit = {
	.name = "quit",
	.group = GROUP_CONSOLE,
	.summary = "Power the appliance off",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Must be the last command of its line or file.",
	.examples = (const char *const[]){"quit", NULL},
	.grave = true,
};
