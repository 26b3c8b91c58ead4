/* SPDX-License-Identifier: BSD-3-Clause */
#include "app.h"

enum { PORTS };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to start"},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	enum call_result up = app_check_up(c, c->v[PORTS].mask);

	if (up == CALL_DONE)
		pktgen_start(&call_app(c)->pktgen, c->v[PORTS].mask, c->now_ns);
	return up;
}

const struct cmd cmd_start = {
	.name = "start",
	.summary = "Start sending on ports whose mode sends",
	.forms =
		(const struct cmd_form[]){
			{args, run, "start the ports' engines"},
			{0},
		},
	.examples = (const char *const[]){"start", "start 0", NULL},
	.see = (const char *const[]){"stop", "rate", "mode", NULL},
};
