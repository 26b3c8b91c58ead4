/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/ask.h"

#define S ASK_SECOND
#define PPB_OF_MICRO 1000

enum { THROUGHPUT, LATENCY, LOSS, BACK_TO_BACK, RECOVERY, RESET };

static const struct arg_word tests[] = {
	[THROUGHPUT] = {"throughput", "search for the largest rate without "
				      "loss"},
	[LATENCY] = {"latency", "time frames at the throughput, in 20 trials"},
	[LOSS] = {"loss", "count what is lost at one rate after another"},
	[BACK_TO_BACK] = {"back-to-back",
			  "search for the longest burst without "
			  "loss"},
	[RECOVERY] = {"recovery", "time how long loss goes on after too much"},
	[RESET] = {"reset", "time the outage of a device that you reset"},
	{NULL, NULL},
};

static const struct course *const courses[] = {
	[THROUGHPUT] = &course_throughput,
	[LATENCY] = &course_latency,
	[LOSS] = &course_loss,
	[BACK_TO_BACK] = &course_back_to_back,
	[RECOVERY] = &course_recovery,
	[RESET] = &course_reset,
};

static const struct arg args[] = {
	ASK_PORTS,
	{ARG_ENUM, .name = "TEST", .help = "what to measure", .words = tests},
	ASK_SIZES("64,128,256,512,1024,1280,1518"),
	ASK_TO,
	ASK_TRIAL("60s"),
	ASK_WARMUP,
	ASK_WIDTH,
	ASK_SETTLE,
	ASK_LOSS,
	ASK_STEP,
	ASK_LEARN,
	ASK_REPEAT,
	ASK_BISECT,
	ASK_PLAN,
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* Words that are of other tests. */
static const char *const not_of_loss[] = {"loss", "width", "bisect", NULL};
static const char *const of_loss[] = {"step", NULL};

static enum call_result plan(struct call *c, struct experiment_plan *p)
{
	struct search_goal *g = &p->goal[0];

	const uint64_t test = ask_value(c, "TEST")->u;

	if (ask_check_words(c, test == LOSS ? not_of_loss : of_loss) !=
		    CALL_DONE ||
	    ask_plan(c, courses[test], p) != CALL_DONE)
		return CALL_FAIL;
	if (p->course == &course_loss)
		return CALL_DONE;
	p->nb_goals = 1;
	snprintf(p->name[0], sizeof(p->name[0]), "rfc2544");
	g->trial_ns = g->sum_ns = p->trial_ns;
	g->first_ns = MIN(S, p->trial_ns);
	g->loss_ppb = (uint32_t)ask_value(c, "loss")->u * PPB_OF_MICRO;
	g->width_ppb = (uint32_t)ask_value(c, "width")->u * PPB_OF_MICRO;
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return ask_run(c, plan);
}

const struct cmd cmd_rfc2544 = {
	.name = "rfc2544",
	.group = GROUP_TRAFFIC,
	.summary = "Measure a device by RFC 2544",
	.forms =
		(const struct cmd_form[]){
			ASK_FORMS,
			{args, run, "measure, and wait for the end"},
			{0},
		},
	.notes = "Goes through all sizes, first with learning frames, and "
		 "restores the settings. 'latency', 'back-to-back', 'recovery' "
		 "and 'reset' search for the throughput first. Loss goes "
		 "down from the largest rate by 'step' until two trials lose "
		 "nothing; back-to-back is by RFC 9004, reset by RFC 6201. "
		 "Ports in mode txrx that receive from each other are measured "
		 "both ways. Ctrl-C leaves it running; its result is kept, see "
		 "'results'.",
	.examples =
		(const char *const[]){
			"rfc2544 throughput --plan",
			"rfc2544 0 throughput sizes 64,imix trial 10s",
			"rfc2544 loss step 5%",
			"rfc2544 back-to-back sizes 64 repeat 50", NULL},
	.see = (const char *const[]){"search", "results", "soak", NULL},
};
