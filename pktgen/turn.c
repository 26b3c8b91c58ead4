/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/turn.h"

#include <string.h>

#include "net/csum.h"

/* What is left of a frame from here on, and how to go on there. */
struct part {
	uint8_t *p, *end;
};

#define TYPE_ARP 0x0806
#define TYPE_RARP 0x8035
#define TYPE_MPLS 0x8847
#define TYPE_MPLS_UPSTREAM 0x8848
#define TYPE_PPPOE_DISCOVERY 0x8863
#define TYPE_PPPOE 0x8864
#define TYPE_PAUSE 0x8808
#define TYPE_SLOW 0x8809 /* LACP, OAM */
#define TYPE_EAPOL 0x888e
#define TYPE_LLDP 0x88cc
#define TYPE_CFM 0x8902
#define TYPE_VLAN_9200 0x9200
#define TYPE_FIRST 0x0600 /* below it is a length, and LLC follows */
#define LLC_BRIDGE 0x42
#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057

#define IP_PROTO_ICMP 1
#define IP_PROTO_IGMP 2
#define IP_PROTO_DCCP 33
#define IP_PROTO_ICMP6 58
#define IP_PROTO_SCTP 132
#define IP_PROTO_UDPLITE 136
#define IPV6_HOP_BY_HOP 0
#define IPV6_ROUTING 43
#define IPV6_FRAGMENT 44
#define IPV6_AUTH 51
#define IPV6_OPTIONS 60
#define IPV6_MOBILITY 135
#define IPV6_HIP 139
#define IPV6_SHIM6 140
#define FRAGMENT_OFFSET_4 0x1fff
#define FRAGMENT_MORE_4 0x2000
#define FRAGMENT_OFFSET_6 0xfff8
#define FRAGMENT_MORE_6 0x0001

#define ECHO_4 8
#define REPLY_4 0
#define ECHO_6 128
#define REPLY_6 129

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static size_t left(const struct part *f)
{
	return (size_t)(f->end - f->p);
}

