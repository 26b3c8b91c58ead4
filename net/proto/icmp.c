/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP of both IP versions: echo requests, unless they are set to others. */
#include "net/proto/impl.h"

static const struct proto_field fields[] = {
	FIELD("type", "type, of an echo request unless it is set", 0, 8),
	FIELD("code", "code of the type", 8, 8),
	FIELD("checksum", "checksum to the packet's end", 16, 16,
	      .follows = true),
	FIELD("id", "identifier of who asks", 32, 16),
	FIELD("seq", "sequence number", 48, 16),
	{0},
};

static void begin_icmp(uint8_t *h)
{
	h[0] = 8;
}

const struct proto proto_icmp = {
	.name = "icmp",
	.title = "ICMP",
	.source = "RFC 792",
	.is = IS_LAST,
	.on = IS_IPV4,
	.len = 8,
	.ip_proto = 1,
	.field = fields,
	.begin = begin_icmp,
	.csum = CSUM_ALL,
	.csum_at = 2,
};

static void begin_icmpv6(uint8_t *h)
{
	h[0] = 128;
}

const struct proto proto_icmpv6 = {
	.name = "icmpv6",
	.title = "ICMPv6",
	.source = "RFC 4443, 4.1",
	.is = IS_LAST,
	.on = IS_IPV6 | IS_IPV6_EXT,
	.len = 8,
	.ip_proto = 58,
	.field = fields,
	.begin = begin_icmpv6,
	.csum = CSUM_ALL_PSEUDO,
	.csum_at = 2,
};
