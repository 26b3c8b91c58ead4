/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

/* What an extension header is, unless it is set: 5G's (3GPP TS 38.415). */
#define PDU_SESSION 0x85

enum { VERSION, PT, RESERVED, E, S, PN, TYPE, LEN, TEID, SEQ, NPDU, NEXT };

/* Version 1, protocol type GTP, a user's packet, in tunnel 1. */
static void begin(uint8_t *h)
{
	h[0] = 1 << 5 | 1 << 4;
	h[1] = 255;
	h[7] = 1;
}

/* The part is there for any of three, which a flag says of each. */
static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	const uint32_t set = st->layer[i].set;
	const bool ext = st->layer[i].tail_len;

	if (ext)
		h[11] = PDU_SESSION;
	h[0] |= (uint8_t)((ext || set >> NEXT & 1) << 2 |
			  (set >> SEQ & 1) << 1 | (set >> NPDU & 1));
	put16(h + 2, len - 8);
}

static const struct proto_part parts[] = {{4, 0, 7}, {0}};

static const struct proto_field fields[] = {
	[VERSION] = FIELD("version", "version of GTP", 0, 3),
	[PT] = FIELD("pt", "1: GTP, 0: GTP'", 3, 1),
	[RESERVED] = FIELD("reserved", "reserved", 4, 1),
	[E] = FIELD("e", "1: has extension headers", 5, 1, .follows = true),
	[S] = FIELD("s", "1: has a sequence number", 6, 1, .follows = true),
	[PN] = FIELD("pn", "1: has a number of the N-PDU", 7, 1,
		     .follows = true),
	[TYPE] = FIELD("type", "type of the message, 255: a user's packet", 8,
		       8),
	[LEN] = FIELD("len", "length in bytes, the first 8 not counted", 16, 16,
		      .follows = true),
	[TEID] = FIELD("teid", "identifier of the tunnel's end", 32, 32),
	[SEQ] = FIELD("seq", "sequence number", 0, 16, .part = 1),
	[NPDU] = FIELD("npdu", "number of the N-PDU", 16, 8, .part = 1),
	[NEXT] = FIELD("next", "type of the first extension header", 24, 8,
		       .part = 1, .follows = true),
	{0},
};

const struct proto proto_gtpu = {
	.name = "gtpu",
	.title = "GTP-U, version 1",
	.source = "3GPP TS 29.281, 5.1",
	.is = IS_GTPU,
	.on = IS_UDP,
	.len = 8,
	.udp_port = 2152,
	.field = fields,
	.part = parts,
	.tail = {"ext", "extension headers in hex", 4, 0, 252, PROTO_NUMBER,
		 .part = 1},
	.begin = begin,
	.end = end,
};
