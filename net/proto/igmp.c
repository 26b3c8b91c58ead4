/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

/* A report of version 2, of a group that RFC 6676 sets aside. */
static void begin(uint8_t *h)
{
	h[0] = 0x16;
	h[4] = 233;
	h[5] = 252;
	h[7] = 1;
}

static const struct proto_field fields[] = {
	FIELD("type", "0x11: query, 0x16: report, 0x17: leave", 0, 8),
	FIELD("max_resp", "time to answer within, in 100 ms", 8, 8),
	FIELD("checksum", "checksum to the packet's end", 16, 16,
	      .follows = true),
	FIELD("group", "address of the group", 32, 32, .type = PROTO_IPV4),
	{0},
};

const struct proto proto_igmp = {
	.name = "igmp",
	.title = "IGMP, version 2",
	.source = "RFC 2236, 2",
	.is = IS_LAST,
	.on = IS_IPV4,
	.len = 8,
	.ip_proto = 2,
	.field = fields,
	.begin = begin,
	.csum = CSUM_ALL,
	.csum_at = 2,
};
