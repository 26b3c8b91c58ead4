/* SPDX-License-Identifier: BSD-3-Clause */
/* What routers say: addresses of IPv6, and a way out (RFC 4861, RFC 4862). */
#include "node/impl.h"

#define S 1000000000ull
#define SOLICIT 133
#define ADVERT 134
#define HOPS 255
#define SOLICIT_LEN 16 /* with the MAC address */
#define ADVERT_LEN 16  /* without options */
#define TRIES 3
#define TRY_NS (4 * S)
#define MANAGED 0x80
#define ON_LINK 0x80
#define AUTONOMOUS 0x40
#define INFINITE UINT32_MAX
#define LEAST_NS (7200 * S) /* that nobody may shorten a life to */
enum { BITS = 5, LIFETIME = 6 };
enum { SOURCE = 1, PREFIX = 3, PREFIX_LEN = 32 };

static uint64_t after(uint64_t now_ns, uint32_t s)
{
	return s == INFINITE ? NEVER : now_ns + s * S;
}

/* ---- Addresses ----------------------------------------------------------- */

/* The prefix, and what the MAC address comes to. */
static struct node_ip address_in(const struct node *h, const struct node_ip *ip)
{
	struct node_ip own = node_link_local(h).from;

	memcpy(own.b, ip->b, IPV6_ALEN / 2);
	return own;
}

unsigned auto_link_bits(const struct node *h, const struct node_ip *ip)
{
	struct node_ip first, last;

	for (unsigned i = 0; i < ROUTED_PREFIXES_MAX; i++) {
		const struct routed_prefix *p = &h->lab.routed.prefix[i];

		if (!p->until_ns || !(p->flags & ON_LINK))
			continue;
		node_prefix(ip, p->bits, &first, &last);
		if (node_same(&first, &p->ip))
			return p->bits;
	}
	return IPV6_BITS;
}

static struct node_own *find_own(struct node *h, const struct node_ip *ip)
{
	for (unsigned i = h->nb_given; i < h->nb_own; i++)
		if (h->own[i].origin == NODE_ROUTED &&
		    node_same(&h->own[i].is.from, ip))
			return &h->own[i];
	return NULL;
}

/* Those that came of routers and servers all leave by the same. */
static void set_router(struct node *h, const struct node_ip *ip)
{
	h->lab.routed.router = *ip;
	for (unsigned i = h->nb_given; i < h->nb_own; i++)
		if (h->own[i].origin == NODE_ROUTED ||
		    h->own[i].origin == NODE_LEASED6)
			h->own[i].is.gateway = *ip;
	h->changes++;
}

static void add_address(struct node *h, const struct node_ip *ip, unsigned bits,
			uint64_t now_ns)
{
	const struct routed *r = &h->lab.routed;
	struct node_address a;

	memset(&a, 0, sizeof(a));
	a.from = a.to = *ip;
	a.bits = (uint8_t)bits;
	a.vlan = r->vlan;
	a.gateway = r->router;
	node_add_own(h, &a, NODE_ROUTED, now_ns);
}

static void forget(struct node *h, struct routed_prefix *p)
{
	const struct node_ip ip = address_in(h, &p->ip);
	struct node_own *own = find_own(h, &ip);

	if (own)
		node_remove_own(h, own);
	memset(p, 0, sizeof(*p));
}

/* ---- Heard --------------------------------------------------------------- */

/* The same one, else one that is free; NULL: there are as many as can be. */
static struct routed_prefix *find_prefix(struct routed *r,
					 const struct node_ip *ip,
					 unsigned bits)
{
	struct routed_prefix *none = NULL;

	for (unsigned i = 0; i < ROUTED_PREFIXES_MAX; i++) {
		struct routed_prefix *p = &r->prefix[i];

		if (p->until_ns && p->bits == bits && node_same(&p->ip, ip))
			return p;
		if (!p->until_ns)
			none = p;
	}
	return none;
}

/* A life that a frame shortens ends in two hours at the soonest (5.5.3). */
static uint64_t new_end(const struct routed_prefix *p, uint64_t until_ns,
			uint64_t now_ns)
{
	const uint64_t least_ns = now_ns + LEAST_NS;

	if (!p->until_ns || until_ns > least_ns || until_ns > p->until_ns)
		return until_ns;
	return MIN(p->until_ns, least_ns);
}

static void take_prefix(struct node *h, const uint8_t *o, uint64_t now_ns)
{
	struct routed *const r = &h->lab.routed;
	const uint32_t valid = load32(o + 4);
	struct node_ip ip, own, last;
	struct routed_prefix *p;

	if (o[2] > IPV6_BITS || load32(o + 8) > valid ||
	    !node_ipv6(o + 16, &ip))
		return;
	node_prefix(&ip, o[2], &ip, &last);
	p = find_prefix(r, &ip, o[2]);
	if (!p || (!p->until_ns && !valid) || !node_is_station(&ip) ||
	    node_is_link_local(&ip))
		return;
	p->until_ns = new_end(p, after(now_ns, valid), now_ns);
	p->ip = ip;
	p->bits = o[2];
	p->flags = o[3];
	own = address_in(h, &ip);
	/* Its other half is 64 bits long, too (RFC 2464, 4). */
	if (o[3] & AUTONOMOUS && o[2] == 64 && !find_own(h, &own))
		add_address(h, &own, o[3] & ON_LINK ? 64 : IPV6_BITS, now_ns);
}

