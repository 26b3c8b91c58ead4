/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/learn.h"
#include "app/app.h"

enum { PORTS, COUNT, COUNT_NUMBER, FOR, SENDERS, JSON };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports that tell"},
	[COUNT] = {ARG_KEYWORD, .optional = true, .name = "count",
		   .help = "set how often"},
	[COUNT_NUMBER] = {ARG_INT, .optional = true, .name = "COUNT",
			  .help = "times that each is told", .unset = "3",
			  .min = 1, .max = 1000},
	[FOR] = {ARG_KEYWORD, .optional = true, .name = "for",
		 .help = "tell destinations, too"},
	[SENDERS] = {ARG_PORTS, .optional = true, .name = "SENDERS",
		     .help = "ports whose streams go there by a bridge"},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	struct learn *l = (void *)c->state;
	struct app *app = call_app(c);
	int err;

	if (!c->calls) {
		if (app_check_up(c, c->v[PORTS].mask) != CALL_DONE)
			return CALL_FAIL;
		*l = (struct learn){
			.ports = c->v[PORTS].mask,
			.senders = c->v[FOR].set ? c->v[SENDERS].mask : 0,
			.count = (unsigned)c->v[COUNT_NUMBER].u,
		};
	}
	if (c->cancelled) {
		learn_end(app, l, c->now_ns);
		return CALL_DONE;
	}
	if (learn_step(app, l, c->now_ns, &err)) {
		c->wake_ns = l->due_ns;
		return CALL_AGAIN;
	}
	if (err)
		return app_no_memory(c, PORTS);
	reply_u64(c->reply, "learn", l->frames, "frames");
	return CALL_DONE;
}

_Static_assert(sizeof(struct learn) <= sizeof(((struct call *)0)->state),
	       "a call remembers it");

const struct cmd cmd_learn = {
	.name = "learn",
	.group = GROUP_TRAFFIC,
	.summary = "Tell switches where stations are",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Sends learning frames (RFC 2544, RFC 2889): RARP to all "
		 "stations, from the port's MAC address and from each source "
		 "of its streams, with their VLAN, 10,000 a second; and "
		 "announces its addresses. 'for' adds the destinations of "
		 "streams of other ports: those that a bridge is to send "
		 "there, never those of a router. Switches may need up to 2 "
		 "seconds to learn.",
	.examples = (const char *const[]){"learn", "learn 0-1 count 1",
					  "learn 1 for 0", NULL},
	.see = (const char *const[]){"address", "start", NULL},
};
