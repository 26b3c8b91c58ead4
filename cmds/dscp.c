/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/traffic.h"

enum { PORTS, VALUE };

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[VALUE] = {ARG_TEXT, .name = "VALUE", .help = "0..63 or range",
		   .asked = true, .repeated = true, .fits = traffic_is_value},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	return app_set_field(c, &c->v[PORTS].subjects, "ipv4.dscp", "ipv6.dscp",
			     VALUE);
}

const struct cmd cmd_dscp = {
	.name = "dscp",
	.group = GROUP_HEADERS,
	.summary = "Set the DSCP of IPv4 or IPv6",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "A short word for 'set ipv4.dscp' and 'set ipv6.dscp' (RFC "
		 "2474). 46 is expedited forwarding, 0 best effort.",
	.examples = (const char *const[]){"dscp 46", "dscp 0 0-63", NULL},
	.see = (const char *const[]){"set", "ttl", NULL},
};
