/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of a node: its buffers, and what is received. */
#include "node/node.h"

#include "node/impl.h"

#define TAG_LEN 4
#define VLAN_ID 0xfff
/* Of all buffers of a node together; some there are at least. */
#define BUFS_BYTES (112u << 10)
#define BUFS_MIN 8

const uint8_t node_all_macs[ETH_ALEN] = {255, 255, 255, 255, 255, 255};

/* ---- Buffers ------------------------------------------------------------- */

/* The device is done with it, or it was not sent. */
static void back(struct uk_netbuf *nb)
{
	struct node *const h = nb->priv;

	uk_netbuf_init_indir(nb, nb->buf, nb->buflen,
			     port_headroom(&h->queue->port->info), h, back);
	h->free[h->nb_free++] = nb;
}

static size_t netbuf_bytes(size_t align)
{
	return ALIGN_UP(sizeof(struct uk_netbuf), align);
}

struct node *node_open(struct port_queue *q, struct uk_alloc *a)
{
	const struct port *p = q->port;
	const size_t align = MAX((size_t)p->info.ioalign, PORT_LINE);
	const size_t bytes = ALIGN_UP(p->buf_bytes, align);
	const size_t each = netbuf_bytes(align) + bytes;
	unsigned nb =
		(unsigned)MAX(MIN(BUFS_BYTES / each, (size_t)NODE_BUFS_MAX),
			      (size_t)BUFS_MIN);
	struct node *h = uk_calloc(a, 1, sizeof(*h));
	char *mem = NULL;

	/* With fewer, more of what is received has to wait. */
	while (h && !(mem = uk_memalign(a, align, nb * each)) && nb > BUFS_MIN)
		nb /= 2;
	if (!mem) {
		uk_free(a, h);
		return NULL;
	}
	h->queue = q;
	h->mem = mem;
	h->heap = a;
	h->nb_bufs = nb;
	h->mtu = p->mtu;
	h->due_ns = NEVER;
	memcpy(h->mac, p->mac, ETH_ALEN);
	h->lab.random = load32(h->mac + 2) | 1;
	h->lab.lldp.due_ns = h->lab.dhcp.due_ns = NEVER;
	h->lab.routed.due_ns = h->lab.dhcp6.due_ns = NEVER;
	node_wants(h);
	for (unsigned i = 0; i < nb; i++, mem += each) {
		struct uk_netbuf *nbuf = (void *)mem;

		nbuf->buf = mem + netbuf_bytes(align);
		nbuf->buflen = bytes;
		nbuf->priv = h;
		back(nbuf);
	}
	return h;
}

void node_close(struct node *h)
{
	struct uk_alloc *a = h->heap;

	uk_free(a, h->mem);
	uk_free(a, h);
}

static bool has_buffer(struct node *h)
{
	if (!h->nb_free)
		port_tx_reap(h->queue);
	return h->nb_free;
}

uint8_t *node_frame(struct node *h, const uint8_t dst[ETH_ALEN], uint16_t vlan,
		    uint16_t type, size_t len)
{
	const size_t head = ETH_HLEN + (vlan ? TAG_LEN : 0);
	struct uk_netbuf *nb;
	uint8_t *p;

	if (!has_buffer(h) || len > h->mtu) {
		h->dropped++;
		return NULL;
	}
	nb = h->free[--h->nb_free];
	nb->len = (uint16_t)MAX(head + len, (size_t)ETH_MIN_SIZE - ETH_FCS_LEN);
	h->out[h->nb_out++] = nb;
	p = nb->data;
	memset(p, 0, nb->len);
	memcpy(p, dst, ETH_ALEN);
	memcpy(p + ETH_ALEN, h->mac, ETH_ALEN);
	if (vlan) {
		store16(p + head - TAG_LEN - 2, ETH_TYPE_VLAN);
		store16(p + head - TAG_LEN, vlan);
	}
	store16(p + head - 2, type);
	return p + head;
}

void node_sent(struct node *h, unsigned n)
{
	h->nb_out -= n;
	memmove(h->out, h->out + n, h->nb_out * sizeof(h->out[0]));
	/* Its user is told that it has said its last. */
	if (!node_is_on(h))
		h->changes++;
}

static void free_received(struct uk_netbuf *nb)
{
	port_rx_free(nb->priv, nb);
}

void node_drop(struct node *h)
{
	h->dropped += h->nb_out + h->nb_later;
	while (h->nb_later)
		free_received(h->later[--h->nb_later]);
	while (h->nb_out)
		port_frame_free(h->out[--h->nb_out]);
}

bool node_spend(struct node_credit *c, unsigned per_s, unsigned burst,
		uint64_t now_ns)
{
	const uint64_t each = 1000000000ull / per_s;

	c->ns = MIN(burst * each, c->ns + now_ns - c->at_ns);
	c->at_ns = now_ns;
	if (c->ns < each)
		return false;
	c->ns -= each;
	return true;
}

