/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "app/labs.h"

enum { PORTS, STATE };

static const struct arg_word words[] = {
	{"off", "say nothing"},
	{"on", "answer TCP and UDP as a host where nobody listens"},
	{NULL},
};

static const struct arg args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[STATE] = {ARG_ENUM, .name = "STATE", .words = words,
		   .help = "whether it answers"},
	{ARG_NONE},
};

static enum call_result show(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct node *h = pg->node[i];

		if (!(c->v[PORTS].mask >> i & 1))
			continue;
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "port", i);
		reply_text(c->reply, "refuse",
			   words[h && h->lab.on & LAB_REFUSE].name);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

static enum call_result set_one(struct call *c, unsigned port, struct node *h)
{
	(void)port;
	node_refuse(h, c->v[STATE].u);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return labs_set(c, set_one);
}

const struct cmd cmd_refuse = {
	.name = "refuse",
	.group = GROUP_HEADERS,
	.summary = "Refuse TCP and UDP as a host that does not listen",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, show, "show which ports refuse"},
			{args, run, "refuse, or be silent"},
			{0},
		},
	.notes = "To an address of the port, TCP is answered by a reset, UDP "
		 "by ICMP or ICMPv6 port unreachable: 1,000 a second at most, "
		 "50 at once. The frames stay traffic, and count as received; "
		 "the answers are in host.tx, those there was no room for in "
		 "host.dropped. Signed frames are not answered.",
	.examples = (const char *const[]){"refuse 0 on", "refuse off", "refuse",
					  NULL},
	.see = (const char *const[]){"address", NULL},
};
