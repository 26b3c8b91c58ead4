/* SPDX-License-Identifier: BSD-3-Clause */
/* Tags, which differ in what names them. */
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	put16(h, 1);
	put16(h + 2, ETH_TYPE_EXPERIMENT);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	put_ether_type(st, i, h + 2, len - 4);
}

static const struct proto_field fields[] = {
	[VLAN_PRIO] = FIELD("prio", "priority, 7 is the highest", 0, 3),
	[VLAN_DEI] = FIELD("dei", "1: may be dropped first", 3, 1),
	[VLAN_ID] = FIELD("id", "number of the VLAN", 4, 12),
	[VLAN_TYPE] = FIELD("type", "type of what is carried, or its length",
			    16, 16, .follows = true),
	{0},
};

#define TAG                                                                    \
	.is = IS_ETH, .on = IS_ETH, .len = 4, .field = fields, .begin = begin, \
	.end = end

const struct proto proto_vlan = {
	.name = "vlan",
	.title = "VLAN tag",
	.source = "IEEE 802.1Q, 9.6",
	.ether_type = ETH_TYPE_VLAN,
	TAG,
};

const struct proto proto_svlan = {
	.name = "svlan",
	.title = "VLAN tag of a provider",
	.source = "IEEE 802.1Q, 9.6",
	.ether_type = ETH_TYPE_QINQ,
	TAG,
};

const struct proto proto_vlan9100 = {
	.name = "vlan9100",
	.title = "VLAN tag of type 9100",
	.source = "IEEE 802.1Q, 9.6",
	.ether_type = 0x9100,
	TAG,
};
