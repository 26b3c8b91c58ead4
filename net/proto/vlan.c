/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	put16(h, 1);
	put16(h + 2, 0x88b5);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	(void)len;
	put_ether_type(h + 2, next_of(st, i));
}

static const struct proto_field fields[] = {
	[VLAN_PRIO] = {"prio", "priority (PCP)", 0, 3},
	[VLAN_DEI] = {"dei", "1: dropped first", 3, 1},
	[VLAN_ID] = {"id", "VLAN (VID)", 4, 12},
	[VLAN_TYPE] = {"type", "what is carried, or its length in bytes", 16,
		       16, .follows = true},
	{0},
};

const struct proto proto_vlan = {
	.name = "vlan",
	.title = "VLAN tag",
	.source = "IEEE 802.1Q, 9.3",
	.len = 4,
	.ether_type = ETH_TYPE_VLAN,
	.field = fields,
	.begin = begin,
	.on = on_eth,
	.end = end,
};
