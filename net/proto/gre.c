/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	put16(h + 2, ETH_TYPE_EXPERIMENT);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	put_ether_type(st, i, h + 2, len);
}

static const struct proto_part parts[] = {
	{4, 0, 0x80},
	{4, 0, 0x20},
	{4, 0, 0x10},
	{0},
};

static const struct proto_field fields[] = {
	FIELD("c", "1: has a checksum", 0, 1, .follows = true),
	FIELD("r", "reserved", 1, 1),
	FIELD("k", "1: has a key", 2, 1, .follows = true),
	FIELD("s", "1: has a sequence number", 3, 1, .follows = true),
	FIELD("reserved", "reserved", 4, 9),
	FIELD("version", "version of GRE", 13, 3),
	FIELD("proto", "type of what is carried", 16, 16, .follows = true),
	FIELD("checksum", "checksum to the packet's end", 0, 16, .part = 1,
	      .follows = true),
	FIELD("reserved1", "reserved, behind the checksum", 16, 16, .part = 1),
	FIELD("key", "key of the tunnel", 0, 32, .part = 2),
	FIELD("seq", "sequence number", 0, 32, .part = 3),
	{0},
};

const struct proto proto_gre = {
	.name = "gre",
	.title = "GRE",
	.source = "RFC 2784, 2 and RFC 2890, 2",
	.is = IS_GRE,
	.on = IS_IP,
	.len = 4,
	.ip_proto = 47,
	.field = fields,
	.part = parts,
	.begin = begin,
	.end = end,
	.csum = CSUM_ALL,
	.csum_at = 4,
};
