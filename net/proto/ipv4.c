/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/csum.h"
#include "net/proto/proto.h"

#define DO_NOT_FRAGMENT 0x4000

static void begin(uint8_t *h)
{
	struct ipv4_hdr *ip = (void *)h;

	ip->version_ihl = 0x45;
	ip->frag = net16(DO_NOT_FRAGMENT);
}

static void end(uint8_t *h, size_t len, const struct proto *next)
{
	struct ipv4_hdr *ip = (void *)h;

	ip->total_len = net16((uint16_t)len);
	if (next)
		ip->proto = next->ip_proto;
}

static uint32_t pseudo(const uint8_t *h, size_t len, uint8_t ip_proto)
{
	const struct ipv4_hdr *ip = (const void *)h;

	return csum_add(csum_pseudo(ip_proto, len), &ip->src, 2 * IPV4_ALEN);
}

const struct proto proto_ipv4 = {
	.name = "ipv4",
	.source = "RFC 791, 3.1",
	.len = sizeof(struct ipv4_hdr),
	.ether_type = ETH_TYPE_IPV4,
	.field =
		{
			[IPV4_VERSION] = {"version", 0, 4, false},
			[IPV4_IHL] = {"ihl", 4, 4, false},
			[IPV4_TOS] = {"tos", 8, 8, false},
			[IPV4_LEN] = {"len", 16, 16, false},
			[IPV4_ID] = {"id", 32, 16, false},
			[IPV4_FLAGS] = {"flags", 48, 3, false},
			[IPV4_OFFSET] = {"offset", 51, 13, false},
			[IPV4_TTL] = {"ttl", 64, 8, false},
			[IPV4_PROTO] = {"proto", 72, 8, false},
			[IPV4_CSUM] = {"checksum", 80, 16, false},
			[IPV4_SRC] = {"src", 96, 32, true},
			[IPV4_DST] = {"dst", 128, 32, true},
		},
	.begin = begin,
	.end = end,
	.pseudo = pseudo,
	.has_csum = true,
	.csum_at = 10,
};
