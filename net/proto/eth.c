/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "net/proto/impl.h"

/* Where nothing says more: locally administered; for local experiments. */
static void begin(uint8_t *h)
{
	static const uint8_t unset[ETH_HLEN] = {2, 0, 0, 0, 0, 2,    2,
						0, 0, 0, 0, 1, 0x88, 0xb5};

	memcpy(h, unset, sizeof(unset));
}

static bool on(const struct proto *below)
{
	return !below;
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	(void)len;
	put_ether_type(h + 2 * ETH_ALEN, next_of(st, i));
}

static const struct proto_field fields[] = {
	[ETH_DST] = {"dst", "destination address", 0, 48, PROTO_MAC},
	[ETH_SRC] = {"src", "source address", 48, 48, PROTO_MAC},
	[ETH_TYPE] = {"type", "what is carried, or its length in bytes", 96, 16,
		      .follows = true},
	{0},
};

const struct proto proto_eth = {
	.name = "eth",
	.title = "Ethernet",
	.source = "IEEE 802.3, 3.2",
	.len = ETH_HLEN,
	.field = fields,
	.begin = begin,
	.on = on,
	.end = end,
};
