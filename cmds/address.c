/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "app/addresses.h"
#include "app/app.h"
#include "app/labs.h"

enum { PORTS, ADDRESS, TAG, TAG_ID, GATEWAY, GATEWAY_IP };
enum { ALL_OFF = 1, ONE_OFF };

static bool is_address(const char *word)
{
	struct node_address a;

	return addresses_take(word, &a);
}

/* What begins as an address does; the rest is told better by the command. */
static bool looks_like_address(const char *word)
{
	return is_address(word) ||
	       (strspn(word, "0123456789abcdefABCDEF:.") > 1 &&
		(strchr(word, '.') || strchr(word, ':')));
}

#define ADDRESS_ARG                                                      \
	{                                                                \
		ARG_TEXT, .name = "ADDRESS", .fits = looks_like_address, \
			  .help = "address/prefix, or FROM-TO"           \
	}

static const struct arg args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[ADDRESS] = ADDRESS_ARG,
	ADDRESSES_TAG_ARGS(TAG),
	[GATEWAY] = {ARG_KEYWORD, .optional = true, .name = "gateway",
		     .help = "the way to all that is not on its link"},
	[GATEWAY_IP] = {ARG_TEXT, .optional = true, .name = "GATEWAY",
			.help = "address of a router"},
	{ARG_NONE},
};

static const struct arg off_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[ALL_OFF] = {ARG_KEYWORD, .name = "off", .help = "have none"},
	{ARG_NONE},
};

static const struct arg one_off_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[ADDRESS] = ADDRESS_ARG,
	[ONE_OFF] = {ARG_KEYWORD, .name = "off", .help = "have it no more"},
	{ARG_NONE},
};

#ifdef CONFIG_APPUKPKTGEN_LAB
static const struct arg dhcp_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	{ARG_KEYWORD, .name = "dhcp", .help = "get one from a server"},
	ADDRESSES_TAG_ARGS(TAG),
	{ARG_NONE},
};

static enum call_result lease(struct call *c, unsigned port, struct node *h)
{
	(void)port;
	node_dhcp(h, true, c->v[TAG].set ? (uint16_t)c->v[TAG_ID].u : 0,
		  c->now_ns);
	return CALL_DONE;
}

static enum call_result run_dhcp(struct call *c)
{
	return labs_set(c, lease);
}

static const struct arg auto_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	{ARG_KEYWORD, .name = "auto", .help = "get those of IPv6"},
	ADDRESSES_TAG_ARGS(TAG),
	{ARG_NONE},
};

static enum call_result begin_auto(struct call *c, unsigned port,
				   struct node *h)
{
	(void)port;
	node_auto(h, true, c->v[TAG].set ? (uint16_t)c->v[TAG_ID].u : 0,
		  c->now_ns);
	return CALL_DONE;
}

static enum call_result run_auto(struct call *c)
{
	return labs_set(c, begin_auto);
}
#define DHCP_FORM                                                       \
	{dhcp_args, run_dhcp, "get an address from a server, by DHCP"}, \
		{auto_args, run_auto,                                   \
		 "get IPv6 addresses from routers and by DHCPv6"},
#else
#define DHCP_FORM
#endif

static const char *state_of(const struct node_own *own)
{
	static const char *const names[] = {
		[NODE_TENTATIVE] = "checking",
		[NODE_VALID] = "valid",
		[NODE_TAKEN] = "in use elsewhere",
	};

	return names[own->state];
}

/* A server or a router is asked, and has given none by now. */
static bool show_asking(struct reply *r, unsigned port, const char *what,
			uint16_t vlan)
{
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", port);
	reply_text(r, "address", what);
	if (vlan)
		reply_id(r, "vlan_id", vlan);
	else
		reply_none(r, "vlan_id", NULL);
	reply_text(r, "gateway", "none");
	reply_text(r, "state", "asking");
	reply_text(r, "rival", "none");
	reply_end(r);
	return true;
}

/* None came by itself, but that of the link. */
static bool awaits_router(const struct node *h)
{
	for (unsigned i = h->nb_given; i < h->nb_own; i++)
		if (h->own[i].origin == NODE_ROUTED ||
		    h->own[i].origin == NODE_LEASED6)
			return false;
	return h->lab.on & LAB_AUTO;
}

