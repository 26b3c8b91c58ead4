/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/ask.h"

#define S ASK_SECOND
#define PPB_OF_MICRO 1000

static bool is_goal(const char *word);

static const struct arg args[] = {
	ASK_PORTS,
	ASK_SIZES(NULL),
	ASK_TO,
	ASK_FROM,
	ASK_TRIAL(NULL),
	ASK_WARMUP,
	ASK_WIDTH,
	ASK_SETTLE,
	ASK_REPEAT,
	ASK_BISECT,
	ASK_PLAN,
	ASK_JSON{ARG_TEXT, .name = "GOAL", .fits = is_goal, .repeated = true,
		 .help = "ndr, pdr, csit, rfc2544, tst009, or a loss ratio"},
	{ARG_NONE},
};

/* What a word asks for, for trials of a second unless it says. */
static const struct {
	const char *name;
	struct search_goal goal;
} goals[] = {
	{"ndr", {S, 21 * S, S, 0, SEARCH_ONE / 2, 0}},
	{"pdr", {S, 21 * S, S, SEARCH_ONE / 200, SEARCH_ONE / 2, 0}},
	{"rfc2544", {60 * S, 60 * S, S, 0, 0, 0}},
	{"tst009", {60 * S, 120 * S, S, 0, SEARCH_ONE / 2, 0}},
};

static bool take_goal(const char *word, struct search_goal *g)
{
	uint64_t micro;
	const char *end;

	for (size_t i = 0; i < sizeof(goals) / sizeof(goals[0]); i++) {
		if (!strcmp(word, goals[i].name)) {
			*g = goals[i].goal;
			return true;
		}
	}
	if (value_decimal(word, &micro, &end) || strcmp(end, "%") ||
	    micro >= 100000000)
		return false;
	*g = goals[0].goal;
	g->loss_ppb = (uint32_t)(micro * 10);
	return true;
}

static bool is_goal(const char *word)
{
	struct search_goal g;

	return !strcmp(word, "csit") || take_goal(word, &g);
}

/* What it says, whatever its name. */
static bool is_twice(const struct experiment_plan *p,
		     const struct search_goal *g)
{
	for (const struct search_goal *o = p->goal; o < g; o++)
		if (o->loss_ppb == g->loss_ppb &&
		    o->exceed_ppb == g->exceed_ppb && o->sum_ns == g->sum_ns)
			return true;
	return false;
}

static const char *add_goal(const struct call *c, struct experiment_plan *p,
			    const char *word)
{
	const struct value *trial = ask_value(c, "trial");
	struct search_goal *g = &p->goal[p->nb_goals];

	if (p->nb_goals == SEARCH_GOALS)
		return "a search takes up to %u goals";
	take_goal(word, g);
	snprintf(p->name[p->nb_goals++], sizeof(p->name[0]), "%s", word);
	g->width_ppb = (uint32_t)ask_value(c, "width")->u * PPB_OF_MICRO;
	if (trial->set) {
		g->sum_ns = g->sum_ns / g->trial_ns * trial->u;
		g->trial_ns = trial->u;
		g->first_ns = MIN(g->first_ns, g->trial_ns);
	}
	return is_twice(p, g) ? "the same goal twice; type it once" : NULL;
}

static enum call_result plan(struct call *c, struct experiment_plan *p)
{
	const struct value *v = ask_value(c, "GOAL");

	if (ask_plan(c, &course_search, p) != CALL_DONE)
		return CALL_FAIL;
	for (; v < c->v + CMD_ARGS_MAX && v->set; v++) {
		const bool csit = !strcmp(v->word, "csit");
		const char *why = add_goal(c, p, csit ? "ndr" : v->word);

		if (!why && csit)
			why = add_goal(c, p, "pdr");
		if (why)
			return call_fail(c, E_RANGE, (int)(v - c->v), why,
					 SEARCH_GOALS);
	}
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return ask_run(c, plan);
}

const struct cmd cmd_search = {
	.name = "search",
	.group = GROUP_TRAFFIC,
	.summary = "Search for the rate that a device bears",
	.forms =
		(const struct cmd_form[]){
			ASK_FORMS,
			{args, run, "search, and wait for the end"},
			{0},
		},
	.notes = "Sends signed frames in one trial after another, narrows the "
		 "rate for all goals at once (RFC 9971), and restores the "
		 "settings. 'ndr' is without loss and 'pdr' with up to 0.5%, "
		 "in 21 trials of 1s of which half may be worse; 'csit' is "
		 "both. 'rfc2544' is without loss in one trial of 60s, "
		 "'tst009' in one of two. A percentage is as 'pdr' with "
		 "another loss. Frames that a sender was too late for count as "
		 "lost. "
		 "A trial that is not valid is repeated, see 'verdict'. Ctrl-C "
		 "leaves the search running; its result is kept, see "
		 "'results'.",
	.examples =
		(const char *const[]){"search ndr pdr",
				      "search 0 to 1mpps trial 10s ndr",
				      "search sizes 64,512,imix csit --plan",
				      "search rfc2544", "search trials", NULL},
	.see = (const char *const[]){"rfc2544", "results", "verdict", NULL},
};
