/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, PROTO };

static const char *const protos[] = {"ipv4", "ipv6", NULL};

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_stream(app, port)->ipv6;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[PROTO] = {ARG_ENUM, .name = "PROTO", .words = protos,
		   .help = "which addresses the frames carry", .get = get,
		   .save_order = APP_SAVE_PROTO},
	{ARG_NONE},
};

static void edit(struct stream *s, const void *arg)
{
	s->ipv6 = *(const uint64_t *)arg;
}

static enum call_result run(struct call *c)
{
	return app_edit(c, c->v[PORTS].mask, edit, &c->v[PROTO].u, PROTO);
}

const struct cmd cmd_proto = {
	.name = "proto",
	.summary = "Choose between IPv4 and IPv6",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "send UDP in IPv4, or in IPv6, which takes sizes from "
			 "66 bytes on"},
			{0},
		},
	.examples = (const char *const[]){"proto ipv4", "size 66; proto 0 ipv6",
					  NULL},
	.see = (const char *const[]){"src", "dst", "size", NULL},
};
