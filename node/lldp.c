/* SPDX-License-Identifier: BSD-3-Clause */
/* Who one is, and who is at the wire's other end: LLDP (IEEE 802.1AB). */
#include <stdio.h>

#include "node/impl.h"

#define S 1000000000ull
#define EVERY_NS (30 * S)
#define FAST 4 /* at first, a second apart */
#define TTL_S 121
#define LEN_MAX 140 /* of what is said */
enum { END, CHASSIS, PORT, TTL, PORT_TEXT, NAME, TEXT, CAPABLE };
#define BY_MAC 4       /* a chassis... */
#define BY_INTERFACE 5 /* ...and a port */
#define CAPABLE_STATION 0x80

static const uint8_t nearest[ETH_ALEN] = {1, 0x80, 0xc2, 0, 0, 14};

/* ---- Told ---------------------------------------------------------------- */

static uint8_t *put(uint8_t *p, unsigned type, int kind, const void *data,
		    size_t len)
{
	store16(p, type << 9 | (unsigned)(len + (kind >= 0)));
	p += 2;
	if (kind >= 0)
		*p++ = (uint8_t)kind;
	if (len)
		memcpy(p, data, len);
	return p + len;
}

static uint8_t *put_text(uint8_t *p, unsigned type, int kind, const char *text)
{
	return put(p, type, kind, text, strlen(text));
}

static void tell(struct node *h, unsigned ttl_s)
{
	static const uint8_t capable[] = {0, CAPABLE_STATION, 0,
					  CAPABLE_STATION};
	const uint8_t ttl[] = {0, (uint8_t)ttl_s};
	uint8_t said[LEN_MAX], *p = said;
	char text[16];
	size_t len;

	snprintf(text, sizeof(text), "port%u", h->queue->port->id);
	p = put(p, CHASSIS, BY_MAC, h->lab.lldp.chassis, ETH_ALEN);
	p = put_text(p, PORT, BY_INTERFACE, text);
	p = put(p, TTL, -1, ttl, sizeof(ttl));
	if (ttl_s) {
		snprintf(text, sizeof(text), "port %u", h->queue->port->id);
		p = put_text(p, PORT_TEXT, -1, text);
		p = put_text(p, NAME, -1, "ukpktgen");
		p = put_text(p, TEXT, -1, "ukpktgen traffic appliance");
		p = put(p, CAPABLE, -1, capable, sizeof(capable));
	}
	p = put(p, END, -1, NULL, 0);
	len = (size_t)(p - said);
	p = node_frame(h, nearest, 0, LLDP_TYPE, len);
	if (p)
		memcpy(p, said, len);
}

void node_lldp(struct node *h, bool on, const uint8_t chassis[ETH_ALEN],
	       uint64_t now_ns)
{
	struct lldp *const l = &h->lab.lldp;

	if (!on == !(h->lab.on & LAB_LLDP))
		return;
	h->lab.on = (uint8_t)(h->lab.on ^ LAB_LLDP);
	memset(l->neighbour, 0, sizeof(l->neighbour));
	memcpy(l->chassis, chassis, ETH_ALEN);
	l->closing = !on;
	l->fast = FAST;
	l->due_ns = now_ns;
	h->changes++;
	node_wake(h, now_ns);
}

uint64_t lldp_due(struct node *h, uint64_t now_ns)
{
	struct lldp *const l = &h->lab.lldp;
	uint64_t next_ns = NEVER;

	if (now_ns >= l->due_ns) {
		tell(h, l->closing ? 0 : TTL_S);
		l->due_ns =
			l->closing ? NEVER : now_ns + (l->fast ? S : EVERY_NS);
		l->fast -= l->fast > 0;
		h->changes += l->closing;
		l->closing = false;
	}
	for (unsigned i = 0; i < LLDP_NEIGHBOURS_MAX; i++) {
		struct lldp_neighbour *n = &l->neighbour[i];

		if (now_ns >= n->until_ns)
			n->until_ns = 0;
		if (n->until_ns)
			next_ns = MIN(next_ns, n->until_ns);
	}
	return MIN(next_ns, l->due_ns);
}

/* ---- Heard --------------------------------------------------------------- */

static void keep(struct lldp_text *t, const uint8_t *p, size_t len)
{
	t->len = (uint8_t)MIN(len, sizeof(t->b));
	memcpy(t->b, p, t->len);
}

static bool is_same(const struct lldp_text *a, const struct lldp_text *b)
{
	return a->len == b->len && !memcmp(a->b, b->b, a->len);
}

/* The first three have an order, and stand once (IEEE 802.1AB, 9.2.7.7). */
static bool take_tlv(struct lldp_neighbour *n, unsigned i, unsigned type,
		     const uint8_t *p, size_t len)
{
	if (i < TTL ? type != i + CHASSIS : type >= CHASSIS && type <= TTL)
		return false;
	if (type == CHASSIS || type == PORT) {
		keep(type == PORT ? &n->port : &n->chassis, p, len);
		return len >= 2;
	}
	if (type == TTL && len >= 2)
		n->ttl_s = load16(p);
	if (type == NAME)
		keep(&n->name, p, len);
	return type != TTL || len >= 2;
}

static bool parse(struct lldp_neighbour *n, const uint8_t *p, size_t len)
{
	for (unsigned i = 0; len >= 2; i++) {
		const unsigned type = p[0] >> 1, size = load16(p) & 0x1ff;

		if (size > len - 2)
			return false;
		if (type == END)
			return i >= TTL;
		if (!take_tlv(n, i, type, p + 2, size))
			return false;
		p += 2 + size;
		len -= 2 + size;
		/* Some leave the end out. */
		if (len < 2)
			return i + 1 >= TTL;
	}
	return false;
}

/* Where it is known, or in place of who will be forgotten first. */
static struct lldp_neighbour *place(struct lldp *l,
				    const struct lldp_neighbour *n)
{
	struct lldp_neighbour *to = &l->neighbour[0];

	for (unsigned i = 0; i < LLDP_NEIGHBOURS_MAX; i++) {
		struct lldp_neighbour *is = &l->neighbour[i];

		if (is->until_ns && is_same(&is->chassis, &n->chassis) &&
		    is_same(&is->port, &n->port))
			return is;
		if (is->until_ns < to->until_ns)
			to = is;
	}
	return to;
}

bool lldp_take(struct node *h, const struct seen *s, const struct packet *m)
{
	struct lldp_neighbour n = {.heard_ns = s->now_ns}, *to;

	(void)m;
	if (!(h->lab.on & LAB_LLDP) || !(s->dst[0] & 1))
		return false;
	if (!parse(&n, s->p, s->len)) {
		h->dropped++;
		return true;
	}
	to = place(&h->lab.lldp, &n);
	n.until_ns = n.ttl_s ? s->now_ns + n.ttl_s * S : 0;
	/* Who goes says no name. */
	if (n.ttl_s)
		*to = n;
	else if (is_same(&to->chassis, &n.chassis) &&
		 is_same(&to->port, &n.port))
		to->until_ns = 0;
	node_wake(h, s->now_ns);
	return true;
}
