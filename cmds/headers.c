/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/traffic.h"
#include "shell/nearest.h"

enum { PORTS, STACK, SIZE, SIZES };

#define STACK_ARG                                                \
	{                                                        \
		ARG_TEXT, .name = "STACK", .names = stack_names, \
			  .asked = true, .fits = is_stack,       \
			  .help = "headers from the outside in"  \
	}

/* Other than a port; also one with a header that is none, such as 802.3. */
static bool is_stack(const char *word)
{
	return traffic_is_name(word) || strchr(word, '/');
}

static bool stack_names(void *app, unsigned i, struct arg_name *name)
{
	static const char *const stacks[] = {
		"eth/ipv4/udp",          "eth/ipv6/udp",
		"eth/vlan/ipv4/udp",     "eth/ipv4/tcp",
		"eth/ipv4/icmp",         "eth/arp",
		"eth/mpls/ipv4/udp",     "eth/ipv4/udp/vxlan/eth/ipv4/udp",
		"eth/ipv4/gre/ipv4/udp", "eth/raw",
	};
	(void)app;

	if (i >= sizeof(stacks) / sizeof(stacks[0]))
		return false;
	name->help = NULL;
	snprintf(name->text, sizeof(name->text), "%s", stacks[i]);
	return true;
}

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[STACK] = STACK_ARG,
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg size_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[STACK] = STACK_ARG,
	[SIZE] = {ARG_KEYWORD, .name = "size", .help = "set the size, too"},
	[SIZES] = {ARG_SIZES, .name = "SIZE", .unit = "bytes",
		   .help = "frame size with FCS, or a mix",
		   .min = STREAM_SIZE_MIN, .max = STREAM_SIZE_MAX},
	{ARG_NONE},
};

struct what {
	struct headers headers;
	const struct sizes *sizes; /* NULL: as they are */
};

static int change(struct stream *s, void *arg, struct fields_fault *fault)
{
	const struct what *what = arg;

	if (fields_check_made(s, fault) < 0)
		return -EINVAL;
	fields_set_headers(s, &what->headers);
	if (what->sizes)
		s->sizes = *what->sizes;
	return 0;
}

/* The headers that may stand behind those in front of `at`. */
static void list_next(const char *stack, const char *at, char *buf, size_t size)
{
	const int len = (int)(at - stack);
	char text[HEADERS_PRINT_MAX];
	struct headers h;
	const char *end;
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; protos[i] && used + 16 < size; i++) {
		snprintf(text, sizeof(text), "%.*s%s", len, stack,
			 protos[i]->name);
		if (headers_take(text, &h, &end) >= 0)
			used += (size_t)snprintf(buf + used, size - used,
						 "%s%s", used ? ", " : "",
						 protos[i]->name);
	}
}

/* What may stand at a place of a stack. */
static enum call_result refuse(struct call *c, int rc, const char *at)
{
	const int len = (int)strcspn(at, "/");
	struct nearest near;
	const char *word;
	char text[40], next[96];

	if (rc == -E2BIG)
		return call_fail(c, E_RANGE, STACK,
				 "a frame takes up to %u headers", HEADERS_MAX);
	if (rc == -EPROTO) {
		list_next(c->v[STACK].word, at, next, sizeof(next));
		return call_fail(c, E_SYNTAX, STACK,
				 "'%.*s' cannot stand there in '%s'; these "
				 "can: %s",
				 len, at, c->v[STACK].word, next);
	}
	snprintf(text, sizeof(text), "%.*s", len, at);
	nearest_init(&near, text);
	for (unsigned i = 0; protos[i]; i++)
		nearest_offer(&near, protos[i]->name);
	word = near.word;
	for (unsigned i = 0; protos[i] && !word; i++)
		if (!strncmp(protos[i]->name, text, strlen(text)))
			word = protos[i]->name;
	return call_fail(c, E_SYNTAX, STACK,
			 "no header '%.*s'%s%s%s; 'help headers' lists them",
			 len, at, word ? "; did you mean '" : "",
			 word ? word : "", word ? "'" : "");
}

static enum call_result run(struct call *c)
{
	struct what what = {0};
	const char *at;
	int rc;

	if (!c->v[STACK].set)
		return app_show_headers(c, &c->v[PORTS].subjects);
	rc = headers_take(c->v[STACK].word, &what.headers, &at);
	if (rc < 0)
		return refuse(c, rc, at);
	if (c->form->args == size_args)
		what.sizes = &c->v[SIZES].sizes;
	return app_change(c, &c->v[PORTS].subjects, change, &what, STACK);
}

const struct cmd cmd_headers = {
	.name = "headers",
	.group = GROUP_HEADERS,
	.summary = "Choose the headers of frames",
	.forms =
		(const struct cmd_form[]){
			{args, run, "set them"},
			{size_args, run,
			 "set them, and the size that they need"},
			{0},
		},
	.notes = "Headers stand from the outside in, with '/' between; what a "
		 "tunnel carries stands behind it. Lengths, checksums and the "
		 "numbers of protocols follow from them. 'set' lists their "
		 "fields and sets them; fields of headers that stay keep "
		 "their values. There are eth, llc, snap, vlan (802.1Q), svlan "
		 "(802.1ad), vlan9100, pppoe, mpls, cw, arp, ipv4, ipv6, "
		 "hopopts, "
		 "dstopts, routing, srh, fragment, udp, tcp, sctp, icmp, "
		 "icmpv6, igmp, igmp3, gre, vxlan, geneve, gtpu and raw.",
	.examples = (const char *const[]){"headers eth/vlan/ipv4/udp",
					  "headers 0 eth/ipv6/tcp size 128",
					  "headers 0", NULL},
	.see = (const char *const[]){"set", "vary", "payload", "size", NULL},
};
