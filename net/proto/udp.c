/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/proto.h"

static void end(uint8_t *h, size_t len, const struct proto *next)
{
	struct udp_hdr *udp = (void *)h;

	(void)next;
	udp->len = net16((uint16_t)len);
}

const struct proto proto_udp = {
	.name = "udp",
	.source = "RFC 768",
	.len = sizeof(struct udp_hdr),
	.ip_proto = IP_PROTO_UDP,
	.field =
		{
			[UDP_SRC] = {"src", 0, 16, false},
			[UDP_DST] = {"dst", 16, 16, false},
			[UDP_LEN] = {"len", 32, 16, false},
			[UDP_CSUM] = {"checksum", 48, 16, false},
		},
	.end = end,
	.has_csum = true,
	.csum_at = 6,
	.csum_all = true,
};
