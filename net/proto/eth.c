/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/proto.h"

static void end(uint8_t *h, size_t len, const struct proto *next)
{
	struct eth_hdr *eth = (void *)h;

	(void)len;
	if (next)
		eth->type = net16(next->ether_type);
}

const struct proto proto_eth = {
	.name = "eth",
	.source = "IEEE 802.3, 3.2",
	.len = ETH_HLEN,
	.field =
		{
			[ETH_DST] = {"dst", 0, 48, false},
			[ETH_SRC] = {"src", 48, 48, false},
			[ETH_TYPE] = {"type", 96, 16, false},
		},
	.end = end,
};
