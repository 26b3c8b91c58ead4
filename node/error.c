/* SPDX-License-Identifier: BSD-3-Clause */
/* What a router tells senders of packets that do not go on. */
#include "node/impl.h"

#define QUOTE4 28   /* bytes of the packet: its header and 8 more */
#define QUOTE6 1232 /* as much as goes without being too big itself */
#define IP4_LEN 20
#define IP6_LEN 40
#define ERROR_LEN 8

/* Type and code by enum node_error. */
static const uint8_t codes[][2][2] = {
	[NODE_EXPIRED] = {{11, 0}, {3, 0}},
	[NODE_NO_ROUTE] = {{3, 0}, {1, 0}},
	[NODE_NO_HOST] = {{3, 1}, {1, 3}},
	[NODE_TOO_BIG] = {{3, 4}, {2, 0}},
};

/* The first that it can speak from there with. */
static const struct node_own *own_of(const struct node *h, uint16_t vlan,
				     bool is_ipv4)
{
	for (unsigned i = 0; i < h->nb_own; i++)
		if (h->own[i].state == NODE_VALID &&
		    h->own[i].is.vlan == vlan &&
		    node_is_ipv4(&h->own[i].is.from) == is_ipv4)
			return &h->own[i];
	return NULL;
}

/* Nothing is said of fragments behind the first, nor of what is an error. */
static bool may_tell4(const uint8_t *p)
{
	const uint8_t *icmp = p + (p[0] & 15u) * 4;

	return !(load16(p + 6) & 0x1fff) &&
	       (p[9] != IP_PROTO_ICMP || icmp[0] == 8 || icmp[0] == 0);
}

/* With the first `quote` bytes of the packet. */
static void put(struct node *h, const struct seen *s,
		const struct node_own *own, const struct node_ip *to,
		const uint8_t code[2], unsigned mtu, size_t quote)
{
	const struct packet m = {
		.from = own->is.from,
		.to = *to,
		.proto = node_is_ipv4(to) ? IP_PROTO_ICMP : IP_PROTO_ICMP6,
		.hops = NODE_TTL,
	};
	uint8_t *p = packet_begin(h, s->src, s->vlan, &m, ERROR_LEN + quote);

	if (!p)
		return;
	memcpy(p, code, 2);
	store16(p + 6, mtu);
	memcpy(p + ERROR_LEN, s->p, quote);
	packet_end(&m, p, ERROR_LEN + quote);
}

static void tell4(struct node *h, const struct seen *s, enum node_error why,
		  unsigned mtu)
{
	const struct node_own *own = own_of(h, s->vlan, true);
	const struct node_ip to = node_ipv4(s->p + 12);
	const size_t head = (s->p[0] & 15u) * 4;
	const size_t quote = head - IP4_LEN + QUOTE4;

	if (!own || s->len < head + ERROR_LEN || !may_tell4(s->p) ||
	    !node_is_station(&to) || !node_may_answer(h, s->now_ns))
		return;
	put(h, s, own, &to, codes[why][0], mtu, quote);
}

static void tell6(struct node *h, const struct seen *s, enum node_error why,
		  unsigned mtu)
{
	const struct node_own *own = own_of(h, s->vlan, false);
	struct node_ip to;

	if (!own || s->len < IP6_LEN + 1 || !node_ipv6(s->p + 8, &to) ||
	    (s->p[6] == IP_PROTO_ICMP6 && s->p[IP6_LEN] < 128) ||
	    !node_is_station(&to) || !node_may_answer(h, s->now_ns))
		return;
	put(h, s, own, &to, codes[why][1], mtu, MIN(s->len, (size_t)QUOTE6));
}

void node_tell(struct node *h, const uint8_t *frame, size_t len,
	       enum node_error why, unsigned mtu, uint64_t now_ns)
{
	struct seen s;

	if (!node_see(frame, len, now_ns, &s) || s.src[0] & 1)
		return;
	if (s.type == ETH_TYPE_IPV4 && s.len >= IP4_LEN) {
		/* Without what fills the frame up. */
		s.len = MIN(s.len, (size_t)load16(s.p + 2));
		tell4(h, &s, why, mtu);
	} else if (s.type == ETH_TYPE_IPV6 && s.len >= IP6_LEN) {
		s.len = MIN(s.len, IP6_LEN + (size_t)load16(s.p + 4));
		tell6(h, &s, why, mtu);
	}
	/* One that finds no buffer is not kept for later. */
	h->dropped += h->lacks;
	h->lacks = false;
}
