/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/csum.h"
#include "net/proto/proto.h"

static void begin(uint8_t *h)
{
	struct ipv6_hdr *ip = (void *)h;

	ip->version_class_flow = net32(6u << 28);
}

static void end(uint8_t *h, size_t len, const struct proto *next)
{
	struct ipv6_hdr *ip = (void *)h;

	ip->payload_len = net16((uint16_t)(len - sizeof(*ip)));
	if (next)
		ip->next_header = next->ip_proto;
}

/* RFC 8200, 8.1. */
static uint32_t pseudo(const uint8_t *h, size_t len, uint8_t ip_proto)
{
	const struct ipv6_hdr *ip = (const void *)h;

	return csum_add(csum_pseudo(ip_proto, len), ip->src, 2 * IPV6_ALEN);
}

const struct proto proto_ipv6 = {
	.name = "ipv6",
	.source = "RFC 8200, 3",
	.len = sizeof(struct ipv6_hdr),
	.ether_type = ETH_TYPE_IPV6,
	.field =
		{
			[IPV6_VERSION] = {"version", 0, 4, false},
			[IPV6_CLASS] = {"class", 4, 8, false},
			[IPV6_FLOW] = {"flow", 12, 20, false},
			[IPV6_LEN] = {"len", 32, 16, false},
			[IPV6_NEXT] = {"next", 48, 8, false},
			[IPV6_HOPS] = {"hops", 56, 8, false},
			[IPV6_SRC] = {"src", 64, 128, true},
			[IPV6_DST] = {"dst", 192, 128, true},
		},
	.begin = begin,
	.end = end,
	.pseudo = pseudo,
};
