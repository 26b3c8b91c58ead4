/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->u = c->stream.ttl;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.ttl = (uint8_t)v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "64",
};

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_INT, .name = "TTL", .help = "number of hops", .min = 1, .max = 255,
	 .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_ttl = {
	.name = "ttl",
	.group = GROUP_HEADERS,
	.summary = "Set the IPv4 TTL and IPv6 hop limit",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.examples = (const char *const[]){"ttl 64", "ttl 0 1", NULL},
	.see = (const char *const[]){"proto", NULL},
};
