/* SPDX-License-Identifier: BSD-3-Clause */
/* The addresses of a node, and whether anybody else has them. */
#include <errno.h>

#include "node/impl.h"

#define ANNOUNCE_TIMES 2
#define ANNOUNCE_NS 1000000000ull /* from one to the next */

static const uint8_t mapped[NODE_IPV4_AT] = {[10] = 255, [11] = 255};

struct node_ip node_ipv4(const uint8_t addr[IPV4_ALEN])
{
	struct node_ip ip;

	memcpy(ip.b, mapped, sizeof(mapped));
	memcpy(ip.b + NODE_IPV4_AT, addr, IPV4_ALEN);
	return ip;
}

bool node_ipv6(const uint8_t addr[IPV6_ALEN], struct node_ip *ip)
{
	memcpy(ip->b, addr, IPV6_ALEN);
	if (!node_is_ipv4(ip))
		return true;
	memset(ip->b, 0, IPV6_ALEN);
	return false;
}

bool node_is_ipv4(const struct node_ip *ip)
{
	return !memcmp(ip->b, mapped, sizeof(mapped));
}

bool node_is_none(const struct node_ip *ip)
{
	static const struct node_ip none;

	return node_same(ip, &none);
}

bool node_is_station(const struct node_ip *ip)
{
	const uint8_t *const p = ip->b + NODE_IPV4_AT;
	static const struct node_ip loopback = {{[15] = 1}};

	if (node_is_ipv4(ip))
		return p[0] && p[0] != 127 && p[0] < 224;
	return ip->b[0] != 255 && !node_is_none(ip) &&
	       !node_same(ip, &loopback);
}

void node_prefix(const struct node_ip *ip, unsigned bits, struct node_ip *first,
		 struct node_ip *last)
{
	for (unsigned i = 0; i < IPV6_ALEN; i++) {
		const unsigned left = bits > 8 * i ? bits - 8 * i : 0;
		const uint8_t rest = (uint8_t)(left >= 8 ? 0 : 255 >> left);

		first->b[i] = ip->b[i] & (uint8_t)~rest;
		last->b[i] = ip->b[i] | rest;
	}
}

static bool is_between(const struct node_ip *ip, const struct node_ip *from,
		       const struct node_ip *to)
{
	return memcmp(ip, from, sizeof(*ip)) >= 0 &&
	       memcmp(ip, to, sizeof(*ip)) <= 0;
}

static bool is_range(const struct node_address *a)
{
	return !node_same(&a->from, &a->to);
}

bool node_on_link(const struct node_own *own, const struct node_ip *ip)
{
	struct node_ip first, last;

	node_prefix(&own->is.from, own->is.bits, &first, &last);
	return own->state != NODE_TAKEN && is_between(ip, &first, &last);
}

/* ---- Set ----------------------------------------------------------------- */

/* Those that are given stand before others. */
static struct node_own *insert(struct node *h, enum node_origin origin)
{
	const unsigned at = origin == NODE_GIVEN ? h->nb_given : h->nb_own;

	if (h->nb_own == NODE_OWN_MAX ||
	    (origin == NODE_GIVEN && at == NODE_ADDRESSES_MAX))
		return NULL;
	memmove(&h->own[at + 1], &h->own[at],
		(h->nb_own - at) * sizeof(h->own[0]));
	h->nb_own++;
	h->nb_given += origin == NODE_GIVEN;
	memset(&h->own[at], 0, sizeof(h->own[at]));
	return &h->own[at];
}

static void begin(struct node *h, struct node_own *own,
		  const struct node_address *a, enum node_origin origin,
		  uint64_t now_ns)
{
	*own = (struct node_own){.is = *a, .origin = origin, .due_ns = now_ns};
	own->left = NODE_TRIES;
	own->report_ns = NEVER;
	if (is_range(a)) {
		own->state = NODE_VALID;
		own->left = ANNOUNCE_TIMES;
	} else if (!node_is_ipv4(&a->from)) {
		own->reports = ANNOUNCE_TIMES;
		own->report_ns = now_ns;
	}
	h->changes++;
	node_wake(h, now_ns);
}

bool node_add_own(struct node *h, const struct node_address *a,
		  enum node_origin origin, uint64_t now_ns)
{
	struct node_own *own = insert(h, origin);

	if (own)
		begin(h, own, a, origin, now_ns);
	return own;
}

void node_remove_own(struct node *h, struct node_own *own)
{
	const unsigned at = (unsigned)(own - h->own);

	h->nb_given -= own->origin == NODE_GIVEN;
	h->nb_own--;
	memmove(own, own + 1, (h->nb_own - at) * sizeof(*own));
	h->changes++;
}

