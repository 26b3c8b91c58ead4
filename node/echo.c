/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP (RFC 792) and ICMPv6 (RFC 4443) echo: packets checked, and answered. */
#include "net/csum.h"
#include "node/impl.h"

#define ECHO_REPLY 0
#define ECHO_REQUEST 8
#define ECHO6_REQUEST 128
#define ECHO6_REPLY 129
#define ND_FIRST 135
#define ND_LAST 136
#define ICMP_LEN 8
#define DONT_FRAGMENT 0x4000
#define FRAGMENT 0x3fff

static bool sum_is_right(uint32_t sum, const uint8_t *p, size_t len)
{
	return csum_fold(csum_add(sum, p, len)) == UINT16_MAX;
}

/* Once all but its checksum is there. */
static void put_sum(uint8_t *at, uint32_t sum, const uint8_t *p, size_t len)
{
	const uint16_t csum = csum_end(csum_add(sum, p, len));

	memcpy(at, &csum, sizeof(csum));
}

/* ---- IPv4 ---------------------------------------------------------------- */

uint8_t *node_icmp4(struct node *h, const uint8_t dst[ETH_ALEN], uint16_t vlan,
		    const struct node_ip *from, const struct node_ip *to,
		    size_t len)
{
	struct ipv4_hdr ip = {
		.version_ihl = 0x45,
		.total_len = net16((uint16_t)(sizeof(ip) + len)),
		.frag = net16(DONT_FRAGMENT),
		.ttl = NODE_TTL,
		.proto = IP_PROTO_ICMP,
	};
	uint8_t *p = node_frame(h, dst, vlan, ETH_TYPE_IPV4, sizeof(ip) + len);

	if (!p)
		return NULL;
	memcpy(&ip.src, from->b + NODE_IPV4_AT, IPV4_ALEN);
	memcpy(&ip.dst, to->b + NODE_IPV4_AT, IPV4_ALEN);
	ip.csum = csum_end(csum_add(0, &ip, sizeof(ip)));
	memcpy(p, &ip, sizeof(ip));
	return p + sizeof(ip);
}

void node_icmp4_end(uint8_t *p, size_t len)
{
	put_sum(p + 2, 0, p, len);
}

static void answer4(struct node *h, const struct seen *s,
		    const struct node_ip *own, const struct node_ip *to,
		    const uint8_t *icmp, size_t len)
{
	uint8_t *p = node_icmp4(h, s->src, s->vlan, own, to, len);

	if (!p)
		return;
	memcpy(p, icmp, len);
	p[0] = ECHO_REPLY;
	p[2] = p[3] = 0;
	node_icmp4_end(p, len);
}

/* A whole ICMP message to `own`, its sums right. */
static bool is_sound4(const struct seen *s, size_t head, size_t total)
{
	return head >= sizeof(struct ipv4_hdr) && total >= head + ICMP_LEN &&
	       total <= s->len && !(load16(s->p + 6) & FRAGMENT) &&
	       sum_is_right(0, s->p, head) &&
	       sum_is_right(0, s->p + head, total - head);
}

bool node_take_ipv4(struct node *h, const struct seen *s)
{
	const size_t head = (s->p[0] & 15u) * 4, total = load16(s->p + 2);
	const uint8_t *const icmp = s->p + head;
	struct node_ip from, to;

	if (s->len < sizeof(struct ipv4_hdr) + ICMP_LEN || s->p[0] >> 4 != 4 ||
	    s->p[9] != IP_PROTO_ICMP || s->dst[0] & 1)
		return false;
	from = node_ipv4(s->p + 12);
	to = node_ipv4(s->p + 16);
	if (!node_find(h, &to, s->vlan, false) || !node_is_station(&from))
		return false;
	if (!is_sound4(s, head, total)) {
		h->dropped++;
		return true;
	}
	if (icmp[0] == ECHO_REPLY)
		return node_ping_heard(h, &from, icmp + 4, total - head - 4,
				       s->now_ns);
	if (icmp[0] != ECHO_REQUEST || icmp[1])
		return false;
	if (node_may_answer(h, s->now_ns))
		answer4(h, s, &to, &from, icmp, total - head);
	return true;
}

