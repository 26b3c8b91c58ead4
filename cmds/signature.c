/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static const struct arg_word words[] = {
	{"off", "leave the payload as it is"},
	{"on", "write number and send time into the last 18 bytes"},
	{NULL},
};

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
	 .help = "whether to sign frames", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_signature = {
	.name = "signature",
	.group = GROUP_HEADERS,
	.summary = "Sign frames with a number and their send time",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "With IPv6, signed frames have 84 bytes or more. "
		 "docs/protocol.md has the layout of the signature.",
	.examples =
		(const char *const[]){"signature on", "signature 0 off", NULL},
	.see = (const char *const[]){"size", "strategy", NULL},
};
