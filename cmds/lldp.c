/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/addresses.h"
#include "app/app.h"
#include "app/labs.h"

enum { PORTS, STATE };

/* What an ID is; of ports the MAC and the address are one less. */
#define BY_MAC 4

static const struct arg_word words[] = {
	{"off", "tell neighbours so, and be silent"},
	{"on", "tell who it is, and hear others"},
	{NULL},
};

static const struct arg args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[STATE] = {ARG_ENUM, .name = "STATE", .words = words,
		   .help = "whether it tells"},
	{ARG_NONE},
};

static void print_text(const uint8_t *p, size_t len, char *buf)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = p[i] >= ' ' && p[i] < 127 ? (char)p[i] : '.';
	buf[len] = '\0';
}

static void print_id(const struct lldp_text *t, unsigned mac, char *buf,
		     size_t size)
{
	struct node_ip ip;

	if (t->b[0] == mac && t->len == 1 + ETH_ALEN) {
		value_mac_print(t->b + 1, buf, size);
	} else if (t->b[0] == mac + 1 && t->len == 2 + IPV4_ALEN) {
		ip = node_ipv4(t->b + 2);
		addresses_print_ip(&ip, buf, size);
	} else if (t->b[0] == mac + 1 && t->len == 2 + IPV6_ALEN) {
		memcpy(ip.b, t->b + 2, sizeof(ip.b));
		addresses_print_ip(&ip, buf, size);
	} else {
		print_text(t->b + 1, t->len - 1u, buf);
	}
}

static bool show_one(const struct call *c, unsigned port, const struct node *h,
		     unsigned k)
{
	const struct lldp_neighbour *n = &h->lab.lldp.neighbour[k];
	char text[LLDP_ID_MAX + 8];
	struct reply *r = c->reply;

	if (n->until_ns <= c->now_ns)
		return false;
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", port);
	print_id(&n->chassis, BY_MAC, text, sizeof(text));
	reply_text(r, "chassis", text);
	print_id(&n->port, BY_MAC - 1, text, sizeof(text));
	reply_text(r, "at", text);
	print_text(n->name.b, n->name.len, text);
	reply_text(r, "system", *text ? text : "none");
	reply_milli(r, "ttl", n->ttl_s * 1000ull, "s");
	reply_milli(r, "age", (c->now_ns - n->heard_ns) / 1000000, "s");
	reply_end(r);
	return true;
}

static bool listens(const struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pg->node[i] && c->v[PORTS].mask >> i & 1 &&
		    pg->node[i]->lab.on & LAB_LLDP)
			return true;
	return false;
}

static enum call_result show(struct call *c)
{
	if (c->json || listens(c))
		return addresses_rows(c, "neighbours", LLDP_NEIGHBOURS_MAX,
				      show_one);
	reply_list(c->reply, "notes", REPLY_TABLE);
	reply_text(c->reply, NULL, "no port listens; type 'lldp on'");
	reply_end(c->reply);
	return CALL_DONE;
}

static enum call_result set_one(struct call *c, unsigned port, struct node *h)
{
	(void)h;
	labs_lldp(call_app(c), port, c->v[STATE].u, c->now_ns);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return labs_set(c, set_one);
}

const struct cmd cmd_lldp = {
	.name = "lldp",
	.group = GROUP_WATCHING,
	.summary = "Show what a port is plugged into",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, show,
			 "show who is at the other end"},
			{args, run, "tell who the port is, and hear others"},
			{0},
		},
	.notes = "A port that tells says it every 30 seconds, and each second "
		 "at first: its appliance by the MAC address of the first "
		 "port, itself as port0, port1 and so on. Neighbours are shown "
		 "by chassis, port, name, and how long the entry holds; a "
		 "switch renews it before that.",
	.examples = (const char *const[]){"lldp 0 on", "lldp", "lldp --json",
					  "lldp off", NULL},
	.see = (const char *const[]){"neighbour", "port", NULL},
};
