/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, SPEED };

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_stream(app, port)->linkspeed_bps;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[SPEED] = {ARG_SPEED, .name = "SPEED",
		   .help = "bits per second: 10gbps, 2.5gbps, 100mbps",
		   .min = 1000000, .max = 1000000000000, .get = get},
	{ARG_NONE},
};

static void edit(struct stream *s, const void *arg)
{
	s->linkspeed_bps = *(const uint64_t *)arg;
}

static enum call_result run(struct call *c)
{
	return app_edit(c, c->v[PORTS].mask, edit, &c->v[SPEED].u, SPEED);
}

const struct cmd cmd_linkspeed = {
	.name = "linkspeed",
	.summary = "Set the link's speed that a rate in percent refers to",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "rate 25% is a quarter of this on layer 1; the device "
			 "is not changed"},
			{0},
		},
	.examples = (const char *const[]){"linkspeed 1gbps",
					  "linkspeed 0 100gbps", NULL},
	.see = (const char *const[]){"rate", NULL},
};
