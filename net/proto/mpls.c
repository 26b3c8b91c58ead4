/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

/* The first label that is not reserved, and the stack's bottom. */
static void begin(uint8_t *h)
{
	put16(h + 1, 16 << 4 | 1);
	h[3] = 64;
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	(void)len;
	if (i + 1 < st->nb && st->layer[i + 1].proto == &proto_mpls)
		h[2] &= 0xfe;
}

static const struct proto_field fields[] = {
	FIELD("label", "label", 0, 20),
	FIELD("tc", "traffic class (EXP)", 20, 3),
	FIELD("s", "1: bottom of the stack", 23, 1, .follows = true),
	FIELD("ttl", "time to live, in hops", 24, 8),
	{0},
};

static const struct proto_field cw[] = {
	FIELD("zero", "0, which tells it from IP", 0, 4),
	FIELD("flags", "flags", 4, 4),
	FIELD("frg", "1: first fragment, 2: last, 3: between", 8, 2),
	FIELD("len", "length where it is below 64, else 0", 10, 6),
	FIELD("seq", "sequence number, 0: none", 16, 16),
	{0},
};

const struct proto proto_cw = {
	.name = "cw",
	.title = "Control word of a pseudowire",
	.source = "RFC 4448, 4.6",
	.is = IS_ETH_ALONE,
	.on = IS_MPLS,
	.len = 4,
	.field = cw,
};

const struct proto proto_mpls = {
	.name = "mpls",
	.title = "MPLS label",
	.source = "RFC 3032, 2.1",
	.is = IS_MPLS,
	.on = IS_ETH | IS_SNAP | IS_PPPOE | IS_MPLS | IS_GRE | IS_GENEVE |
	      IS_RAW,
	.len = 4,
	.ether_type = 0x8847,
	.field = fields,
	.begin = begin,
	.end = end,
};
