/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/proto/impl.h"

/* Of an open connection: acknowledges, and has room. */
static void begin(uint8_t *h)
{
	put16(h, PORT_UNSET);
	put16(h + 2, PORT_UNSET);
	h[13] = 0x10;
	put16(h + 14, 8192);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	(void)len;
	h[12] = (uint8_t)((h[12] & 15) | st->layer[i].len / 4 << 4);
}

static const struct proto_field fields[] = {
	FIELD("src", "source port", 0, 16),
	FIELD("dst", "destination port", 16, 16),
	FIELD("seq", "sequence number", 32, 32),
	FIELD("ack", "acknowledgment number", 64, 32),
	FIELD("offset", "length of the header in 4 bytes", 96, 4,
	      .follows = true),
	FIELD("reserved", "reserved", 100, 4),
	FIELD("flags", "CWR, ECE, URG, ACK, PSH, RST, SYN, FIN", 104, 8),
	FIELD("window", "bytes that may come", 112, 16),
	FIELD("checksum", "checksum to the packet's end", 128, 16,
	      .follows = true),
	FIELD("urgent", "where urgent data end", 144, 16),
	{0},
};

const struct proto proto_tcp = {
	.name = "tcp",
	.title = "TCP",
	.source = "RFC 9293, 3.1",
	.is = IS_LAST,
	.on = IS_IP,
	.len = 20,
	.ip_proto = 6,
	.field = fields,
	.tail = {"options", "options in hex, filled up with zeros", 4, 0, 40,
		 PROTO_NUMBER},
	.begin = begin,
	.end = end,
	.csum = CSUM_ALL_PSEUDO,
	.csum_at = 16,
};
