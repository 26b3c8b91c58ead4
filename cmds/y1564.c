/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/ask.h"

#define S ASK_SECOND

enum { CONFIGURATION, PERFORMANCE };

static const struct arg_word tests[] = {
	[CONFIGURATION] = {"configuration", "test each service by itself, in "
					    "steps"},
	[PERFORMANCE] = {"performance", "test all services at once, at their "
					"rates"},
	{NULL, NULL},
};

static const struct arg args[] = {
	ASK_PORTS,
	{ARG_ENUM, .name = "TEST", .help = "what to test", .words = tests},
	ASK_WORD("eir", "set the excess rate"),
	{ARG_SHARE, .optional = true, .name = "EIR",
	 .help = "excess rate of a service, as a share of its rate",
	 .max = 1000000},
	ASK_WORD("flr", "set the loss that is accepted"),
	{ARG_SHARE, .optional = true, .name = "FLR",
	 .help = "share of the frames that may be lost", .max = 999999},
	ASK_WORD("ftd", "set the delay that is accepted"),
	{ARG_TIME, .optional = true, .name = "FTD",
	 .help = "longest mean delay, else any", .min = 1, .max = 60 * S},
	ASK_WORD("fdv", "set the variation that is accepted"),
	{ARG_TIME, .optional = true, .name = "FDV",
	 .help = "from the least delay to that of 99.9 %, else any", .min = 1,
	 .max = 60 * S},
	ASK_WORD("avail", "set the availability that is accepted"),
	{ARG_SHARE, .optional = true, .name = "AVAIL",
	 .help = "share of the seconds", .unset = "99.9%", .max = 1000000},
	ASK_WORD("time", "set the time of the test, or of a step"),
	{ARG_TIME, .optional = true, .name = "TIME",
	 .help = "of a step, else 10s, or a performance test, else 15min",
	 .min = 1000000, .max = 7 * 86400 * S},
	ASK_WARMUP,
	ASK_SETTLE,
	ASK_PLAN,
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static uint64_t given(const struct call *c, const char *word, uint64_t first)
{
	const struct value *v = ask_value(c, word);

	return v->set ? v->u : first;
}

/* Its rate is what a service may have. */
static enum call_result check_rates(struct call *c, uint64_t mask)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	unsigned s;

	FOR_EACH_SENDER(i, mask)
		for (s = 0;
		     (s = pktgen_next_stream(pg, i, s)) != PKTGEN_NO_STREAM;
		     s++)
			if (pktgen_stream(pg, i, s)->rate.unit == RATE_MAX &&
			    !pktgen_stream_use(pg, i, s)->disabled)
				return call_fail(c, E_STATE, 0,
						 "stream %u.%u has no rate, "
						 "which is its CIR; see 'rate'",
						 i, s);
	return CALL_DONE;
}

/* Words that are of the other test. */
static const char *const of_steps[] = {"eir", NULL};
static const char *const of_all[] = {"avail", NULL};

static enum call_result plan(struct call *c, struct experiment_plan *p)
{
	const bool all = ask_value(c, "TEST")->u == PERFORMANCE;

	if (ask_check_words(c, all ? of_steps : of_all) != CALL_DONE ||
	    ask_plan(c, all ? &course_performance : &course_y1564, p) !=
		    CALL_DONE ||
	    check_rates(c, p->mask) != CALL_DONE)
		return CALL_FAIL;
	p->service = (struct stream_service){
		.eir = (uint32_t)given(c, "EIR", 0),
		.loss = (uint32_t)given(c, "FLR", 0),
		.avail = (uint32_t)ask_value(c, "AVAIL")->u,
		.delay_ns = given(c, "FTD", 0),
		.variation_ns = given(c, "FDV", 0),
	};
	p->trial_ns = given(c, "TIME", all ? 900 * S : 10 * S);
	p->every_ns = all ? S : 0;
	/* Of most tests a 60th is lost with the machine. */
	p->look = all ? (unsigned)MAX(p->trial_ns / (60 * S), 1) : 0;
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return ask_run(c, plan);
}

const struct cmd cmd_y1564 = {
	.name = "y1564",
	.group = GROUP_TRAFFIC,
	.summary = "Test services by ITU-T Y.1564",
	.forms =
		(const struct cmd_form[]){
			ASK_FORMS,
			{args, run, "test, and wait for the end"},
			{0},
		},
	.notes = "Each stream is a service, its rate the CIR; 'service' sets "
		 "its other parameters, and thresholds of its own. "
		 "'configuration' sends 25, 50, 75 and 100% of the CIR, then "
		 "what EIR allows, then more, and says whether the service is "
		 "policed or shaped; then bursts, where it has any. "
		 "'performance' sends all at once. A service is accepted by "
		 "loss, mean delay, its variation, and seconds in which it is "
		 "available (ten in a row that lose half of their frames end "
		 "that).",
	.examples =
		(const char *const[]){"y1564 configuration eir 25% ftd 10ms",
				      "y1564 performance time 2h flr 0.01%",
				      NULL},
	.see = (const char *const[]){"service", "stream", "rate", "rfc2544",
				     NULL},
};
