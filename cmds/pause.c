/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "pktgen/pktgen_runs.h"

enum { PORTS };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		   .name = "PORTS", .help = "ports to pause"},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;

	if (app_check_up(c, on->ports) != CALL_DONE ||
	    app_check_unmeasured(c, PORTS, on->ports) != CALL_DONE)
		return CALL_FAIL;
	verdict_disturbed(call_app(c), on->ports);
	pktgen_pause_streams(&call_app(c)->pktgen, on, c->now_ns);
	return CALL_DONE;
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
	.notes = "Other streams keep their times. A run with a time limit "
		 "takes longer by the pause. Streams that do not send stay as "
		 "they are.",
	.examples = (const char *const[]){"pause 0.3", "pause", NULL},
	.see = (const char *const[]){"resume", "start", "stop", NULL},
};