struct node_own *node_own_by(struct node *h, enum node_origin origin)
{
	for (unsigned i = h->nb_given; i < h->nb_own; i++)
		if (h->own[i].origin == origin)
			return &h->own[i];
	return NULL;
}

void node_remove_by(struct node *h, enum node_origin origin)
{
	struct node_own *own = node_own_by(h, origin);

	if (own)
		node_remove_own(h, own);
}

struct node_address node_link_local(const struct node *h)
{
	const uint8_t *const mac = h->mac;
	struct node_address a;

	memset(&a, 0, sizeof(a));
	a.from = a.to =
		(struct node_ip){{0xfe, 0x80, [8] = mac[0] ^ 2, mac[1], mac[2],
				  0xff, 0xfe, mac[3], mac[4], mac[5]}};
	a.bits = 64;
	return a;
}

/* Others are to come by themselves. */
static bool is_auto(const struct node *h, uint16_t vlan)
{
	return h->lab.on & LAB_AUTO && h->lab.routed.vlan == vlan;
}

/* One that others of IPv6 have beside them on their VLAN. */
static bool has_beside(const struct node *h, uint16_t vlan, bool is_automatic)
{
	for (unsigned i = 0; i < h->nb_own; i++) {
		const struct node_own *own = &h->own[i];

		if (own->is.vlan == vlan && !node_is_ipv4(&own->is.from) &&
		    (is_automatic ? node_is_link_local(&own->is.from)
				  : own->origin != NODE_AUTOMATIC))
			return true;
	}
	return !is_automatic && is_auto(h, vlan);
}

static void add_link_local(struct node *h, uint16_t vlan, uint64_t now_ns)
{
	struct node_address a = node_link_local(h);

	a.vlan = vlan;
	if (!has_beside(h, vlan, true))
		node_add_own(h, &a, NODE_AUTOMATIC, now_ns);
}

void node_keep_link_local(struct node *h, uint64_t now_ns)
{
	for (unsigned i = h->nb_own; i--;)
		if (h->own[i].origin == NODE_AUTOMATIC &&
		    !has_beside(h, h->own[i].is.vlan, false))
			node_remove_own(h, &h->own[i]);
	for (unsigned i = 0; i < h->nb_given; i++) {
		const struct node_address *is = &h->own[i].is;

		if (!node_is_ipv4(&is->from))
			add_link_local(h, is->vlan, now_ns);
	}
	if (is_auto(h, h->lab.routed.vlan))
		add_link_local(h, h->lab.routed.vlan, now_ns);
}

static struct node_own *find_given(struct node *h, const struct node_ip *from)
{
	for (unsigned i = 0; i < h->nb_given; i++)
		if (node_same(&h->own[i].is.from, from))
			return &h->own[i];
	return NULL;
}

int node_add(struct node *h, const struct node_address *a, uint64_t now_ns)
{
	struct node_own *own = find_given(h, &a->from);

	if (!own && !(own = insert(h, NODE_GIVEN)))
		return -ENOSPC;
	if (!memcmp(&own->is, a, sizeof(*a)) && own->state == NODE_VALID)
		return 0;
	begin(h, own, a, NODE_GIVEN, now_ns);
	node_keep_link_local(h, now_ns);
	return 0;
}

bool node_remove(struct node *h, const struct node_ip *from)
{
	struct node_own *own = find_given(h, from);

	if (own) {
		node_remove_own(h, own);
		node_keep_link_local(h, 0);
	}
	return own;
}

void node_remove_all(struct node *h)
{
	h->nb_own = h->nb_given = 0;
	h->changes++;
	node_forget_neighbours(h);
}

bool node_is_on(const struct node *h)
{
	return h->nb_own || h->nb_out || h->lab.on || h->lab.nb_groups ||
	       h->lab.lldp.closing;
}

/* ---- Found --------------------------------------------------------------- */

struct node_own *node_find(struct node *h, const struct node_ip *ip,
			   uint16_t vlan, bool tentative)
{
	for (unsigned i = 0; i < h->nb_own; i++) {
		struct node_own *const own = &h->own[i];

		if (own->is.vlan == vlan &&
		    (own->state == NODE_VALID ||
		     (own->state == NODE_TENTATIVE && tentative)) &&
		    is_between(ip, &own->is.from, &own->is.to))
			return own;
	}
	return NULL;
}

const struct node_own *node_own_of(const struct node *h,
				   const struct node_ip *ip)
{
	for (unsigned i = 0; i < h->nb_own; i++)
		if (is_between(ip, &h->own[i].is.from, &h->own[i].is.to))
			return &h->own[i];
	return NULL;
}

