/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, STRATEGY };

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_how(app, port)->strategy;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[STRATEGY] = {ARG_ENUM, .name = "STRATEGY", .words = app_strategies,
		      .help = "how frames are made", .get = get},
	{ARG_NONE},
};

static void edit(struct worker_how *how, const void *arg)
{
	const uint64_t word = *(const uint64_t *)arg;

	how->strategy = (enum strategy)word;
}

static enum call_result run(struct call *c)
{
	return app_set_how(c, c->v[PORTS].mask, edit, &c->v[STRATEGY].u);
}

const struct cmd cmd_strategy = {
	.name = "strategy",
	.summary = "Choose how frames are made",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "create: each is built anew; copy: each is a copy of "
			 "a template; pool: frames that are back from the "
			 "device are edited; shared: where frames of a size do "
			 "not differ one is sent again and again, else as "
			 "pool; 'port' shows what is in use"},
			{0},
		},
	.examples = (const char *const[]){"strategy shared", "strategy 0 copy",
					  NULL},
	.see = (const char *const[]){"port", "burst", "onfull", NULL},
};
