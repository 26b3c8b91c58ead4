/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP (RFC 792) and ICMPv6 (RFC 4443) echo: answered, and heard. */
#include "node/impl.h"

#define ECHO_REPLY 0
#define ECHO_REQUEST 8
#define ECHO6_REQUEST 128
#define ECHO6_REPLY 129

static void answer(struct node *h, const struct seen *s, const struct packet *m)
{
	const struct packet reply = {
		.from = m->to,
		.to = m->from,
		.proto = m->proto,
		.hops = NODE_TTL,
	};
	uint8_t *p = packet_begin(h, s->src, s->vlan, &reply, m->len);

	if (!p)
		return;
	memcpy(p, m->p, m->len);
	p[0] = m->proto == IP_PROTO_ICMP ? ECHO_REPLY : ECHO6_REPLY;
	p[2] = p[3] = 0;
	packet_end(&reply, p, m->len);
}

bool echo_take(struct node *h, const struct seen *s, const struct packet *m)
{
	const bool ipv4 = m->proto == IP_PROTO_ICMP;

	if (s->dst[0] & 1 || node_is_ipv4(&m->to) != ipv4 ||
	    !node_answers(h, &m->to, s->vlan) || !node_is_station(&m->from))
		return false;
	if (!m->sound || !packet_is_right(m)) {
		h->dropped++;
		return true;
	}
	if (m->p[0] == (ipv4 ? ECHO_REPLY : ECHO6_REPLY))
		return node_ping_heard(h, &m->from, m->p + 4, m->len - 4,
				       s->now_ns);
	if (m->p[0] != (ipv4 ? ECHO_REQUEST : ECHO6_REQUEST) || m->p[1])
		return false;
	if (node_may_answer(h, s->now_ns))
		answer(h, s, m);
	return true;
}
