/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/addresses.h"
#include "app/app.h"

enum { PORTS };

static const struct arg clear_args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to clear"},
	{ARG_KEYWORD, .name = "clear", .help = "forget them"},
	{ARG_NONE},
};

static const char *state_of(const struct node_neighbour *n, uint64_t now_ns)
{
	switch (n->state) {
	case NEIGHBOUR_ASKED:
		return "asked";
	case NEIGHBOUR_SILENT:
		return "silent";
	default:
		return now_ns - n->heard_ns < NODE_FRESH_NS ? "fresh" : "old";
	}
}

static bool show_one(const struct call *c, unsigned port, const struct node *h,
		     unsigned k)
{
	const struct node_neighbour *n = &h->neighbour[k];
	struct reply *r = c->reply;
	char text[48] = "none";

	if (n->state == NEIGHBOUR_NONE)
		return false;
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", port);
	addresses_print_ip(&n->ip, text, sizeof(text));
	reply_text(r, "address", text);
	if (n->vlan)
		reply_id(r, "vlan_id", n->vlan);
	else
		reply_none(r, "vlan_id", NULL);
	if (n->has_mac)
		value_mac_print(n->mac, text, sizeof(text));
	reply_text(r, "mac", n->has_mac ? text : "none");
	if (n->has_mac)
		reply_milli(r, "age", (c->now_ns - n->heard_ns) / 1000000, "s");
	else
		reply_none(r, "age", "s");
	reply_text(r, "state", state_of(n, c->now_ns));
	reply_end(r);
	return true;
}

static enum call_result show(struct call *c)
{
	return addresses_rows(c, "neighbours", NODE_NEIGHBOURS_MAX, show_one);
}

static enum call_result clear(struct call *c)
{
	struct pktgen *pg = &call_app(c)->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (c->v[PORTS].mask >> i & 1 && pg->node[i])
			node_forget_neighbours(pg->node[i]);
	return CALL_DONE;
}

const struct cmd cmd_neighbour = {
	.name = "neighbour",
	.group = GROUP_WATCHING,
	.summary = "Show who is on a port's link",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, show,
			 "show addresses with their MAC, and how old that is"},
			{clear_args, clear, "forget all of them"},
			{0},
		},
	.notes = "Lists stations that were asked for, as 'ping' and 'dst mac "
		 "via' do, and those that asked for an address of the port. "
		 "What is in use is asked for again after 10 seconds; a MAC "
		 "address that is announced counts at once.",
	.examples = (const char *const[]){"neighbour", "neighbour 0 --json",
					  "neighbour clear", NULL},
	.see = (const char *const[]){"address", "ping", NULL},
};
