/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/traffic.h"

enum { PORTS, VALUE };

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[VALUE] = {ARG_TEXT, .name = "VALUE", .help = "number of hops or range",
		   .asked = true, .repeated = true, .fits = traffic_is_value},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	return app_set_field(c, &c->v[PORTS].subjects, "ipv4.ttl", "ipv6.hops",
			     VALUE);
}

const struct cmd cmd_ttl = {
	.name = "ttl",
	.group = GROUP_HEADERS,
	.summary = "Set the IPv4 TTL or IPv6 hop limit",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "A short word for 'set ipv4.ttl' and 'set ipv6.hops'.",
	.examples = (const char *const[]){"ttl 64", "ttl 0 1-255", NULL},
	.see = (const char *const[]){"set", "dscp", NULL},
};
