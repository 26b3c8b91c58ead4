/* SPDX-License-Identifier: BSD-3-Clause */
#include "app.h"

static const struct arg args[] = {{ARG_NONE}};

static enum call_result run(struct call *c)
{
	call_app(c)->quit = true;
	c->session->ended = true;
	return CALL_DONE;
}

const struct cmd cmd_quit = {
	.name = "quit",
	.summary = "Power the appliance off",
	.forms =
		(const struct cmd_form[]){
			{args, run, "power off at once"},
			{0},
		},
	.examples = (const char *const[]){"quit", NULL},
};
