/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static const char *const words[] = {"off", "on", NULL};

static void get(const struct config *c, struct value *v)
{
	v->u = c->stream.sign;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.sign = v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "off",
	.save_order = APP_SAVE_PROTO,
};

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_ENUM, .name = "SIGNATURE", .words = words,
	 .help = "whether frames are signed", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_signature = {
	.name = "signature",
	.summary = "Sign frames with a number and their time",
	.forms =
		(const struct cmd_form[]){
			{args, app_set,
			 "on: the last 18 bytes of each frame hold its number "
			 "and when it was sent; with IPv6 that takes sizes "
			 "from 84 bytes on"},
			{0},
		},
	.examples =
		(const char *const[]){"signature on", "signature 0 off", NULL},
	.see = (const char *const[]){"size", "strategy", NULL},
};
