/* SPDX-License-Identifier: BSD-3-Clause */
/* An IPv4 address from a server: DHCP (RFC 2131, RFC 2132). */
#include "node/impl.h"

#define S 1000000000ull
#define TRIES_MAX 4       /* doubled waits; requests of one offer */
#define AGAIN_NS (10 * S) /* of a renewal; after an address was taken */
#define UDP_LEN 8
#define FIXED 236 /* bytes, as BOOTP has them */
#define LEN_MIN 300
#define SERVER_PORT 67
#define CLIENT_PORT 68
#define BROADCAST 0x8000
#define INFINITE UINT32_MAX
enum { OP = 0, XID = 4, BITS = 10, CIADDR = 12, YIADDR = 16, CHADDR = 28 };
enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE };
enum {
	MASK = 1,
	ROUTER = 3,
	NAME = 12,
	WANTED = 50,
	LEASE = 51,
	TYPE = 53,
	SERVER = 54,
	LIST = 55,
	RENEW = 58,
	REBIND = 59,
	CLIENT = 61,
	END = 255
};

static const uint8_t magic[] = {99, 130, 83, 99};

/* ---- Said ---------------------------------------------------------------- */

static uint8_t *put(uint8_t *p, uint8_t code, const void *data, size_t len)
{
	*p++ = code;
	*p++ = (uint8_t)len;
	memcpy(p, data, len);
	return p + len;
}

static void fill(const struct node *h, uint8_t *p, uint8_t type)
{
	static const uint8_t list[] = {MASK,   ROUTER, LEASE,
				       SERVER, RENEW,  REBIND};
	const struct dhcp *d = &h->lab.dhcp;
	uint8_t id[1 + ETH_ALEN] = {1};
	const bool chosen = d->state == DHCP_REQUESTING || type == DECLINE;

	memcpy(p, (const uint8_t[]){1, 1, ETH_ALEN}, 3);
	store32(p + XID, d->xid);
	if (!chosen && type != DISCOVER)
		memcpy(p + CIADDR, d->ip, IPV4_ALEN);
	else
		store16(p + BITS, BROADCAST);
	memcpy(p + CHADDR, h->mac, ETH_ALEN);
	memcpy(id + 1, h->mac, ETH_ALEN);
	p += FIXED;
	memcpy(p, magic, sizeof(magic));
	p = put(p + sizeof(magic), TYPE, &type, 1);
	p = put(p, CLIENT, id, sizeof(id));
	if (chosen)
		p = put(p, WANTED, d->ip, IPV4_ALEN);
	if (chosen || type == RELEASE)
		p = put(p, SERVER, d->server, IPV4_ALEN);
	if (type == DISCOVER || type == REQUEST) {
		p = put(p, NAME, "ukpktgen", 8);
		p = put(p, LIST, list, sizeof(list));
	}
	*p = END;
}

/* To who gave the address, or to all. */
static void say(struct node *h, uint8_t type, bool to_all)
{
	static const uint8_t all[] = {255, 255, 255, 255}, none[IPV4_ALEN];
	const struct dhcp *d = &h->lab.dhcp;
	const bool has = d->state == DHCP_BOUND || d->state == DHCP_RENEWING;
	const struct packet m = {
		.from = node_ipv4(has && type != DECLINE ? d->ip : none),
		.to = node_ipv4(to_all ? all : d->server),
		.proto = IP_PROTO_UDP,
		.hops = NODE_TTL,
	};
	uint8_t *p = packet_begin(h, to_all ? node_all_macs : d->server_mac,
				  d->vlan, &m, UDP_LEN + LEN_MIN);

	if (!p)
		return;
	store16(p, CLIENT_PORT);
	store16(p + 2, SERVER_PORT);
	store16(p + 4, UDP_LEN + LEN_MIN);
	fill(h, p + UDP_LEN, type);
	packet_end(&m, p, UDP_LEN + LEN_MIN);
}

/* ---- The address --------------------------------------------------------- */

static void restart(struct node *h, uint64_t at_ns)
{
	struct dhcp *const d = &h->lab.dhcp;

	node_remove_by(h, NODE_LEASED);
	d->state = DHCP_SELECTING;
	d->tries = 0;
	d->xid = node_draw(h);
	d->due_ns = at_ns;
	h->changes++;
	node_wake(h, at_ns);
}

/* What is due of a lease; when it is looked at next. */
static uint64_t lease_due(struct node *h, struct dhcp *d, uint64_t now_ns)
{
	const struct node_own *own = node_own_by(h, NODE_LEASED);

	if (own && own->state == NODE_TAKEN) {
		say(h, DECLINE, true);
		restart(h, now_ns + AGAIN_NS);
		return d->due_ns;
	}
	if (now_ns >= d->ends_ns) {
		restart(h, now_ns);
		return now_ns;
	}
	if (now_ns < d->renew_ns)
		return MIN(d->renew_ns, now_ns + S);
	d->state = DHCP_RENEWING;
	say(h, REQUEST, now_ns >= d->rebind_ns);
	return MIN(d->ends_ns, now_ns + AGAIN_NS);
}

uint64_t dhcp_due(struct node *h, uint64_t now_ns)
{
	struct dhcp *const d = &h->lab.dhcp;

	if (now_ns < d->due_ns || d->state == DHCP_OFF)
		return d->due_ns;
	if (d->state == DHCP_BOUND || d->state == DHCP_RENEWING) {
		d->due_ns = lease_due(h, d, now_ns);
		return d->due_ns;
	}
	if (d->state == DHCP_REQUESTING && d->tries == TRIES_MAX)
		restart(h, now_ns);
	say(h, d->state == DHCP_SELECTING ? DISCOVER : REQUEST, true);
	d->due_ns = now_ns + (S << d->tries);
	d->tries += d->tries < TRIES_MAX;
	return d->due_ns;
}

