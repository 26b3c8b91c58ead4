/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "net/proto/impl.h"

/* Locally administered addresses. */
static void begin(uint8_t *h)
{
	h[0] = h[6] = 2;
	h[5] = 2;
	h[11] = 1;
	put16(h + 12, ETH_TYPE_EXPERIMENT);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	put_ether_type(st, i, h + 12, len - ETH_HLEN);
}

static const struct proto_field fields[] = {
	[ETH_DST] =
		FIELD("dst", "destination address", 0, 48, .type = PROTO_MAC),
	[ETH_SRC] = FIELD("src", "source address", 48, 48, .type = PROTO_MAC,
			  .station = true),
	[ETH_TYPE] = FIELD("type", "type of what is carried, or its length", 96,
			   16, .follows = true),
	{0},
};

const struct proto proto_eth = {
	.name = "eth",
	.title = "Ethernet",
	.source = "IEEE 802.3, 3.2",
	.is = IS_ETH,
	.on = IS_NOTHING | IS_ETH_ALONE | IS_GENEVE | IS_GRE | IS_MPLS | IS_RAW,
	.len = ETH_HLEN,
	.ether_type = 0x6558, /* RFC 1701: transparent Ethernet bridging */
	.field = fields,
	.begin = begin,
	.end = end,
};
