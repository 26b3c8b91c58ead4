/* SPDX-License-Identifier: BSD-3-Clause */
/* An IPv6 address from a server, where a router says so: DHCPv6 (RFC 8415). */
#include "node/impl.h"

#define S 1000000000ull
#define TRIES_MAX 6       /* doubled waits... */
#define REQUESTS_MAX 4    /* ...of which requests have less */
#define AGAIN_NS (10 * S) /* of a renewal; after an address was taken */
#define UDP_LEN 8
#define HEAD_LEN 4 /* type, number of the exchange */
#define OPTION_LEN 4
#define SERVER_PORT 547
#define CLIENT_PORT 546
#define HOPS 255
#define INFINITE UINT32_MAX
#define XID 0xffffff
#define IAID 1
#define DUID_LEN 10 /* by the MAC address: 11.4 */
#define IA_LEN 12
#define IADDR_LEN 24
enum {
	SOLICIT = 1,
	ADVERTISE,
	REQUEST,
	RENEW = 5,
	REBIND,
	REPLY,
	RELEASE,
	DECLINE
};
enum { CLIENT_ID = 1, SERVER_ID, IA_NA, IADDR = 5, ELAPSED = 8, STATUS = 13 };

/* ---- Said ---------------------------------------------------------------- */

static uint8_t *put_head(uint8_t *p, unsigned code, size_t len)
{
	store16(p, code);
	store16(p + 2, (unsigned)len);
	return p + OPTION_LEN;
}

static void duid_of(const struct node *h, uint8_t duid[DUID_LEN])
{
	memcpy(duid, (const uint8_t[]){0, 3, 0, 1}, 4);
	memcpy(duid + 4, h->mac, ETH_ALEN);
}

static void say(struct node *h, uint8_t type, uint64_t now_ns)
{
	const struct dhcp6 *d = &h->lab.dhcp6;
	const struct node_own *own = auto_link_own(h);
	const bool to_all = type == SOLICIT || type == REBIND;
	const size_t server = to_all ? 0 : OPTION_LEN + d->server_len;
	const size_t addr = type == SOLICIT ? 0 : OPTION_LEN + IADDR_LEN;
	const size_t len = UDP_LEN + HEAD_LEN + OPTION_LEN + DUID_LEN + server +
			   OPTION_LEN + IA_LEN + addr + OPTION_LEN + 2;
	struct packet m = {.to = {{255, 2, [13] = 1, [15] = 2}},
			   .proto = IP_PROTO_UDP,
			   .hops = HOPS};
	uint8_t mac[ETH_ALEN], *start, *p;

	if (!own)
		return;
	m.from = own->is.from;
	group_mac(&m.to, mac);
	start = packet_begin(h, mac, own->is.vlan, &m, len);
	if (!start)
		return;
	store16(start, CLIENT_PORT);
	store16(start + 2, SERVER_PORT);
	store16(start + 4, (unsigned)len);
	p = start + UDP_LEN;
	store32(p, (uint32_t)type << 24 | d->xid);
	p = put_head(p + HEAD_LEN, CLIENT_ID, DUID_LEN);
	duid_of(h, p);
	p += DUID_LEN;
	if (server) {
		p = put_head(p, SERVER_ID, d->server_len);
		memcpy(p, d->server, d->server_len);
		p += d->server_len;
	}
	p = put_head(p, IA_NA, IA_LEN + addr);
	store32(p, IAID);
	p += IA_LEN;
	if (addr) {
		p = put_head(p, IADDR, IADDR_LEN);
		memcpy(p, d->ip.b, IPV6_ALEN);
		p += IADDR_LEN;
	}
	p = put_head(p, ELAPSED, 2);
	store16(p, (unsigned)MIN((now_ns - d->since_ns) / (S / 100),
				 (uint64_t)UINT16_MAX));
	packet_end(&m, start, len);
}

/* ---- The address --------------------------------------------------------- */

