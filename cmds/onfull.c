/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, ONFULL };

static const char *const words[] = {"drop", "retry", NULL};

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_how(app, port)->drops ? 0 : 1;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[ONFULL] = {ARG_ENUM, .name = "ONFULL", .words = words,
		    .help = "what becomes of frames that a full ring does "
			    "not take",
		    .get = get},
	{ARG_NONE},
};

static void edit(struct worker_how *how, const void *arg)
{
	how->drops = !*(const uint64_t *)arg;
}

static enum call_result run(struct call *c)
{
	return app_set_how(c, c->v[PORTS].mask, edit, &c->v[ONFULL].u);
}

const struct cmd cmd_onfull = {
	.name = "onfull",
	.summary = "Choose what happens when the ring is full",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "drop: frames that find no room are thrown away and "
			 "counted as such; retry: they are offered again until "
			 "they do"},
			{0},
		},
	.examples =
		(const char *const[]){"onfull retry", "onfull 0 drop", NULL},
	.see = (const char *const[]){"strategy", "burst", NULL},
};
