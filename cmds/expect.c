/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/condition.h"

enum { WITHIN = COND_ARGS, TIME };
enum { NEAR_WITHIN = COND_NEAR_ARGS, NEAR_TIME };

#define POLL_NS 1000000ull

static const struct arg now_args[] = {CONDITION_ARGS, {ARG_NONE}};

#define WITHIN_ARG                                                   \
	{                                                            \
		ARG_KEYWORD, .name = "within", .help = "wait for it" \
	}

static const struct arg within_args[] = {
	CONDITION_ARGS,
	[WITHIN] = WITHIN_ARG,
	[TIME] = TIME_ARG,
	{ARG_NONE},
};

static const struct arg near_args[] = {
	CONDITION_ARGS,
	TOLERANCE_ARGS,
	{ARG_NONE},
};

static const struct arg near_within_args[] = {
	CONDITION_ARGS,         TOLERANCE_ARGS, [NEAR_WITHIN] = WITHIN_ARG,
	[NEAR_TIME] = TIME_ARG, {ARG_NONE},
};

/* Then the counts go on, and what is missing may come. */
static bool still_sends(const struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pktgen_up(pg, i) && pg->set[i].mode & MODE_TX &&
		    worker_runs(pktgen_look(pg, i)->state))
			return true;
	return false;
}

static enum call_result run(struct call *c)
{
	struct condition_wait *w = (void *)c->state;
	char why[sizeof(c->err_text)];

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls) {
		if (condition_take(c, &w->cond) == CALL_FAIL)
			return CALL_FAIL;
		w->until_ns = c->now_ns;
		if (c->form->args == within_args)
			w->until_ns += c->v[TIME].u;
		else if (c->form->args == near_within_args)
			w->until_ns += c->v[NEAR_TIME].u;
	}
	app_watch(call_app(c), c->now_ns);
	if (condition_holds(call_app(c), &w->cond, why, sizeof(why)))
		return CALL_DONE;
	if (c->now_ns >= w->until_ns)
		return call_fail(c, E_EXPECT, COND_FIELD, "%s%s", why,
				 still_sends(c) ? "; a port still sends" : "");
	c->wake_ns = c->now_ns + POLL_NS;
	return CALL_AGAIN;
}

const struct cmd cmd_expect = {
	.name = "expect",
	.group = GROUP_SCRIPTS,
	.summary = "Fail unless a counter or setting has a value",
	.forms =
		(const struct cmd_form[]){
			{now_args, run,
			 "fail unless it is true now on all PORTS"},
			{within_args, run,
			 "fail unless it becomes true within TIME"},
			{near_args, run,
			 "fail unless it is that near to VALUE now on all "
			 "PORTS"},
			{near_within_args, run,
			 "fail unless it comes that near to VALUE within TIME"},
			{0},
		},
	.examples =
		(const char *const[]){"expect 1 rx.packets = 0:tx.packets",
				      "expect 0 tx.rate = 10kpps +- 0.1%",
				      "expect 0 tx.rate >= 9.9kpps within 3s",
				      "expect 0 mode = tx", NULL},
	.see = (const char *const[]){"wait", "run", "stats", "show", NULL},
};
