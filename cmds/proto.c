/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static const struct arg_word words[] = {
	{"ipv4", "send UDP in IPv4"},
	{"ipv6", "send UDP in IPv6: frames have 66 bytes or more"},
	{NULL},
};

static void get(const struct config *c, struct value *v)
{
	v->u = c->stream.ipv6;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.ipv6 = v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "ipv4",
	.save_order = APP_SAVE_PROTO,
};

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_ENUM, .name = "PROTO", .words = words,
	 .help = "protocol of layer 3", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_proto = {
	.name = "proto",
	.group = GROUP_HEADERS,
	.summary = "Choose IPv4 or IPv6",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.examples = (const char *const[]){"proto ipv4", "size 66; proto 0 ipv6",
					  NULL},
	.see = (const char *const[]){"src", "dst", "size", NULL},
};