/* Those that there are, `o` NULL at first: false: they are malformed. */
static bool next_option(const uint8_t **o, size_t *len)
{
	const size_t size = *len < 2 ? 0 : (*o)[1] * (size_t)8;

	if (!size || size > *len)
		return false;
	*o += size;
	*len -= size;
	return true;
}

static bool options_are_right(const uint8_t *o, size_t len)
{
	while (len)
		if (!next_option(&o, &len))
			return false;
	return true;
}

static void take_options(struct node *h, const struct seen *s,
			 const struct packet *m)
{
	const uint8_t *o = m->p + ADVERT_LEN;
	size_t len = m->len - ADVERT_LEN;

	for (; len; next_option(&o, &len)) {
		if (o[0] == SOURCE && !(o[2] & 1))
			node_heard(h, &m->from, s->vlan, o + 2, true,
				   s->now_ns);
		else if (o[0] == PREFIX && o[1] * 8 == PREFIX_LEN)
			take_prefix(h, o, s->now_ns);
	}
}

/* One is enough, until it is none any more. */
static void take_router(struct node *h, const struct packet *m, uint64_t now_ns)
{
	static const struct node_ip none;
	struct routed *const r = &h->lab.routed;
	const uint16_t life_s = load16(m->p + LIFETIME);
	const bool same = node_same(&r->router, &m->from);

	if (!same && (!life_s || !node_is_none(&r->router)))
		return;
	r->until_ns = now_ns + life_s * S;
	if (!same)
		set_router(h, &m->from);
	else if (!life_s)
		set_router(h, &none);
}

bool auto_take(struct node *h, const struct seen *s, const struct packet *m)
{
	struct routed *const r = &h->lab.routed;

	if (!(h->lab.on & LAB_AUTO) || s->vlan != r->vlan ||
	    node_is_ipv4(&m->to) || m->len < ADVERT_LEN || m->p[0] != ADVERT)
		return false;
	if (m->p[1] || m->hops != HOPS || !node_is_link_local(&m->from) ||
	    !options_are_right(m->p + ADVERT_LEN, m->len - ADVERT_LEN) ||
	    !packet_is_right(m)) {
		h->dropped++;
		return true;
	}
	r->tries = 0;
	take_router(h, m, s->now_ns);
	take_options(h, s, m);
	if (m->p[BITS] & MANAGED)
		dhcp6_begin(h, s->now_ns);
	return true;
}

/* ---- Asked --------------------------------------------------------------- */

static void solicit(struct node *h, const struct node_own *own)
{
	const struct packet m = {
		.from = own->is.from,
		.to = {{255, 2, [15] = 2}}, /* all routers */
		.proto = IP_PROTO_ICMP6,
		.hops = HOPS,
	};
	uint8_t mac[ETH_ALEN], *p;

	group_mac(&m.to, mac);
	p = packet_begin(h, mac, own->is.vlan, &m, SOLICIT_LEN);
	if (!p)
		return;
	p[0] = SOLICIT;
	p[8] = SOURCE;
	p[9] = 1;
	memcpy(p + 10, h->mac, ETH_ALEN);
	packet_end(&m, p, SOLICIT_LEN);
}

const struct node_own *auto_link_own(struct node *h)
{
	const struct node_ip ip = node_link_local(h).from;

	return node_find(h, &ip, h->lab.routed.vlan, false);
}

uint64_t auto_due(struct node *h, uint64_t now_ns)
{
	static const struct node_ip none;
	struct routed *const r = &h->lab.routed;
	const struct node_own *own;

	if (!(h->lab.on & LAB_AUTO) || now_ns < r->due_ns)
		return r->due_ns;
	for (unsigned i = 0; i < ROUTED_PREFIXES_MAX; i++)
		if (r->prefix[i].until_ns && now_ns >= r->prefix[i].until_ns)
			forget(h, &r->prefix[i]);
	if (!node_is_none(&r->router) && now_ns >= r->until_ns) {
		set_router(h, &none);
		r->tries = TRIES;
	}
	r->due_ns = now_ns + S;
	own = r->tries ? auto_link_own(h) : NULL;
	if (own) {
		solicit(h, own);
		r->tries--;
		r->due_ns = now_ns + TRY_NS;
	}
	return r->due_ns;
}

void node_auto(struct node *h, bool on, uint16_t vlan, uint64_t now_ns)
{
	struct routed *const r = &h->lab.routed;

	dhcp6_end(h);
	for (unsigned i = 0; i < ROUTED_PREFIXES_MAX; i++)
		if (r->prefix[i].until_ns)
			forget(h, &r->prefix[i]);
	memset(r, 0, sizeof(*r));
	h->lab.on =
		(uint8_t)(on ? h->lab.on | LAB_AUTO : h->lab.on & ~LAB_AUTO);
	r->vlan = vlan;
	r->tries = TRIES;
	r->due_ns = on ? now_ns : NEVER;
	node_keep_link_local(h, now_ns);
	h->changes++;
	node_wake(h, r->due_ns);
	node_wants(h);
}
