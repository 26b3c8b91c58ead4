/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "net/csum.h"
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	/* RFC 2544, appendix C. */
	static const uint8_t unset[] = {
		0x45, 0, 0,   0,  0, 0, 0x40, 0,  64, IP_PROTO_EXPERIMENT,
		0,    0, 198, 18, 0, 1, 198,  18, 0,  2};

	memcpy(h, unset, sizeof(unset));
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	h[0] = (uint8_t)((h[0] & 0xf0) | (st->layer[i].len / 4 & 15));
	put16(h + 2, len);
	put_ip_proto(st, i, h + 9);
}

static uint32_t pseudo(const uint8_t *h, const uint8_t *dst, size_t len,
		       uint8_t ip_proto)
{
	const struct ipv4_hdr *ip = (const void *)h;

	(void)dst;
	return csum_add(csum_pseudo(ip_proto, len), &ip->src, 2 * IPV4_ALEN);
}

static const struct proto_field fields[] = {
	[IPV4_VERSION] = FIELD("version", "version of IP, 4", 0, 4),
	[IPV4_IHL] = FIELD("ihl", "length of the header in 4 bytes", 4, 4,
			   .follows = true),
	[IPV4_DSCP] = FIELD("dscp", "class of service", 8, 6),
	[IPV4_ECN] = FIELD("ecn", "congestion notification", 14, 2),
	[IPV4_LEN] = FIELD("len", "length with all that is carried, in bytes",
			   16, 16, .follows = true),
	[IPV4_ID] =
		FIELD("id", "identification of a packet's fragments", 32, 16),
	[IPV4_RB] = FIELD("rb", "reserved bit", 48, 1),
	[IPV4_DF] = FIELD("df", "1: do not fragment", 49, 1),
	[IPV4_MF] = FIELD("mf", "1: more fragments follow", 50, 1),
	[IPV4_OFFSET] =
		FIELD("offset", "place of the fragment, in 8 bytes", 51, 13),
	[IPV4_TTL] = FIELD("ttl", "time to live, in hops", 64, 8),
	[IPV4_PROTO] = FIELD("proto", "protocol of what is carried", 72, 8,
			     .follows = true),
	[IPV4_CSUM] = FIELD("checksum", "checksum of the header", 80, 16,
			    .follows = true),
	[IPV4_SRC] = FIELD("src", "source address", 96, 32, .type = PROTO_IPV4,
			   .above = true),
	[IPV4_DST] = FIELD("dst", "destination address", 128, 32,
			   .type = PROTO_IPV4, .above = true),
	{0},
};

const struct proto proto_ipv4 = {
	.name = "ipv4",
	.title = "IPv4",
	.source = "RFC 791, 3.1",
	.is = IS_IPV4,
	.on = IS_ETH | IS_SNAP | IS_PPPOE | IS_MPLS | IS_IP | IS_GRE |
	      IS_GENEVE | IS_GTPU | IS_RAW,
	.len = sizeof(struct ipv4_hdr),
	.ip_proto = 4,
	.ether_type = ETH_TYPE_IPV4,
	.field = fields,
	.tail = {"options", "options in hex, filled up with zeros", 4, 0, 40,
		 PROTO_NUMBER},
	.begin = begin,
	.end = end,
	.pseudo = pseudo,
	.csum = CSUM_HEADER_ONLY,
	.csum_at = 10,
};
