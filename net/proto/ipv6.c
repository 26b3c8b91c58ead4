/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/csum.h"
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	struct ipv6_hdr *ip = (void *)h;

	ip->version_class_flow = net32(6u << 28);
	ip->next_header = IP_PROTO_EXPERIMENT;
	ip->hop_limit = 64;
	/* RFC 5180, 8. */
	ip->src[0] = ip->dst[0] = 0x20;
	ip->src[1] = ip->dst[1] = 1;
	ip->src[3] = ip->dst[3] = 2;
	ip->src[15] = 1;
	ip->dst[15] = 2;
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	struct ipv6_hdr *ip = (void *)h;

	ip->payload_len = net16((uint16_t)(len - sizeof(*ip)));
	put_ip_proto(st, i, &ip->next_header);
}

/* RFC 8200, 8.1. */
static uint32_t pseudo(const uint8_t *h, const uint8_t *dst, size_t len,
		       uint8_t ip_proto)
{
	const struct ipv6_hdr *ip = (const void *)h;
	uint32_t sum = csum_pseudo(ip_proto, len);

	sum = csum_add(sum, ip->src, IPV6_ALEN);
	return csum_add(sum, dst ? dst : ip->dst, IPV6_ALEN);
}

static const struct proto_field fields[] = {
	[IPV6_VERSION] = FIELD("version", "version of IP, 6", 0, 4),
	[IPV6_DSCP] = FIELD("dscp", "class of service", 4, 6),
	[IPV6_ECN] = FIELD("ecn", "congestion notification", 10, 2),
	[IPV6_FLOW] = FIELD("flow", "flow label", 12, 20),
	[IPV6_LEN] = FIELD("len", "length of all that is carried, in bytes", 32,
			   16, .follows = true),
	[IPV6_NEXT] = FIELD("next", "protocol of what is carried", 48, 8,
			    .follows = true),
	[IPV6_HOPS] = FIELD("hops", "hop limit", 56, 8),
	[IPV6_SRC] = FIELD("src", "source address", 64, 128, .type = PROTO_IPV6,
			   .above = true),
	[IPV6_DST] =
		FIELD("dst", "destination address, or the next segment", 192,
		      128, .type = PROTO_IPV6, .above = true, .follows = true),
	{0},
};

const struct proto proto_ipv6 = {
	.name = "ipv6",
	.title = "IPv6",
	.source = "RFC 8200, 3",
	.is = IS_IPV6,
	.on = IS_ETH | IS_SNAP | IS_PPPOE | IS_MPLS | IS_IP | IS_GRE |
	      IS_GENEVE | IS_GTPU | IS_RAW,
	.len = sizeof(struct ipv6_hdr),
	.ip_proto = 41,
	.ether_type = ETH_TYPE_IPV6,
	.field = fields,
	.begin = begin,
	.end = end,
	.pseudo = pseudo,
};