/* ---- IPv6 ---------------------------------------------------------------- */

/* Of a packet whose addresses stand before its ICMP message. */
static uint32_t pseudo6(const uint8_t *addresses, size_t len)
{
	return csum_add(csum_pseudo(IP_PROTO_ICMP6, len), addresses,
			2 * IPV6_ALEN);
}

uint8_t *node_icmp6(struct node *h, const uint8_t dst[ETH_ALEN], uint16_t vlan,
		    const struct node_ip *from, const struct node_ip *to,
		    uint8_t hops, size_t len)
{
	struct ipv6_hdr ip = {
		.version_class_flow = net32(6u << 28),
		.payload_len = net16((uint16_t)len),
		.next_header = IP_PROTO_ICMP6,
		.hop_limit = hops,
	};
	uint8_t *p = node_frame(h, dst, vlan, ETH_TYPE_IPV6, sizeof(ip) + len);

	if (!p)
		return NULL;
	memcpy(ip.src, from->b, IPV6_ALEN);
	memcpy(ip.dst, to->b, IPV6_ALEN);
	memcpy(p, &ip, sizeof(ip));
	return p + sizeof(ip);
}

void node_icmp6_end(uint8_t *p, size_t len)
{
	put_sum(p + 2, pseudo6(p - 2 * IPV6_ALEN, len), p, len);
}

static void answer6(struct node *h, const struct seen *s, const struct icmp6 *m)
{
	uint8_t *p = node_icmp6(h, s->src, s->vlan, &m->to, &m->from, NODE_TTL,
				m->len);

	if (!p)
		return;
	memcpy(p, m->p, m->len);
	p[0] = ECHO6_REPLY;
	p[2] = p[3] = 0;
	node_icmp6_end(p, m->len);
}

/*
 * Behind options that are for every node, or for the destination: where ICMPv6
 * begins, 0 where anything else does, fragments and routes among it.
 */
static size_t find_icmp6(const uint8_t *p, size_t len)
{
	uint8_t next = p[6];
	size_t at = sizeof(struct ipv6_hdr);

	while ((next == 0 || next == 60) && at + 8 <= len) {
		next = p[at];
		at += (p[at + 1] + 1u) * 8;
	}
	return next == IP_PROTO_ICMP6 && at + ICMP_LEN <= len ? at : 0;
}

/* True where it is an echo, or its reply, to an address of the node. */
static bool take_echo6(struct node *h, const struct seen *s,
		       const struct icmp6 *m, bool sound)
{
	if (s->dst[0] & 1 || !node_find(h, &m->to, s->vlan, false) ||
	    !node_is_station(&m->from))
		return false;
	if (!sound) {
		h->dropped++;
		return true;
	}
	if (m->p[0] == ECHO6_REPLY)
		return node_ping_heard(h, &m->from, m->p + 4, m->len - 4,
				       s->now_ns);
	if (m->p[0] != ECHO6_REQUEST || m->p[1])
		return false;
	if (node_may_answer(h, s->now_ns))
		answer6(h, s, m);
	return true;
}

bool node_take_ipv6(struct node *h, const struct seen *s)
{
	struct icmp6 m;
	size_t len, at;
	bool sound;

	if (s->len < sizeof(struct ipv6_hdr) + ICMP_LEN || s->p[0] >> 4 != 6)
		return false;
	len = sizeof(struct ipv6_hdr) + load16(s->p + 4);
	if (len > s->len)
		return false;
	at = find_icmp6(s->p, len);
	if (!at)
		return false;
	m = (struct icmp6){
		.from = ipv6_at(s->p + 8),
		.to = ipv6_at(s->p + 24),
		.hops = s->p[7],
		.p = s->p + at,
		.len = len - at,
	};
	sound = sum_is_right(pseudo6(s->p + 8, m.len), m.p, m.len);
	if (m.p[0] < ND_FIRST || m.p[0] > ND_LAST)
		return take_echo6(h, s, &m, sound);
	return sound && node_take_nd(h, s, &m);
}
