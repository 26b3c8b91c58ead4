/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, SIGNATURE };

static const char *const words[] = {"off", "on", NULL};

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_stream(app, port)->sign;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[SIGNATURE] = {ARG_ENUM, .name = "SIGNATURE", .words = words,
		       .help = "whether frames are signed", .get = get,
		       .save_order = APP_SAVE_PROTO},
	{ARG_NONE},
};

static void edit(struct stream *s, const void *arg)
{
	s->sign = *(const uint64_t *)arg;
}

static enum call_result run(struct call *c)
{
	return app_edit(c, c->v[PORTS].mask, edit, &c->v[SIGNATURE].u,
			SIGNATURE);
}

const struct cmd cmd_signature = {
	.name = "signature",
	.summary = "Sign frames with a number and their time",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "on: the last 18 bytes of each frame hold its number "
			 "and when it was sent; with IPv6 that takes sizes "
			 "from 84 bytes on"},
			{0},
		},
	.examples =
		(const char *const[]){"signature on", "signature 0 off", NULL},
	.see = (const char *const[]){"size", "strategy", NULL},
};