static void restart(struct node *h, uint64_t at_ns)
{
	struct dhcp6 *const d = &h->lab.dhcp6;

	node_remove_by(h, NODE_LEASED6);
	d->state = DHCP_SELECTING;
	d->tries = 0;
	d->xid = node_draw(h) & XID;
	d->due_ns = d->since_ns = at_ns;
	h->changes++;
	node_wake(h, at_ns);
}

void dhcp6_begin(struct node *h, uint64_t now_ns)
{
	if (h->lab.dhcp6.state == DHCP_OFF)
		restart(h, now_ns);
}

void dhcp6_end(struct node *h)
{
	struct dhcp6 *const d = &h->lab.dhcp6;

	if (node_own_by(h, NODE_LEASED6)) {
		d->xid = node_draw(h) & XID;
		say(h, RELEASE, d->since_ns);
		node_remove_by(h, NODE_LEASED6);
	}
	d->state = DHCP_OFF;
	d->due_ns = NEVER;
}

/* What is due of a lease; when it is looked at next. */
static uint64_t lease_due(struct node *h, struct dhcp6 *d, uint64_t now_ns)
{
	const struct node_own *own = node_own_by(h, NODE_LEASED6);

	if (own && own->state == NODE_TAKEN) {
		say(h, DECLINE, now_ns);
		restart(h, now_ns + AGAIN_NS);
		return d->due_ns;
	}
	if (now_ns >= d->ends_ns) {
		restart(h, now_ns);
		return now_ns;
	}
	if (now_ns < d->renew_ns)
		return MIN(d->renew_ns, now_ns + S);
	if (d->state == DHCP_BOUND) {
		d->state = DHCP_RENEWING;
		d->xid = node_draw(h) & XID;
		d->since_ns = now_ns;
	}
	say(h, now_ns >= d->rebind_ns ? REBIND : RENEW, now_ns);
	return MIN(d->ends_ns, now_ns + AGAIN_NS);
}

uint64_t dhcp6_due(struct node *h, uint64_t now_ns)
{
	struct dhcp6 *const d = &h->lab.dhcp6;

	if (d->state == DHCP_OFF || now_ns < d->due_ns)
		return d->due_ns;
	if (d->state == DHCP_BOUND || d->state == DHCP_RENEWING) {
		d->due_ns = lease_due(h, d, now_ns);
		return d->due_ns;
	}
	if (d->state == DHCP_REQUESTING && d->tries == REQUESTS_MAX)
		restart(h, now_ns);
	say(h, d->state == DHCP_SELECTING ? SOLICIT : REQUEST, now_ns);
	d->due_ns = now_ns + (S << d->tries);
	d->tries += d->tries < TRIES_MAX;
	return d->due_ns;
}

/* ---- Answered ------------------------------------------------------------ */

/* What an option has, `least` bytes or more; NULL: there is none. */
static const uint8_t *option(const uint8_t *p, size_t len, unsigned code,
			     size_t least, size_t *has)
{
	while (len >= OPTION_LEN) {
		const size_t size = load16(p + 2);

		if (size > len - OPTION_LEN)
			return NULL;
		if (load16(p) == code && size >= least) {
			*has = size;
			return p + OPTION_LEN;
		}
		p += OPTION_LEN + size;
		len -= OPTION_LEN + size;
	}
	return NULL;
}

static bool is_refused(const uint8_t *p, size_t len)
{
	size_t has;
	const uint8_t *status = option(p, len, STATUS, 2, &has);

	return status && load16(status);
}

static uint64_t after(uint64_t now_ns, uint32_t s)
{
	return s == INFINITE ? NEVER : now_ns + s * S;
}

