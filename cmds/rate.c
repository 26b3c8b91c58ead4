/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, RATE };

static void get(const void *app, unsigned port, struct value *v)
{
	v->rate = app_stream(app, port)->rate;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[RATE] = {ARG_RATE, .name = "RATE",
		  .help = "10mpps, 2.5kpps, 500mbps (layer 2), "
			  "1gbpsl1 (layer 1), 25%, 6/min, max",
		  .get = get, .save_order = APP_SAVE_RATE},
	{ARG_NONE},
};

static void edit(struct stream *s, const void *arg)
{
	s->rate = *(const struct rate *)arg;
}

static enum call_result run(struct call *c)
{
	return app_edit(c, c->v[PORTS].mask, edit, &c->v[RATE].rate, RATE);
}

const struct cmd cmd_rate = {
	.name = "rate",
	.summary = "Set the rate at which frames are sent",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "set the rate; % is of the link's speed, layer 1; "
			 "/min is frames a minute"},
			{0},
		},
	.examples = (const char *const[]){"rate 10kpps", "rate 0 500mbps",
					  "rate 1/min", "rate max", NULL},
	.see = (const char *const[]){"size", "linkspeed", "gap", "debt",
				     "start", NULL},
};
