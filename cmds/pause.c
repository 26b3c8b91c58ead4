/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		   .name = "PORTS", .help = "ports to pause"},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const enum call_result up = app_check_up(c, on->ports);

	if (up == CALL_DONE) {
		verdict_disturbed(call_app(c), on->ports);
		pktgen_pause_streams(&call_app(c)->pktgen, on, c->now_ns);
	}
	return up;
}

const struct cmd cmd_pause = {
	.name = "pause",
	.group = GROUP_TRAFFIC,
	.summary = "Pause streams that send",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Other streams keep their times. A run for a time takes as "
		 "much "
		 "longer. Streams that do not send stay as they are.",
	.examples = (const char *const[]){"pause 0.3", "pause", NULL},
	.see = (const char *const[]){"resume", "start", "stop", NULL},
};