bool node_may_answer(struct node *h, uint64_t now_ns)
{
	if (!has_buffer(h)) {
		h->lacks = true;
		return false;
	}
	if (node_spend(&h->answers, NODE_ANSWERS_PER_S, NODE_ANSWERS_BURST,
		       now_ns))
		return true;
	h->dropped++;
	return false;
}

/* Marsaglia's xorshift. */
uint32_t node_draw(struct node *h)
{
	uint32_t x = h->lab.random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return h->lab.random = x;
}

/* ---- Received ------------------------------------------------------------ */

bool node_see(const uint8_t *frame, size_t len, uint64_t now_ns, struct seen *s)
{
	*s = (struct seen){
		.dst = frame, .src = frame + ETH_ALEN, .now_ns = now_ns};
	if (len < ETH_HLEN + TAG_LEN)
		return false;
	s->type = load16(frame + ETH_HLEN - 2);
	s->p = frame + ETH_HLEN;
	s->len = len - ETH_HLEN;
	if (s->type == ETH_TYPE_VLAN) {
		s->tag = load16(s->p);
		s->vlan = s->tag & VLAN_ID;
		s->type = load16(s->p + 2);
		s->p += TAG_LEN;
		s->len -= TAG_LEN;
	}
	return true;
}

/* By an EtherType, or a protocol of IP. */
static const struct listener {
	uint16_t key;
	bool (*take)(struct node *h, const struct seen *s,
		     const struct packet *m);
} listeners[] = {
	{ETH_TYPE_ARP, arp_take},    {IP_PROTO_ICMP, echo_take},
	{IP_PROTO_ICMP6, echo_take}, {IP_PROTO_ICMP6, nd_take},
#ifdef CONFIG_APPUKPKTGEN_LAB
	{IP_PROTO_ICMP6, mld_take},  {IP_PROTO_IGMP, igmp_take},
	{IP_PROTO_ICMP6, auto_take}, {IP_PROTO_UDP, dhcp_take},
	{IP_PROTO_UDP, dhcp6_take},  {IP_PROTO_UDP, refuse_take},
	{IP_PROTO_TCP, refuse_take}, {LLDP_TYPE, lldp_take},
	{CFM_TYPE, cfm_take},
#endif
};

bool node_listen(struct node *h, unsigned key, const struct seen *s,
		 const struct packet *m)
{
	for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++)
		if (listeners[i].key == key && listeners[i].take(h, s, m))
			return true;
	return false;
}

/* The lower half of a word: protocols 0..63, as all are that matter. */
#define PROTO(n) (1ull << (n))

void node_wants(struct node *h)
{
	const uint8_t on = h->lab.on;
	const uint64_t refused = PROTO(IP_PROTO_UDP) | PROTO(IP_PROTO_TCP);
	const uint64_t lease = on & LAB_DHCP ? PROTO(IP_PROTO_UDP) : 0;

	memset(h->wants, 0, sizeof(h->wants));
	h->wants[0][0] =
		PROTO(IP_PROTO_ICMP) | lease | (on & LAB_REFUSE ? refused : 0);
	h->wants[0][1] = lease;
	h->wants[1][0] = on & LAB_REFUSE ? ~0ull : ~refused;
	if (on & LAB_AUTO)
		h->wants[1][0] |= PROTO(IP_PROTO_UDP);
	h->wants[1][1] = ~refused;
	/* Which counts what comes to them. */
	if (h->lab.nb_groups)
		h->wants[0][1] = h->wants[1][1] = ~0ull;
}

bool node_take(struct node *h, const uint8_t *frame, size_t len,
	       uint64_t now_ns)
{
	struct seen s;

	if (!node_may_take(h, frame, len) ||
	    len > (size_t)h->mtu + ETH_HLEN + TAG_LEN ||
	    !node_see(frame, len, now_ns, &s) || !is_to_us(h, &s) ||
	    s.src[0] & 1 || !memcmp(s.src, h->mac, ETH_ALEN))
		return false;
	if (s.type == ETH_TYPE_IPV4)
		return node_take_ipv4(h, &s);
	if (s.type == ETH_TYPE_IPV6)
		return node_take_ipv6(h, &s);
	/* Protocols of IP have smaller numbers than types do. */
	return s.type > UINT8_MAX && node_listen(h, s.type, &s, NULL);
}

void node_end(struct node *h, struct uk_netbuf *nb)
{
	const bool lacks = h->lacks;

	h->lacks = false;
	if (lacks && !nb->next && h->nb_later < NODE_LATER_MAX &&
	    h->nb_later < h->queue->port->nb_rx_bufs / 4) {
		h->later[h->nb_later++] = nb;
		return;
	}
	h->dropped += lacks;
	free_received(nb);
}

void node_take_later(struct node *h, uint64_t now_ns)
{
	unsigned n = 0;

	for (; n < h->nb_later; n++) {
		struct uk_netbuf *const nb = h->later[n];

		node_take(h, nb->data, nb->len, now_ns);
		if (h->lacks)
			break;
		free_received(nb);
	}
	h->lacks = false;
	h->nb_later -= n;
	memmove(h->later, h->later + n, h->nb_later * sizeof(h->later[0]));
}
