/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, TTL };

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_stream(app, port)->ttl;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[TTL] = {ARG_INT, .name = "TTL", .help = "hops", .min = 1, .max = 255,
		 .get = get},
	{ARG_NONE},
};

static void edit(struct stream *s, const void *arg)
{
	const uint64_t word = *(const uint64_t *)arg;

	s->ttl = (uint8_t)word;
}

static enum call_result run(struct call *c)
{
	return app_edit(c, c->v[PORTS].mask, edit, &c->v[TTL].u, TTL);
}

const struct cmd cmd_ttl = {
	.name = "ttl",
	.summary = "Set how many routers the frames may pass",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "set IPv4's time to live, which is IPv6's hop limit"},
			{0},
		},
	.examples = (const char *const[]){"ttl 64", "ttl 0 1", NULL},
	.see = (const char *const[]){"proto", NULL},
};
