/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/traffic.h"

enum { PORTS, FLAGS, NAMES };

static const struct arg_word flags[] = {
	{"fin", "no more data"},
	{"syn", "synchronize sequence numbers"},
	{"rst", "reset the connection"},
	{"psh", "push"},
	{"ack", "the acknowledgment counts"},
	{"urg", "the urgent pointer counts"},
	{"ece", "ECN echo"},
	{"cwr", "congestion window reduced"},
	{NULL},
};

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[FLAGS] = {ARG_KEYWORD, .name = "flags", .help = "set the flags"},
	[NAMES] = {ARG_ENUM, .name = "FLAG", .words = flags, .repeated = true,
		   .help = "flag that is set, all others are not"},
	{ARG_NONE},
};

static int change(struct stream *s, void *arg, struct fields_fault *fault)
{
	const unsigned set = *(const unsigned *)arg;
	char value[8];

	if (headers_find(&s->headers, "tcp", 1) < 0)
		return fields_refuse(fault, E_STATE, -1,
				     "these frames have no TCP; type 'proto "
				     "tcp' first");
	snprintf(value, sizeof(value), "0x%02x", set);
	return fields_set_word(s, "tcp.flags", value, fault);
}

static enum call_result run(struct call *c)
{
	unsigned set = 0;

	for (unsigned i = NAMES; i < CMD_ARGS_MAX && c->v[i].set; i++)
		set |= 1u << c->v[i].u;
	return app_change(c, &c->v[PORTS].subjects, change, &set, NAMES);
}

const struct cmd cmd_tcp = {
	.name = "tcp",
	.group = GROUP_HEADERS,
	.summary = "Set the flags of TCP",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "A short word for 'set tcp.flags 0x02' and so on. 'proto "
		 "tcp' puts TCP in UDP's place.",
	.examples = (const char *const[]){"proto tcp; tcp flags syn",
					  "tcp flags psh ack", NULL},
	.see = (const char *const[]){"headers", "set", "src", NULL},
};
