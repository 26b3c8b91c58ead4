/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets of IPv4 (RFC 791) and IPv6 (RFC 8200): made, and taken apart. */
#include "net/csum.h"
#include "node/impl.h"

#define DONT_FRAGMENT 0x4000
#define FRAGMENT 0x3fff
#define CLASS_CONTROL 0xc0 /* of what routers are to look at (RFC 2474) */
#define ALERT_LEN 4        /* the option of IPv4 */
#define ALERT6_LEN 8       /* hop-by-hop options with it */
#define LEAST 8            /* bytes behind IP, of what is listened to */

static uint32_t pseudo(const struct packet *m, size_t len)
{
	/* What stands before an address of IPv4 adds 0xffff, which is 0. */
	if (m->proto == IP_PROTO_ICMP || m->proto == IP_PROTO_IGMP)
		return 0;
	return csum_add(csum_add(csum_pseudo(m->proto, len), m->from.b,
				 sizeof(m->from.b)),
			m->to.b, sizeof(m->to.b));
}

/* Bytes behind IP's headers. */
static unsigned sum_at(uint8_t proto)
{
	return proto == IP_PROTO_TCP ? 16 : proto == IP_PROTO_UDP ? 6 : 2;
}

bool packet_is_right(const struct packet *m)
{
	return csum_fold(csum_add(pseudo(m, m->len), m->p, m->len)) ==
	       UINT16_MAX;
}

void packet_end(const struct packet *m, uint8_t *p, size_t len)
{
	const uint32_t sum = csum_add(pseudo(m, len), p, len);
	const uint16_t csum = m->proto == IP_PROTO_UDP ? csum_end_not_zero(sum)
						       : csum_end(sum);

	memcpy(p + sum_at(m->proto), &csum, sizeof(csum));
}

/* ---- Made ---------------------------------------------------------------- */

static uint8_t *begin4(struct node *h, const uint8_t dst[ETH_ALEN],
		       uint16_t vlan, const struct packet *m, size_t len)
{
	static const uint8_t alert[ALERT_LEN] = {0x94, ALERT_LEN};
	const size_t head =
		sizeof(struct ipv4_hdr) + (m->alert ? ALERT_LEN : 0);
	struct ipv4_hdr ip = {
		.version_ihl = (uint8_t)(0x40 | head / 4),
		.tos = m->alert ? CLASS_CONTROL : 0,
		.total_len = net16((uint16_t)(head + len)),
		.frag = net16(DONT_FRAGMENT),
		.ttl = m->hops,
		.proto = m->proto,
	};
	uint8_t *p = node_frame(h, dst, vlan, ETH_TYPE_IPV4, head + len);

	if (!p)
		return NULL;
	memcpy(&ip.src, m->from.b + NODE_IPV4_AT, IPV4_ALEN);
	memcpy(&ip.dst, m->to.b + NODE_IPV4_AT, IPV4_ALEN);
	if (m->alert)
		memcpy(p + sizeof(ip), alert, sizeof(alert));
	ip.csum = csum_end(csum_add(csum_add(0, &ip, sizeof(ip)),
				    p + sizeof(ip), head - sizeof(ip)));
	memcpy(p, &ip, sizeof(ip));
	return p + head;
}

static uint8_t *begin6(struct node *h, const uint8_t dst[ETH_ALEN],
		       uint16_t vlan, const struct packet *m, size_t len)
{
	const uint8_t options[ALERT6_LEN] = {m->proto, 0, 5, 2, 0, 0, 1, 0};
	const size_t more = m->alert ? ALERT6_LEN : 0;
	struct ipv6_hdr ip = {
		.version_class_flow = net32(6u << 28),
		.payload_len = net16((uint16_t)(more + len)),
		.next_header = m->alert ? 0 : m->proto,
		.hop_limit = m->hops,
	};
	uint8_t *p = node_frame(h, dst, vlan, ETH_TYPE_IPV6,
				sizeof(ip) + more + len);

	if (!p)
		return NULL;
	memcpy(ip.src, m->from.b, IPV6_ALEN);
	memcpy(ip.dst, m->to.b, IPV6_ALEN);
	memcpy(p, &ip, sizeof(ip));
	memcpy(p + sizeof(ip), options, more);
	return p + sizeof(ip) + more;
}

uint8_t *packet_begin(struct node *h, const uint8_t dst[ETH_ALEN],
		      uint16_t vlan, const struct packet *m, size_t len)
{
	return node_is_ipv4(&m->to) ? begin4(h, dst, vlan, m, len)
				    : begin6(h, dst, vlan, m, len);
}

void group_mac(const struct node_ip *group, uint8_t mac[ETH_ALEN])
{
	memcpy(mac + 2, group->b + 12, 4);
	mac[0] = mac[1] = 0x33;
	if (!node_is_ipv4(group))
		return;
	memcpy(mac, (const uint8_t[]){1, 0, 0x5e}, 3);
	mac[3] &= 0x7f;
}

/* ---- Taken --------------------------------------------------------------- */

bool node_take_ipv4(struct node *h, const struct seen *s)
{
	const size_t head = (s->p[0] & 15u) * 4, total = load16(s->p + 2);
	struct packet m;

	if (s->len < sizeof(struct ipv4_hdr) + LEAST || s->p[0] >> 4 != 4)
		return false;
	m = (struct packet){.proto = s->p[9], .hops = s->p[8], .p = s->p};
	m.from = node_ipv4(s->p + 12);
	m.to = node_ipv4(s->p + 16);
	m.sound = head >= sizeof(struct ipv4_hdr) && total >= head + LEAST &&
		  total <= s->len && !(load16(s->p + 6) & FRAGMENT) &&
		  csum_fold(csum_add(0, s->p, head)) == UINT16_MAX;
	if (m.sound) {
		m.p = s->p + head;
		m.len = total - head;
	}
	return node_listen(h, m.proto, s, &m);
}

/*
 * Behind options that are for every node, or for the destination, fragments and
 * routes not among them: where what is above IP begins, its protocol.
 */
static size_t find_above(const uint8_t *p, size_t len, uint8_t *proto)
{
	size_t at = sizeof(struct ipv6_hdr);

	*proto = p[6];
	while ((*proto == 0 || *proto == 60) && at + 8 <= len) {
		*proto = p[at];
		at += (p[at + 1] + 1u) * 8;
	}
	return at;
}

bool node_take_ipv6(struct node *h, const struct seen *s)
{
	struct packet m;
	size_t len, at;

	if (s->len < sizeof(struct ipv6_hdr) + LEAST || s->p[0] >> 4 != 6)
		return false;
	len = sizeof(struct ipv6_hdr) + load16(s->p + 4);
	if (len > s->len)
		return false;
	m = (struct packet){.hops = s->p[7], .sound = true};
	at = find_above(s->p, len, &m.proto);
	if (at + LEAST > len || !node_ipv6(s->p + 8, &m.from) ||
	    !node_ipv6(s->p + 24, &m.to))
		return false;
	m.p = s->p + at;
	m.len = len - at;
	return node_listen(h, m.proto, s, &m);
}
