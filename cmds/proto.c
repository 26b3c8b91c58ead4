/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/traffic.h"

enum { PORTS, PROTO };

static const struct arg_word protos_of[] = {
	{"ipv4", "IPv4 in place of IPv6"},
	{"ipv6", "IPv6 in place of IPv4: with UDP 66 bytes or more"},
	{"udp", "UDP in place of TCP"},
	{"tcp", "TCP in place of UDP"},
	{NULL},
};

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[PROTO] = {ARG_ENUM, .name = "PROTO", .words = protos_of, .asked = true,
		   .help = "header that takes another's place"},
	{ARG_NONE},
};

/* The outermost of these two is the one that is asked for. */
static int change(struct stream *s, void *arg, struct fields_fault *fault)
{
	const unsigned to = *(const unsigned *)arg;
	const char *name = protos_of[to].name, *other = protos_of[to ^ 1].name;
	const int has = headers_find(&s->headers, name, 1);
	const int at = headers_find(&s->headers, other, 1);
	char text[HEADERS_PRINT_MAX];

	if (has >= 0 && (at < 0 || has < at))
		return 0;
	if (at >= 0)
		return fields_replace_header(s, (unsigned)at, name, fault);
	headers_print(&s->headers, text, sizeof(text));
	return fields_refuse(fault, E_STATE, 0,
			     "no %s header in %s; see 'headers'", other, text);
}

static enum call_result run(struct call *c)
{
	unsigned to = (unsigned)c->v[PROTO].u;

	if (!c->v[PROTO].set)
		return app_show_headers(c, &c->v[PORTS].subjects);
	return app_change(c, &c->v[PORTS].subjects, change, &to, PROTO);
}

const struct cmd cmd_proto = {
	.name = "proto",
	.group = GROUP_HEADERS,
	.summary = "Choose IPv4 or IPv6, UDP or TCP",
	.forms =
		(const struct cmd_form[]){
			{args, run, "put one in the other's place"},
			{0},
		},
	.notes = "A short word for 'headers': it changes the outermost of the "
		 "two.",
	.examples = (const char *const[]){"proto ipv4", "size 66; proto 0 ipv6",
					  "proto tcp", NULL},
	.see = (const char *const[]){"headers", "src", "dst", "size", NULL},
};
