/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"
#include "shell/script.h"
#include "stats/wide.h"

enum {
	PORTS,
	TO_WORD,
	TO,
	FROM_WORD,
	FROM,
	TRIAL_WORD,
	TRIAL,
	WIDTH_WORD,
	WIDTH,
	SETTLE_WORD,
	SETTLE,
	GOAL
};

#define S 1000000000ull
#define PPB_OF_MICRO 1000
#define LOOK_NS 250000000ull

#define PAIR(word, text)                                                  \
	{                                                                 \
		ARG_KEYWORD, .optional = true, .name = word, .help = text \
	}

static bool is_goal(const char *word);

static const struct arg show_args[] = {
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg trials_args[] = {
	{ARG_KEYWORD, .name = "trials", .help = "list the trials"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg follow_args[] = {
	{ARG_KEYWORD, .name = "follow", .help = "wait for the end"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg stop_args[] = {
	{ARG_KEYWORD, .name = "stop", .help = "stop the search"},
	{ARG_NONE},
};

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to send from", .unset = "those in mode tx"},
	[TO_WORD] = PAIR("to", "set the largest rate"),
	[TO] = {ARG_RATE, .optional = true, .name = "RATE",
		.help = "largest rate of a port", .unset = "100%"},
	[FROM_WORD] = PAIR("from", "set the smallest rate"),
	[FROM] = {ARG_RATE, .optional = true, .name = "RATE",
		  .help = "smallest rate of a port; else a 10,000th of that"},
	[TRIAL_WORD] = PAIR("trial", "set the time of a trial"),
	[TRIAL] = {ARG_TIME, .optional = true, .name = "TIME",
		   .help = "time of a trial of full length", .min = 1000000,
		   .max = 3600 * S},
	[WIDTH_WORD] = PAIR("width", "set how exact the result is"),
	[WIDTH] = {ARG_SHARE, .optional = true, .name = "WIDTH",
		   .help = "how far apart the bounds may be", .unset = "0.5%",
		   .min = 100, .max = 200000},
	[SETTLE_WORD] = PAIR("settle", "set how long to wait for frames"),
	[SETTLE] = {ARG_TIME, .optional = true, .name = "TIME",
		    .help = "time without a frame that ends a trial",
		    .unset = "20ms", .min = 1000000, .max = 60 * S},
	[GOAL] = {ARG_TEXT, .name = "GOAL", .fits = is_goal, .repeated = true,
		  .help = "ndr, pdr, rfc2544, tst009, or a loss ratio"},
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

	return take_goal(word, &g);
}

/* ---- What is asked for --------------------------------------------------- */

/* Of those named, or of all, the ports that send; 0: the call failed. */
static uint64_t senders(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t mask = c->v[PORTS].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return 0;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && !(pg->set[i].mode & MODE_TX))
			mask &= ~(1ull << i);
	if (!mask)
		call_fail(c, E_STATE, PORTS,
			  "none of these ports sends; see 'mode'");
	return mask;
}

static enum call_result check_port(struct call *c, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	if (pktgen_active(pg) >> port & 1)
		return app_fail_active(c, PORTS, port);
	if (pg->set[port].owner != OWNER_NOBODY)
		return call_fail(c, E_STATE, PORTS,
				 "port %u is busy with a 'bench'; wait for its "
				 "end",
				 port);
	if (pg->set[port].nb_streams > 1)
		return call_fail(c, E_STATE, PORTS,
				 "port %u has %u streams, 'search' measures "
				 "one; type 'stream %u.all delete'",
				 port, pg->set[port].nb_streams, port);
	return CALL_DONE;
}

/* Thousandths of a frame a second that a rate is for these frames; 0: none. */
static uint64_t load_of(const struct app *app, unsigned port,
			const struct rate *rate)
{
	struct stream s = *pktgen_stream(&app->pktgen, port, 0);
	struct gap gap;
	bool unpaced;

	s.rate = *rate;
	memset(&s.shape, 0, sizeof(s.shape));
	if (stream_gap(&s, &gap, &unpaced) || unpaced)
		return 0;
	return (uint64_t)wide_div((wide)1000 * S << 32,
				  (wide)gap.ns << 32 | gap.frac);
}

static enum call_result plan_loads(struct call *c, struct experiment_plan *p)
{
	const struct app *app = call_app(c);
	const struct rate all = {RATE_PERCENT, 100000000};
	const bool to = c->v[TO].set, from = c->v[FROM].set;

	p->max = UINT64_MAX;
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(p->mask >> i & 1))
			continue;
		p->max = MIN(p->max,
			     load_of(app, i, to ? &c->v[TO].rate : &all));
		if (from)
			p->min = MAX(p->min, load_of(app, i, &c->v[FROM].rate));
	}
	if (!p->max || p->max == UINT64_MAX)
		return call_fail(c, E_RANGE, TO,
				 "a search needs a largest rate; type 'to "
				 "1mpps'");
	if (!from)
		p->min = MAX(p->max / 10000, 1);
	if (!p->min || p->min > p->max)
		return call_fail(c, E_RANGE, from ? FROM : TO,
				 "the smallest rate is above the largest");
	return CALL_DONE;
}

static enum call_result plan_goals(struct call *c, struct experiment_plan *p)
{
	const uint64_t width = c->v[WIDTH].u * PPB_OF_MICRO;

	for (int i = GOAL; i < CMD_ARGS_MAX && c->v[i].set; i++) {
		struct search_goal *g = &p->goal[p->nb_goals];

		if (p->nb_goals == SEARCH_GOALS)
			return call_fail(c, E_RANGE, i, "%u goals are all",
					 SEARCH_GOALS);
		take_goal(c->v[i].word, g);
		snprintf(p->name[p->nb_goals++], sizeof(p->name[0]), "%s",
			 c->v[i].word);
		g->width_ppb = (uint32_t)width;
		if (!c->v[TRIAL].set)
			continue;
		g->sum_ns = g->sum_ns / g->trial_ns * c->v[TRIAL].u;
		g->trial_ns = c->v[TRIAL].u;
		g->first_ns = MIN(g->first_ns, g->trial_ns);
	}
	return CALL_DONE;
}

static enum call_result begin(struct call *c)
{
	struct app *app = call_app(c);
	struct experiment_plan p = {.mask = senders(c),
				    .settle_ns = c->v[SETTLE].u};

	if (!p.mask)
		return CALL_FAIL;
	if (app->experiment && app->experiment->state == EXPERIMENT_RUNS)
		return call_fail(c, E_STATE, -1,
				 "another search runs; type 'search stop'");
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (p.mask >> i & 1 && check_port(c, i) != CALL_DONE)
			return CALL_FAIL;
	if (plan_loads(c, &p) != CALL_DONE || plan_goals(c, &p) != CALL_DONE)
		return CALL_FAIL;
	switch (experiment_begin(app, &p, c->now_ns)) {
	case E_OK:
		return CALL_AGAIN;
	case E_NOMEM:
		return app_no_memory(c, -1);
	default:
		return call_fail(c, E_RANGE, PORTS,
				 "these frames have no room for a signature; "
				 "see 'size'");
	}
}

/* ---- What was found ------------------------------------------------------ */

/* Why it is no more than a guess, or "-". */
static const char *note(const struct experiment *e,
			const struct search_result *f)
{
	if (f->regular)
		return "-";
	if (e->state == EXPERIMENT_RUNS)
		return "not yet";
	if (f->lower == e->plan.max)
		return "bears the largest rate";
	if (f->upper == e->plan.min)
		return "loses at the smallest rate";
	return "not found";
}

static void show_load(struct reply *r, const char *key, uint64_t load)
{
	if (load)
		reply_milli(r, key, load, "pps");
	else
		reply_none(r, key, "pps");
}

static void show_goal(struct call *c, const struct experiment *e, unsigned i)
{
	const struct search_result f = search_result(&e->search, i);
	struct reply *r = c->reply;

	reply_map(r, NULL, REPLY_TABLE);
	reply_text(r, "goal", e->plan.name[i]);
	show_load(r, "throughput", f.throughput);
	show_load(r, "lower", f.lower);
	show_load(r, "upper", f.upper);
	reply_text(r, "note", note(e, &f));
	reply_end(r);
}

static void report(struct call *c, const struct experiment *e)
{
	const uint64_t end_ns =
		e->state == EXPERIMENT_RUNS ? c->now_ns : e->ended_ns;
	struct reply *r = c->reply;

	reply_text(r, "search", experiment_states[e->state]);
	reply_list(r, "goals", REPLY_TABLE);
	for (unsigned i = 0; i < e->plan.nb_goals; i++)
		show_goal(c, e, i);
	reply_end(r);
	reply_u64(r, "made", e->nb_trials, NULL);
	reply_u64(r, "repeated", e->nb_repeated, NULL);
	reply_milli(r, "time", (end_ns - e->began_ns) / 1000000, "s");
	reply_milli(r, "sending", e->sent_ns / 1000000, "s");
}

static void show_trial(struct reply *r, const struct experiment_trial *t,
		       unsigned number)
{
	reply_map(r, NULL, REPLY_TABLE);
	reply_u64(r, "trial", number, NULL);
	reply_milli(r, "rate", t->t.load, "pps");
	reply_milli(r, "time", t->t.ns / 1000000, "s");
	reply_u64(r, "offered", t->t.offered, NULL);
	reply_u64(r, "lost", t->t.lost, NULL);
	reply_milli(r, "loss",
		    balance_share_micro(t->t.lost, t->t.offered) / 1000, "%");
	reply_text(r, "verdict", verdict_grades[t->grade]);
	reply_end(r);
}

static void show_progress(struct call *c, const struct experiment *e)
{
	char text[128], rate[48];
	const struct rate load = {RATE_PPS, e->trial.load * 1000};
	const uint64_t left_ns = experiment_left_ns(e, c->now_ns);

	value_rate_print(&load, rate, sizeof(rate));
	snprintf(text, sizeof(text), "trial %u: %s; about %llu s left",
		 e->nb_trials + 1, rate,
		 (unsigned long long)((left_ns + S - 1) / S));
	call_progress(c, text);
}

static enum call_result follow(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	if (e->state == EXPERIMENT_RUNS) {
		show_progress(c, e);
		c->wake_ns = c->now_ns + LOOK_NS;
		return CALL_AGAIN;
	}
	if (e->state != EXPERIMENT_DONE)
		return call_fail(c, E_STATE, -1, "the search %s",
				 experiment_why[e->state]);
	report(c, e);
	return CALL_DONE;
}

/* The one who waits goes. */
static enum call_result leave(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	if (e->state == EXPERIMENT_RUNS)
		session_event(&call_app(c)->session, c->now_ns,
			      "search goes on trials=%u", e->nb_trials);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	if (c->cancelled)
		return leave(c);
	if (!c->calls && begin(c) == CALL_FAIL)
		return CALL_FAIL;
	return follow(c);
}

static enum call_result show(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;

	if (e)
		report(c, e);
	else
		reply_text(c->reply, "search",
			   experiment_states[EXPERIMENT_NONE]);
	return CALL_DONE;
}

#define TRIALS_A_CALL 16

static enum call_result run_trials(struct call *c)
{
	const struct experiment *e = call_app(c)->experiment;
	const unsigned nb = e ? e->nb_trials : 0;
	unsigned i = c->calls * TRIALS_A_CALL;

	if (c->cancelled)
		return CALL_DONE;
	reply_list(c->reply, "trials", c->calls ? REPLY_ROWS : REPLY_TABLE);
	for (; i < nb && i < (c->calls + 1) * TRIALS_A_CALL; i++)
		show_trial(c->reply, &e->made[i], i + 1);
	reply_end(c->reply);
	c->wake_ns = c->now_ns;
	return i < nb ? CALL_AGAIN : CALL_DONE;
}

static enum call_result run_follow(struct call *c)
{
	if (c->cancelled)
		return leave(c);
	return call_app(c)->experiment ? follow(c) : show(c);
}

static enum call_result run_stop(struct call *c)
{
	experiment_stop(call_app(c), ~0ull, c->now_ns);
	return CALL_DONE;
}

const struct cmd cmd_search = {
	.name = "search",
	.group = GROUP_TRAFFIC,
	.summary = "Search for the rate that a device bears",
	.forms =
		(const struct cmd_form[]){
			{show_args, show, "show what was found"},
			{trials_args, run_trials, "list the trials"},
			{follow_args, run_follow, "wait for the end"},
			{stop_args, run_stop, "stop the search"},
			{args, run, "search, and wait for the end"},
			{0},
		},
	.notes = "Sends signed frames in one trial after another, narrows the "
		 "rate for all goals at once (RFC 9971), and restores the "
		 "settings. 'ndr' is without loss and 'pdr' with up to 0.5%, "
		 "in 21 trials of 1s of which half may be worse; 'rfc2544' is "
		 "without loss in one trial of 60s, 'tst009' in one of two. A "
		 "percentage is as 'pdr' with another loss. What a sender was "
		 "too late for counts as lost. A trial that is not valid is "
		 "repeated up to 3 times. Ctrl-C leaves the search running.",
	.examples =
		(const char *const[]){"search ndr pdr",
				      "search 0 to 1mpps trial 10s ndr",
				      "search rfc2544", "search trials", NULL},
	.see = (const char *const[]){"bench", "verdict", NULL},
};
