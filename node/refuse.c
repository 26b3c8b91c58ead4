/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP and UDP that nobody listens to, to an address of the port: a reset (RFC
 * 9293, 3.10.7.1), and ICMP or ICMPv6 port unreachable (RFC 1122, 3.2.2.1; RFC
 * 4443, 3.1). The frame stays what it is, traffic.
 */
#include "node/impl.h"

#define TCP_LEN 20
#define FIN 1
#define SYN 2
#define RST 4
#define ACK 16
#define ICMP_UNREACHABLE 3
#define ICMP_PORT 3
#define ICMP6_UNREACHABLE 1
#define ICMP6_PORT 4
#define HEAD 8 /* of ICMP */
/* All of an answer with the packet in it, IP's header counted (RFC 1812). */
#define ANSWER_MAX 576
#define ANSWER6_MAX 1280
enum { SRC = 0, DST = 2, SEQ = 4, ACK_SEQ = 8, OFFSET = 12, FLAGS = 13 };

void node_refuse(struct node *h, bool on)
{
	h->lab.on = (uint8_t)(on ? h->lab.on | LAB_REFUSE
				 : h->lab.on & ~LAB_REFUSE);
	node_wants(h);
}

static void reset(struct node *h, const struct seen *s, const struct packet *m,
		  struct packet *reply)
{
	const size_t head = (m->p[OFFSET] >> 4) * 4u;
	const uint8_t flags = m->p[FLAGS];
	uint8_t *p;

	if (head < TCP_LEN || head > m->len || flags & RST)
		return;
	p = packet_begin(h, s->src, s->vlan, reply, TCP_LEN);
	if (!p)
		return;
	memcpy(p + SRC, m->p + DST, 2);
	memcpy(p + DST, m->p + SRC, 2);
	p[OFFSET] = TCP_LEN / 4 << 4;
	p[FLAGS] = RST;
	if (flags & ACK) {
		memcpy(p + SEQ, m->p + ACK_SEQ, 4);
	} else {
		p[FLAGS] |= ACK;
		store32(p + ACK_SEQ, load32(m->p + SEQ) +
					     (uint32_t)(m->len - head) +
					     !!(flags & SYN) + (flags & FIN));
	}
	packet_end(reply, p, TCP_LEN);
}

static void unreachable(struct node *h, const struct seen *s,
			const struct packet *m, struct packet *reply)
{
	const bool ipv4 = node_is_ipv4(&m->to);
	const size_t most = ipv4 ? ANSWER_MAX - sizeof(struct ipv4_hdr) - HEAD
				 : ANSWER6_MAX - sizeof(struct ipv6_hdr) - HEAD;
	const size_t all = (size_t)(m->p - s->p) + m->len, len = MIN(all, most);
	uint8_t *p;

	reply->proto = ipv4 ? IP_PROTO_ICMP : IP_PROTO_ICMP6;
	p = packet_begin(h, s->src, s->vlan, reply, HEAD + len);
	if (!p)
		return;
	p[0] = ipv4 ? ICMP_UNREACHABLE : ICMP6_UNREACHABLE;
	p[1] = ipv4 ? ICMP_PORT : ICMP6_PORT;
	memcpy(p + HEAD, s->p, len);
	packet_end(reply, p, HEAD + len);
}

bool refuse_take(struct node *h, const struct seen *s, const struct packet *m)
{
	struct packet reply = {
		.from = m->to,
		.to = m->from,
		.proto = m->proto,
		.hops = NODE_TTL,
	};
	const bool tcp = m->proto == IP_PROTO_TCP;

	if (!(h->lab.on & LAB_REFUSE) || s->dst[0] & 1 || !m->sound ||
	    !node_answers(h, &m->to, s->vlan) || !node_is_station(&m->from) ||
	    m->len < (tcp ? TCP_LEN : HEAD))
		return false;
	/* UDP of IPv4 may have none. */
	if (!packet_is_right(m) &&
	    (tcp || load16(m->p + 6) || !node_is_ipv4(&m->to)))
		return false;
	if (!node_spend(&h->refusals, REFUSALS_PER_S, REFUSALS_BURST,
			s->now_ns)) {
		h->dropped++;
		return false;
	}
	if (tcp)
		reset(h, s, m, &reply);
	else
		unreachable(h, s, m, &reply);
	return false;
}
