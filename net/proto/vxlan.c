/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	h[0] = 8;
	h[6] = 1;
}

static const struct proto_field fields[] = {
	FIELD("flags", "8: the VNI is valid", 0, 8),
	FIELD("reserved", "reserved", 8, 24),
	FIELD("vni", "number of the virtual network", 32, 24),
	FIELD("reserved2", "reserved, behind the VNI", 56, 8),
	{0},
};

const struct proto proto_vxlan = {
	.name = "vxlan",
	.title = "VXLAN",
	.source = "RFC 7348, 5",
	.is = IS_ETH_ALONE,
	.on = IS_UDP,
	.len = 8,
	.udp_port = 4789,
	.field = fields,
	.begin = begin,
	.below_csum_0 = true,
};
