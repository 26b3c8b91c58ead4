/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	put16(h + 2, ETH_TYPE_EXPERIMENT);
	h[6] = 1;
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	h[0] = (uint8_t)((h[0] & 0xc0) | st->layer[i].tail_len / 4);
	put_ether_type(st, i, h + 2, len);
}

static const struct proto_field fields[] = {
	FIELD("version", "version of Geneve", 0, 2),
	FIELD("optlen", "length of the options in 4 bytes", 2, 6,
	      .follows = true),
	FIELD("o", "1: a control packet", 8, 1),
	FIELD("c", "1: has critical options", 9, 1),
	FIELD("reserved", "reserved", 10, 6),
	FIELD("proto", "type of what is carried", 16, 16, .follows = true),
	FIELD("vni", "number of the virtual network", 32, 24),
	FIELD("reserved2", "reserved, behind the VNI", 56, 8),
	{0},
};

const struct proto proto_geneve = {
	.name = "geneve",
	.title = "Geneve",
	.source = "RFC 8926, 3.4",
	.is = IS_GENEVE,
	.on = IS_UDP,
	.len = 8,
	.udp_port = 6081,
	.field = fields,
	.tail = {"options", "options in hex, filled up with zeros", 4, 0, 252,
		 PROTO_NUMBER},
	.begin = begin,
	.end = end,
	.below_csum_0 = true,
};
