/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/ask.h"

#define S ASK_SECOND
/* Rows of the longest soak. */
#define ROWS_MAX 1440

static const struct arg args[] = {
	ASK_PORTS,
	{ARG_TIME, .name = "TIME", .help = "duration", .min = 1000000,
	 .max = 30 * 86400 * S},
	ASK_WORD("every", "set the time of a row"),
	{ARG_TIME, .optional = true, .name = "INTERVAL",
	 .help = "time of a row of the table", .unset = "1min", .min = 1000000,
	 .max = 86400 * S},
	ASK_WARMUP,
	ASK_SETTLE,
	ASK_FLAG("until-loss", "end at the first loss"),
	ASK_PLAN,
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result plan(struct call *c, struct experiment_plan *p)
{
	if (ask_plan(c, &course_soak, p) != CALL_DONE)
		return CALL_FAIL;
	p->trial_ns = ask_value(c, "TIME")->u;
	p->every_ns = MAX(ask_value(c, "INTERVAL")->u, p->trial_ns / ROWS_MAX);
	p->until_loss = ask_value(c, "until-loss")->set;
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return ask_run(c, plan);
}

const struct cmd cmd_soak = {
	.name = "soak",
	.group = GROUP_TRAFFIC,
	.summary = "Send for long and tell loss and latency by the minute",
	.forms =
		(const struct cmd_form[]){
			ASK_FORMS,
			{args, run, "send, and wait for the end"},
			{0},
		},
	.notes = "Ports send as their streams are set, signed. Each row has "
		 "what was lost in its time, how long frames took, and how "
		 "long the machine stood still ('stolen'). With --until-loss "
		 "it ends with the row in which a frame is lost.",
	.examples = (const char *const[]){"soak 24h", "soak 1h --until-loss",
					  "soak 0 10s every 1s", NULL},
	.see = (const char *const[]){"ramp", "sweep", "results", NULL},
};