/* `ia` is of who gives it, `given` the address in there. */
static void bind_to(struct node *h, const uint8_t *ia, const uint8_t *given,
		    uint64_t now_ns)
{
	struct dhcp6 *const d = &h->lab.dhcp6;
	const uint32_t valid = MAX(load32(given + 20), 10u);
	const bool forever = valid == INFINITE;
	const uint32_t t1 = load32(ia + 4), t2 = load32(ia + 8);
	struct node_own *own = node_own_by(h, NODE_LEASED6);
	struct node_address a;

	memset(&a, 0, sizeof(a));
	a.from = a.to = d->ip;
	a.vlan = h->lab.routed.vlan;
	a.bits = (uint8_t)auto_link_bits(h, &d->ip);
	a.gateway = h->lab.routed.router;
	d->state = DHCP_BOUND;
	d->ends_ns = after(now_ns, valid);
	d->renew_ns = after(now_ns, t1 ? t1 : forever ? valid : valid / 2);
	d->rebind_ns = after(now_ns, t2        ? t2
				     : forever ? valid
					       : valid - valid / 8);
	d->due_ns = now_ns;
	node_wake(h, now_ns);
	if (own && !memcmp(&own->is, &a, sizeof(a)))
		return;
	node_remove_by(h, NODE_LEASED6);
	node_add_own(h, &a, NODE_LEASED6, now_ns);
}

/* Once a server was chosen, nobody else until the lease is anybody's. */
static bool is_chosen(const struct dhcp6 *d, const uint8_t *server, size_t len,
		      uint64_t now_ns)
{
	return (d->state == DHCP_RENEWING && now_ns >= d->rebind_ns) ||
	       (len == d->server_len && !memcmp(server, d->server, len));
}

static void heard(struct node *h, unsigned type, const uint8_t *p, size_t len,
		  uint64_t now_ns)
{
	struct dhcp6 *const d = &h->lab.dhcp6;
	const bool selects = d->state == DHCP_SELECTING && type == ADVERTISE;
	const bool awaits = type == REPLY && (d->state == DHCP_REQUESTING ||
					      d->state == DHCP_RENEWING);
	size_t ia_len = 0, has = 0, server_len = 0;
	const uint8_t *server = option(p, len, SERVER_ID, 1, &server_len);
	const uint8_t *ia = option(p, len, IA_NA, IA_LEN, &ia_len), *given;
	struct node_ip ip;

	if ((!selects && !awaits) || !server || server_len > DHCP6_SERVER_MAX ||
	    (awaits && !is_chosen(d, server, server_len, now_ns)))
		return;
	given = ia ? option(ia + IA_LEN, ia_len - IA_LEN, IADDR, IADDR_LEN,
			    &has)
		   : NULL;
	if (!given || is_refused(p, len) ||
	    is_refused(ia + IA_LEN, ia_len - IA_LEN) || !load32(given + 20) ||
	    !node_ipv6(given, &ip) || !node_is_station(&ip)) {
		if (awaits)
			restart(h, now_ns + S);
		return;
	}
	memcpy(d->server, server, server_len);
	d->server_len = (uint8_t)server_len;
	d->ip = ip;
	if (awaits) {
		bind_to(h, ia, given, now_ns);
		return;
	}
	d->state = DHCP_REQUESTING;
	d->tries = 0;
	d->xid = node_draw(h) & XID;
	d->due_ns = d->since_ns = now_ns;
	node_wake(h, now_ns);
}

bool dhcp6_take(struct node *h, const struct seen *s, const struct packet *m)
{
	const struct dhcp6 *d = &h->lab.dhcp6;
	const uint8_t *const p = m->p + UDP_LEN, *client;
	uint8_t duid[DUID_LEN];
	size_t len, has = 0;

	if (d->state == DHCP_OFF || !m->sound || node_is_ipv4(&m->to) ||
	    s->vlan != h->lab.routed.vlan || m->len < UDP_LEN + HEAD_LEN ||
	    load16(m->p) != SERVER_PORT || load16(m->p + 2) != CLIENT_PORT)
		return false;
	if (!packet_is_right(m)) {
		h->dropped++;
		return true;
	}
	len = m->len - UDP_LEN - HEAD_LEN;
	duid_of(h, duid);
	client = option(p + HEAD_LEN, len, CLIENT_ID, DUID_LEN, &has);
	if ((load32(p) & XID) == d->xid && client && has == DUID_LEN &&
	    !memcmp(client, duid, DUID_LEN))
		heard(h, p[0], p + HEAD_LEN, len, s->now_ns);
	return true;
}