/* Past `n` bytes; false where there are not as many. */
static bool skip(struct part *f, size_t n)
{
	if (left(f) < n)
		return false;
	f->p += n;
	return true;
}

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
	while (len--) {
		const uint8_t t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

/* ---- Behind IP ----------------------------------------------------------- */

/*
 * The CRC-32c of a message that differs from another in its first bytes differs
 * by that of the difference, followed by zeros, from an empty start (RFC 9260,
 * appendix A: low byte first).
 */
static uint32_t crc_of_change(uint32_t change, size_t len)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc ^= i < sizeof(change) ? change >> 8 * i & 0xff : 0;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

/* Its ports are in the sum; one of 0 says that there is none (RFC 9653). */
static enum turned turn_sctp(struct part f, bool cut)
{
	uint32_t before, after, crc;

	if (cut || left(&f) < 12)
		return TURN_UNFIT;
	memcpy(&before, f.p, sizeof(before));
	swap(f.p, f.p + 2, 2);
	memcpy(&after, f.p, sizeof(after));
	memcpy(&crc, f.p + 8, sizeof(crc));
	if (crc)
		crc ^= crc_of_change(before ^ after, left(&f));
	memcpy(f.p + 8, &crc, sizeof(crc));
	return TURNED;
}

/* A reply instead of a request, and in its checksum the difference. */
static enum turned turn_echo(struct part f, uint8_t echo, uint8_t reply)
{
	uint16_t csum;

	if (left(&f) < 8)
		return TURN_UNFIT;
	if (f.p[0] != echo || f.p[1])
		return TURN_CONTROL;
	memcpy(&csum, f.p + 2, sizeof(csum));
	/* A reply may be all 0, whose checksum is not. */
	csum = csum_end_not_zero(
		csum_without(csum, net16((uint16_t)(echo << 8))) +
		net16((uint16_t)(reply << 8)));
	memcpy(f.p + 2, &csum, sizeof(csum));
	f.p[0] = reply;
	return TURNED;
}

/* The first, or only, fragment of a packet; `cut`: there are more. */
static enum turned turn_transport(struct part f, uint8_t proto, bool cut)
{
	switch (proto) {
	case IP_PROTO_UDP:
	case IP_PROTO_TCP:
	case IP_PROTO_UDPLITE:
	case IP_PROTO_DCCP:
		if (left(&f) < 4)
			return TURN_UNFIT;
		swap(f.p, f.p + 2, 2);
		return TURNED;
	case IP_PROTO_SCTP:
		return turn_sctp(f, cut);
	case IP_PROTO_ICMP:
		return turn_echo(f, ECHO_4, REPLY_4);
	case IP_PROTO_ICMP6:
		return turn_echo(f, ECHO_6, REPLY_6);
	case IP_PROTO_IGMP:
		return TURN_CONTROL;
	default:
		return TURNED;
	}
}

/* ---- IP ------------------------------------------------------------------ */

static enum turned look_ipv4(const uint8_t *addr)
{
	if (addr[0] >= 224 && addr[0] < 240)
		return TURN_GROUP;
	if ((addr[0] & addr[1] & addr[2] & addr[3]) == 0xff)
		return TURN_GROUP;
	return !addr[0] || addr[0] == 127 ? TURN_UNFIT : TURNED;
}

static enum turned look_ipv6(const uint8_t *addr)
{
	unsigned any = 0;

	for (unsigned i = 0; i < IPV6_ALEN - 1; i++)
		any |= addr[i];
	if (addr[0] == 0xff)
		return TURN_GROUP;
	return any || addr[IPV6_ALEN - 1] > 1 ? TURNED : TURN_UNFIT;
}

static enum turned turn_ipv4(struct part f)
{
	struct ipv4_hdr *ip = (void *)f.p;
	enum turned how;
	unsigned len, all, frag;

	if (left(&f) < sizeof(*ip) || ip->version_ihl >> 4 != 4)
		return TURN_UNFIT;
	len = (ip->version_ihl & 15) * 4;
	all = net16(ip->total_len);
	if (len < sizeof(*ip) || all < len || all > left(&f))
		return TURN_UNFIT;
	f.end = f.p + all;
	how = look_ipv4((const uint8_t *)&ip->dst);
	if (!how)
		how = look_ipv4((const uint8_t *)&ip->src);
	if (how)
		return how;
	swap((uint8_t *)&ip->src, (uint8_t *)&ip->dst, IPV4_ALEN);
	frag = net16(ip->frag);
	if (frag & FRAGMENT_OFFSET_4)
		return TURNED;
	f.p += len;
	return ip->proto == IP_PROTO_ICMP6
		       ? TURNED
		       : turn_transport(f, ip->proto, frag & FRAGMENT_MORE_4);
}

/* Bytes of an extension header that begins there; 0: it is none. */
static unsigned extension(uint8_t type, const uint8_t *p)
{
	switch (type) {
	case IPV6_HOP_BY_HOP:
	case IPV6_ROUTING:
	case IPV6_OPTIONS:
	case IPV6_MOBILITY:
	case IPV6_HIP:
	case IPV6_SHIM6:
		return (p[1] + 1u) * 8;
	case IPV6_FRAGMENT:
		return 8;
	case IPV6_AUTH:
		return (p[1] + 2u) * 4;
	default:
		return 0;
	}
}

/* What stands behind the header, from one that is of this type on. */
static enum turned turn_behind_ipv6(struct part f, uint8_t type)
{
	static const uint8_t nothing[2];
	bool cut = false;

	for (;;) {
		const uint8_t *p = f.p;
		const unsigned len =
			extension(type, left(&f) < 2 ? nothing : p);

		if (!len)
			break;
		if (!skip(&f, len))
			return TURN_UNFIT;
		if (type == IPV6_FRAGMENT) {
			if (get16(p + 2) & FRAGMENT_OFFSET_6)
				return TURNED;
			cut |= get16(p + 2) & FRAGMENT_MORE_6;
		}
		type = p[0];
	}
	return type == IP_PROTO_ICMP || type == IP_PROTO_IGMP
		       ? TURNED
		       : turn_transport(f, type, cut);
}

static enum turned turn_ipv6(struct part f)
{
	struct ipv6_hdr *ip = (void *)f.p;
	enum turned how;

	if (!skip(&f, sizeof(*ip)) || *(uint8_t *)ip >> 4 != 6 ||
	    net16(ip->payload_len) > left(&f))
		return TURN_UNFIT;
	f.end = f.p + net16(ip->payload_len);
	how = look_ipv6(ip->dst);
	if (!how)
		how = look_ipv6(ip->src);
	if (how)
		return how;
	swap(ip->src, ip->dst, IPV6_ALEN);
	return turn_behind_ipv6(f, ip->next_header);
}

/* ---- Above Ethernet ------------------------------------------------------ */

/* Past the last label; what follows is known by its first bits alone. */
static enum turned turn_mpls(struct part f)
{
	const uint8_t *label;

	do {
		label = f.p;
		if (!skip(&f, 4))
			return TURN_UNFIT;
	} while (!(label[2] & 1));
	if (!left(&f))
		return TURNED;
	switch (f.p[0] >> 4) {
	case 4:
		return turn_ipv4(f);
	case 6:
		return turn_ipv6(f);
	default:
		return TURNED;
	}
}

/* RFC 2516: version, code, session, length; then the protocol of PPP. */
static enum turned turn_pppoe(struct part f)
{
	const uint8_t *h = f.p;
	unsigned len;

	if (!skip(&f, 8))
		return TURN_UNFIT;
	len = get16(h + 4);
	if (h[0] != 0x11 || h[1] || len < 2 || len - 2 > left(&f))
		return TURN_UNFIT;
	f.end = f.p + len - 2;
	switch (get16(h + 6)) {
	case PPP_IPV4:
		return turn_ipv4(f);
	case PPP_IPV6:
		return turn_ipv6(f);
	default:
		/* Above 0x8000 are those that control the link. */
		return h[6] & 0x80 ? TURN_CONTROL : TURNED;
	}
}

/* `f` begins behind the type. */
static enum turned turn_type(struct part f, unsigned type)
{
	switch (type) {
	case ETH_TYPE_IPV4:
		return turn_ipv4(f);
	case ETH_TYPE_IPV6:
		return turn_ipv6(f);
	case TYPE_MPLS:
	case TYPE_MPLS_UPSTREAM:
		return turn_mpls(f);
	case TYPE_PPPOE:
		return turn_pppoe(f);
	case TYPE_ARP:
	case TYPE_RARP:
	case TYPE_PPPOE_DISCOVERY:
	case TYPE_PAUSE:
	case TYPE_SLOW:
	case TYPE_EAPOL:
	case TYPE_LLDP:
	case TYPE_CFM:
		return TURN_CONTROL;
	default:
		return type < TYPE_FIRST && left(&f) && f.p[0] == LLC_BRIDGE
			       ? TURN_CONTROL
			       : TURNED;
	}
}

static bool is_own(const uint8_t *mac, const struct turn_port *p)
{
	if (!memcmp(mac, p->mac, ETH_ALEN))
		return true;
	for (unsigned i = 0; p->own && i < p->own->nb; i++)
		if (!memcmp(mac, p->own->mac[i], ETH_ALEN))
			return true;
	return false;
}

static enum turned turn_macs(struct eth_hdr *eth, const struct turn_port *p)
{
	/* IEEE 802.1Q, 8.6.3: what no bridge forwards. */
	static const uint8_t bridges[] = {0x01, 0x80, 0xc2, 0, 0};

	if (!memcmp(eth->dst, bridges, sizeof(bridges)))
		return TURN_CONTROL;
	if (eth->src[0] & 1 || (eth->dst[0] & 1 && !p->any))
		return TURN_GROUP;
	if (is_own(eth->src, p))
		return TURN_OWN;
	if (!p->any && memcmp(eth->dst, p->mac, ETH_ALEN) != 0)
		return TURN_FOREIGN;
	swap(eth->dst, eth->src, ETH_ALEN);
	/* Nobody's source is a group. */
	if (eth->src[0] & 1)
		memcpy(eth->src, p->mac, ETH_ALEN);
	return TURNED;
}

enum turned turn_frame(uint8_t *frame, size_t len, const struct turn_port *p)
{
	struct part f = {frame, frame + len};
	enum turned how;
	unsigned type;

	if (!skip(&f, ETH_HLEN))
		return TURN_UNFIT;
	how = turn_macs((struct eth_hdr *)frame, p);
	if (how)
		return how;
	type = get16(f.p - 2);
	while (type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ ||
	       type == ETH_TYPE_VLAN_9100 || type == TYPE_VLAN_9200) {
		if (!skip(&f, 4))
			return TURN_UNFIT;
		type = get16(f.p - 2);
	}
	return turn_type(f, type);
}