static bool show_own(const struct call *c, unsigned port, const struct node *h,
		     unsigned k)
{
	const struct node_own *own;
	char text[ADDRESSES_PRINT_MAX];
	struct reply *r = c->reply;

	if (k == h->nb_own && (h->lab.dhcp.state == DHCP_SELECTING ||
			       h->lab.dhcp.state == DHCP_REQUESTING))
		return show_asking(r, port, "dhcp", h->lab.dhcp.vlan);
	if (k == h->nb_own + 1 && awaits_router(h))
		return show_asking(r, port, "auto", h->lab.routed.vlan);
	if (k >= h->nb_own)
		return false;
	own = &h->own[k];
	addresses_print(&own->is, text, sizeof(text));
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", port);
	reply_text(r, "address", text);
	if (own->is.vlan)
		reply_id(r, "vlan_id", own->is.vlan);
	else
		reply_none(r, "vlan_id", NULL);
	strcpy(text, "none");
	if (!node_is_none(&own->is.gateway))
		addresses_print_ip(&own->is.gateway, text, sizeof(text));
	reply_text(r, "gateway", text);
	reply_text(r, "state", state_of(own));
	text[0] = '\0';
	if (own->nb_rivals)
		value_mac_print(own->rival, text, sizeof(text));
	reply_text(r, "rival", *text ? text : "none");
	reply_end(r);
	return true;
}

static enum call_result show(struct call *c)
{
	return addresses_rows(c, "addresses", NODE_OWN_MAX + 2, show_own);
}

/* Two ports with one address would find each other. */
static enum call_result check_one(struct call *c)
{
	const uint64_t mask = c->v[PORTS].mask;

	if (mask && !(mask & (mask - 1)))
		return app_check_up(c, mask);
	return call_fail(c, E_STATE, PORTS,
			 "an address is one port's; type 'address 0 %s'",
			 c->v[ADDRESS].word);
}

static bool has(const struct node_address *a, const struct node_ip *ip)
{
	return memcmp(&a->from, ip, sizeof(*ip)) <= 0 &&
	       memcmp(ip, &a->to, sizeof(*ip)) <= 0;
}

/*
 * Of one address with a prefix, a router is within it, at a link of another
 * address, or has one of the link itself; of others nobody knows.
 */
static bool is_far(const struct node *h, const struct node_address *a)
{
	const struct node_ip *ip = &a->gateway;
	struct node_ip first, last;

	node_prefix(&a->from, a->bits, &first, &last);
	return node_same(&a->from, &a->to) && a->bits < 128 &&
	       (memcmp(&first, ip, sizeof(*ip)) > 0 ||
		memcmp(ip, &last, sizeof(*ip)) > 0) &&
	       (ip->b[0] != 0xfe || (ip->b[1] & 0xc0) != 0x80) &&
	       !(h && node_link_of(h, ip));
}

/* The network's last, of IPv4: all stations take what is sent to it. */
static bool is_broadcast(const struct node_address *a, const struct node_ip *ip)
{
	struct node_ip first, last;

	node_prefix(&a->from, a->bits, &first, &last);
	return node_is_ipv4(ip) && a->bits < 127 && node_same(ip, &last);
}

/* A router is another station than the port, which has `h` by now. */
static enum call_result check_gateway(struct call *c, const struct node *h,
				      const struct node_address *a)
{
	const struct node_own *own;

	if (node_is_none(&a->gateway))
		return CALL_DONE;
	own = h ? node_own_of(h, &a->gateway) : NULL;
	if (has(a, &a->gateway) || (own && own->is.vlan == a->vlan))
		return call_fail(c, E_RANGE, GATEWAY_IP,
				 "'%s' is the port's own; a gateway is the "
				 "address of a router on its link",
				 c->v[GATEWAY_IP].word);
	if (is_broadcast(a, &a->gateway))
		return call_fail(c, E_RANGE, GATEWAY_IP,
				 "'%s' is the broadcast address of its "
				 "network, and no router's",
				 c->v[GATEWAY_IP].word);
	if (is_far(h, a))
		return call_fail(c, E_RANGE, GATEWAY_IP,
				 "'%s' is not on the link of %s; a gateway is "
				 "the address of a router there",
				 c->v[GATEWAY_IP].word, c->v[ADDRESS].word);
	return CALL_DONE;
}

