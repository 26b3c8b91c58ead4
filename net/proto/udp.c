/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	put16(h, PORT_UNSET);
	put16(h + 2, PORT_UNSET);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	if (i + 1 < st->nb && st->layer[i + 1].proto->udp_port)
		put16(h + 2, st->layer[i + 1].proto->udp_port);
	put16(h + 4, len);
}

static const struct proto_field fields[] = {
	[UDP_SRC] = FIELD("src", "source port", 0, 16),
	[UDP_DST] = FIELD("dst", "destination port", 16, 16, .follows = true),
	[UDP_LEN] = FIELD("len", "length with all that is carried, in bytes",
			  32, 16, .follows = true),
	[UDP_CSUM] = FIELD("checksum", "checksum to the packet's end, 0: none",
			   48, 16, .follows = true),
	{0},
};

const struct proto proto_udp = {
	.name = "udp",
	.title = "UDP",
	.source = "RFC 768",
	.len = sizeof(struct udp_hdr),
	.ip_proto = IP_PROTO_UDP,
	.field = fields,
	.begin = begin,
	.is = IS_UDP,
	.on = IS_IP,
	.end = end,
	.csum = CSUM_ALL_PSEUDO,
	.csum_at = 6,
	.csum_not_0 = true,
};
