/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, DEBT };

/* By enum pace_debt. */
static const char *const words[] = {"catchup", "forgive", "strict", NULL};

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_how(app, port)->pace.debt;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[DEBT] = {ARG_ENUM, .name = "DEBT", .words = words,
		  .help = "what becomes of frames that are late", .get = get},
	{ARG_NONE},
};

static void edit(struct worker_how *how, const void *arg)
{
	const uint64_t word = *(const uint64_t *)arg;

	how->pace.debt = (enum pace_debt)word;
}

static enum call_result run(struct call *c)
{
	return app_set_how(c, c->v[PORTS].mask, edit, &c->v[DEBT].u);
}

const struct cmd cmd_debt = {
	.name = "debt",
	.summary = "Choose what becomes of time that was lost",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "catchup: late frames are sent as soon as possible, "
			 "up to 100ms late; forgive: as many as 'burst' says; "
			 "strict: up to 100us late, and the rest put off, so "
			 "that no second has more frames than the rate; what "
			 "is "
			 "given up is counted as skipped"},
			{0},
		},
	.examples =
		(const char *const[]){"debt strict", "debt 0 catchup", NULL},
	.see = (const char *const[]){"rate", "gap", "stats", NULL},
};
