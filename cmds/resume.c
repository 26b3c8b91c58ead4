/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "pktgen/pktgen_runs.h"

enum { PORTS };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		   .name = "PORTS", .help = "ports to resume"},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;

	if (app_check_up(c, on->ports) != CALL_DONE ||
	    app_check_unmeasured(c, PORTS, on->ports) != CALL_DONE)
		return CALL_FAIL;
	pktgen_resume_streams(&call_app(c)->pktgen, on, c->now_ns);
	return CALL_DONE;
}

const struct cmd cmd_resume = {
	.name = "resume",
	.group = GROUP_TRAFFIC,
	.summary = "Resume streams that were paused",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "A stream goes on with its next frame, on the schedule that "
		 "it had from the start. The pause is not made up for.",
	.examples = (const char *const[]){"resume 0.3", "resume", NULL},
	.see = (const char *const[]){"pause", "start", "stop", NULL},
};