static enum call_result check_address(struct call *c, const struct node *h,
				      const struct node_address *a)
{
	char text[ADDRESSES_PRINT_MAX];

	if (node_same(&a->from, &a->to) && is_broadcast(a, &a->from))
		return call_fail(c, E_RANGE, ADDRESS,
				 "'%s' is the broadcast address of its "
				 "network, and no station's",
				 c->v[ADDRESS].word);
	for (unsigned i = 0; h && i < h->nb_own; i++) {
		const struct node_address *is = &h->own[i].is;

		if (node_is_none(&is->gateway) || is->vlan != a->vlan ||
		    !has(a, &is->gateway) || node_same(&is->from, &a->from))
			continue;
		addresses_print(is, text, sizeof(text));
		return call_fail(c, E_RANGE, ADDRESS,
				 "'%s' has the gateway of %s, which is another "
				 "station",
				 c->v[ADDRESS].word, text);
	}
	return check_gateway(c, h, a);
}

static enum call_result run(struct call *c)
{
	const unsigned port =
		(unsigned)__builtin_ctzll(c->v[PORTS].mask | 1ull << 63);
	struct app *app = call_app(c);
	struct node_address a;
	int rc;

	if (check_one(c) != CALL_DONE)
		return CALL_FAIL;
	if (!addresses_take(c->v[ADDRESS].word, &a))
		return call_fail(c, E_SYNTAX, ADDRESS,
				 "'%s' is no address of stations; type one "
				 "such as 10.0.0.2/24, 10.1.0.0-10.1.39.15 or "
				 "2001:2::2/64",
				 c->v[ADDRESS].word);
	if (c->v[TAG].set)
		a.vlan = (uint16_t)c->v[TAG_ID].u;
	if (c->v[GATEWAY].set &&
	    (!addresses_take_ip(c->v[GATEWAY_IP].word, &a.gateway) ||
	     node_is_ipv4(&a.gateway) != node_is_ipv4(&a.from)))
		return call_fail(c, E_SYNTAX, GATEWAY_IP,
				 "'%s' cannot be the gateway of %s",
				 c->v[GATEWAY_IP].word, c->v[ADDRESS].word);
	if (check_address(c, app->pktgen.node[port], &a) == CALL_FAIL)
		return CALL_FAIL;
	rc = addresses_add(app, port, &a, c->now_ns);
	if (rc == -ENOMEM)
		return app_no_memory(c, ADDRESS);
	if (rc < 0)
		return call_fail(c, E_FULL, ADDRESS,
				 "port %u has %u addresses, and takes no more; "
				 "a range counts as one",
				 port, NODE_ADDRESSES_MAX);
	return CALL_DONE;
}

static enum call_result run_off(struct call *c)
{
	addresses_remove_all(call_app(c), c->v[PORTS].mask, c->now_ns);
	return CALL_DONE;
}

static enum call_result run_one_off(struct call *c)
{
	const uint64_t mask = c->v[PORTS].mask;
	struct app *app = call_app(c);
	struct node_address a;
	bool any = false;

	if (addresses_take(c->v[ADDRESS].word, &a))
		for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
			any |= mask >> i & 1 &&
			       addresses_remove(app, i, &a.from, c->now_ns);
	return any ? CALL_DONE
		   : call_fail(c, E_STATE, ADDRESS,
			       "no such address: %s; 'address' lists them",
			       c->v[ADDRESS].word);
}

const struct cmd cmd_address = {
	.name = "address",
	.group = GROUP_HEADERS,
	.summary = "Give a port addresses that it answers for",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, show,
			 "show the addresses of ports"},
			{args, run, "add an address, or a range of them"},
			DHCP_FORM{off_args, run_off, "remove all addresses"},
			{one_off_args, run_one_off, "remove one"},
			{0},
		},
	.notes = "A port with an address answers ARP, neighbour discovery and "
		 "echo for it in every mode, and can 'ping'; without one it "
		 "answers nothing. A new address is checked for a second; one "
		 "that somebody else has is not used. A range FROM-TO, or a "
		 "prefix such as 10.1.0.0/18, is answered for as a whole. An "
		 "address that is given again replaces the one before. Such "
		 "frames "
		 "count as host.rx and host.tx, not as traffic; signed frames "
		 "are always traffic. With IPv6 a port also has a link-local "
		 "address, fe80::. 'dhcp' asks a server for an address and a "
		 "gateway, 'auto' routers and DHCPv6; 'off' gives them back.",
	.examples =
		(const char *const[]){
			"address 0 10.0.0.2/24",
			"address 0 10.0.0.2/24 vlan 5 gateway 10.0.0.1",
			"address 0 2001:2::2/64", "address 0 10.1.0.0/18",
			"address 0 dhcp", "address 0 auto", "address",
			"address 0 10.0.0.2 off", "address off", NULL},
	.see = (const char *const[]){"ping", "neighbour", "dst", NULL},
};