bool node_answers(struct node *h, const struct node_ip *ip, uint16_t vlan)
{
	const struct node *one = h;

	if (!h->router)
		return node_find(h, ip, vlan, false);
	do {
		const struct node_own *own = node_own_of(one, ip);

		if (own && own->state == NODE_VALID)
			return true;
	} while ((one = one->router) != h);
	return false;
}

const struct node_own *node_link_of(const struct node *h,
				    const struct node_ip *ip)
{
	const struct node_own *best = NULL;

	for (unsigned i = 0; i < h->nb_own; i++)
		if (node_on_link(&h->own[i], ip) &&
		    (!best || h->own[i].is.bits > best->is.bits))
			best = &h->own[i];
	return best;
}

const struct node_own *node_route(const struct node *h,
				  const struct node_ip *ip,
				  struct node_ip *next)
{
	const struct node_own *own = node_link_of(h, ip);

	*next = *ip;
	for (unsigned i = 0; !own && i < h->nb_own; i++)
		if (h->own[i].state != NODE_TAKEN &&
		    !node_is_none(&h->own[i].is.gateway) &&
		    node_is_ipv4(&h->own[i].is.from) == node_is_ipv4(ip)) {
			own = &h->own[i];
			*next = own->is.gateway;
		}
	return own;
}

/* ---- Whether anybody else has it ----------------------------------------- */

void node_rival(struct node *h, struct node_own *own, const uint8_t *mac,
		uint64_t now_ns)
{
	memcpy(own->rival, mac, ETH_ALEN);
	own->nb_rivals++;
	h->changes++;
	if (own->state == NODE_TENTATIVE) {
		own->state = NODE_TAKEN;
		own->due_ns = NEVER;
		return;
	}
	/* It is defended, once a second at most (RFC 5227, 2.4). */
	if (own->left)
		return;
	own->left = 1;
	own->due_ns = now_ns + ANNOUNCE_NS;
	node_wake(h, own->due_ns);
}

static void announce(struct node *h, const struct node_own *own)
{
	if (node_is_ipv4(&own->is.from))
		arp_announce(h, own);
	else
		nd_announce(h, own);
}

static void probe(struct node *h, const struct node_own *own)
{
	static const struct node_ip none;

	if (node_is_ipv4(&own->is.from))
		arp_ask(h, &none, &own->is.from, own->is.vlan);
	else
		nd_ask(h, &none, &own->is.from, own->is.vlan);
}

/* The next of what `own` has to send; when it goes on. */
static void own_due(struct node *h, struct node_own *own, uint64_t now_ns)
{
	if (own->state == NODE_TENTATIVE && own->left) {
		probe(h, own);
		own->left--;
		own->due_ns = now_ns + NODE_TRY_NS;
		return;
	}
	if (own->state == NODE_TENTATIVE) {
		own->state = NODE_VALID;
		own->left = ANNOUNCE_TIMES;
		h->changes++;
	}
	if (own->state == NODE_VALID && own->left) {
		announce(h, own);
		own->left--;
	}
	own->due_ns = own->left ? now_ns + ANNOUNCE_NS : NEVER;
}

void node_announce(struct node *h, uint64_t now_ns)
{
	for (unsigned i = 0; i < h->nb_own; i++) {
		struct node_own *const own = &h->own[i];

		if (own->state == NODE_TENTATIVE)
			own->left = NODE_TRIES;
		else
			own->left = ANNOUNCE_TIMES;
		own->due_ns = own->state == NODE_TAKEN ? NEVER : now_ns;
	}
	node_wake(h, now_ns);
}

static uint64_t owns_due(struct node *h, uint64_t now_ns)
{
	uint64_t next_ns = NEVER;

	for (unsigned i = 0; i < h->nb_own; i++) {
		if (now_ns >= h->own[i].due_ns)
			own_due(h, &h->own[i], now_ns);
		next_ns = MIN(next_ns, h->own[i].due_ns);
	}
	return next_ns;
}

void node_make_due(struct node *h, uint64_t now_ns)
{
	static uint64_t (*const dues[])(struct node * h, uint64_t now_ns) = {
		owns_due,       node_neighbours_due,
		node_pings_due,
#ifdef CONFIG_APPUKPKTGEN_LAB
		groups_due,     lldp_due,
		dhcp_due,       auto_due,
		dhcp6_due,
#endif
	};

	h->due_ns = NEVER;
	for (size_t i = 0; i < sizeof(dues) / sizeof(dues[0]); i++) {
		const uint64_t due_ns = dues[i](h, now_ns);

		node_wake(h, due_ns);
	}
}
