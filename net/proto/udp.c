/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

#define UDP_PORT 5001

static void begin(uint8_t *h)
{
	put16(h, UDP_PORT);
	put16(h + 2, UDP_PORT);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	const struct proto *next = next_of(st, i);

	if (next && next->udp_port)
		put16(h + 2, next->udp_port);
	put16(h + 4, len);
}

static const struct proto_field fields[] = {
	[UDP_SRC] = {"src", "source port", 0, 16},
	[UDP_DST] = {"dst", "destination port", 16, 16, .follows = true},
	[UDP_LEN] = {"len", "length with all that is carried, in bytes", 32, 16,
		     .follows = true},
	[UDP_CSUM] = {"checksum", "of all from here; 0: none", 48, 16,
		      .follows = true},
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
	.on = on_ip,
	.end = end,
	.csum = CSUM_ALL_PSEUDO,
	.csum_at = 6,
	.csum_not_0 = true,
};