void node_dhcp(struct node *h, bool on, uint16_t vlan, uint64_t now_ns)
{
	struct dhcp *const d = &h->lab.dhcp;

	if (node_own_by(h, NODE_LEASED))
		say(h, RELEASE, false);
	h->lab.on =
		(uint8_t)(on ? h->lab.on | LAB_DHCP : h->lab.on & ~LAB_DHCP);
	restart(h, on ? now_ns : NEVER);
	d->vlan = vlan;
	if (!on)
		d->state = DHCP_OFF;
	node_wants(h);
}

/* ---- Answered ------------------------------------------------------------ */

/* The first four bytes of an option, or NULL. */
static const uint8_t *option(const uint8_t *p, size_t len, uint8_t code,
			     size_t least)
{
	while (len >= 2 && p[0] != END) {
		const size_t size = p[0] ? 2 + (size_t)p[1] : 1;

		if (size > len)
			return NULL;
		if (p[0] == code && size >= 2 + least)
			return p + 2;
		p += size;
		len -= size;
	}
	return NULL;
}

static uint32_t number(const uint8_t *p, size_t len, uint8_t code, uint32_t def)
{
	const uint8_t *at = option(p, len, code, 4);

	return at ? load32(at) : def;
}

/* A part of a lease; one that is 0 says nothing. */
static uint32_t part(const uint8_t *p, size_t len, uint8_t code, uint32_t def)
{
	const uint32_t s = number(p, len, code, def);

	return s ? s : def;
}

static uint64_t after(uint64_t now_ns, uint32_t s)
{
	return s == INFINITE ? NEVER : now_ns + s * S;
}

static void bind_to(struct node *h, const uint8_t *opt, size_t len,
		    uint64_t now_ns)
{
	struct dhcp *const d = &h->lab.dhcp;
	const uint32_t lease = MAX(number(opt, len, LEASE, 3600), 10u);
	const uint32_t mask = number(opt, len, MASK, 0xffffff00);
	const uint8_t *router = option(opt, len, ROUTER, 4);
	struct node_own *own = node_own_by(h, NODE_LEASED);
	struct node_address a;

	memset(&a, 0, sizeof(a));
	a.from = a.to = node_ipv4(d->ip);
	a.bits = (uint8_t)(96 + (~mask ? __builtin_clz(~mask) : 32));
	a.vlan = d->vlan;
	if (router)
		a.gateway = node_ipv4(router);
	d->state = DHCP_BOUND;
	d->ends_ns = after(now_ns, lease);
	d->renew_ns =
		after(now_ns, part(opt, len, RENEW,
				   lease == INFINITE ? lease : lease / 2));
	d->rebind_ns = after(
		now_ns, part(opt, len, REBIND,
			     lease == INFINITE ? lease : lease - lease / 8));
	d->due_ns = now_ns;
	node_wake(h, now_ns);
	if (own && !memcmp(&own->is, &a, sizeof(a)))
		return;
	node_remove_by(h, NODE_LEASED);
	node_add_own(h, &a, NODE_LEASED, now_ns);
}

static void heard(struct node *h, const struct seen *s, const uint8_t *p,
		  size_t len)
{
	struct dhcp *const d = &h->lab.dhcp;
	const uint8_t *const opt = p + FIXED + sizeof(magic);
	const size_t left = len - FIXED - sizeof(magic);
	const uint8_t *type = option(opt, left, TYPE, 1);
	const uint8_t *server = option(opt, left, SERVER, IPV4_ALEN);
	const struct node_ip ip = node_ipv4(p + YIADDR);
	const bool awaits =
		d->state == DHCP_REQUESTING || d->state == DHCP_RENEWING;

	if (!type)
		return;
	if (*type == OFFER && d->state == DHCP_SELECTING && server &&
	    node_is_station(&ip)) {
		memcpy(d->ip, p + YIADDR, IPV4_ALEN);
		memcpy(d->server, server, IPV4_ALEN);
		d->state = DHCP_REQUESTING;
		d->tries = 0;
		d->due_ns = s->now_ns;
		node_wake(h, s->now_ns);
	} else if (*type == ACK && awaits &&
		   !memcmp(p + YIADDR, d->ip, IPV4_ALEN)) {
		memcpy(d->server_mac, s->src, ETH_ALEN);
		bind_to(h, opt, left, s->now_ns);
	} else if (*type == NAK && awaits) {
		restart(h, s->now_ns + S);
	}
}

/* What a server says to this client. */
static bool is_to_client(const struct node *h, const struct seen *s,
			 const struct packet *m)
{
	const struct dhcp *d = &h->lab.dhcp;
	const uint8_t *p;

	if (!(h->lab.on & LAB_DHCP) || !m->sound || !node_is_ipv4(&m->to) ||
	    m->len < UDP_LEN + FIXED + sizeof(magic) || s->vlan != d->vlan)
		return false;
	p = m->p + UDP_LEN;
	return load16(m->p) == SERVER_PORT && load16(m->p + 2) == CLIENT_PORT &&
	       p[OP] == 2 && load32(p + XID) == d->xid &&
	       !memcmp(p + CHADDR, h->mac, ETH_ALEN) &&
	       !memcmp(p + FIXED, magic, sizeof(magic));
}

bool dhcp_take(struct node *h, const struct seen *s, const struct packet *m)
{
	if (!is_to_client(h, s, m))
		return false;
	if (load16(m->p + 6) && !packet_is_right(m)) {
		h->dropped++;
		return true;
	}
	heard(h, s, m->p + UDP_LEN, m->len - UDP_LEN);
	return true;
}
