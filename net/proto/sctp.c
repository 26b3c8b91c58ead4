/* SPDX-License-Identifier: BSD-3-Clause */
/* The common header and one DATA chunk to the packet's end. */
#include "net/proto/impl.h"

#define COMMON_LEN 12

/* A message that is whole in its chunk. */
static void begin(uint8_t *h)
{
	put16(h, PORT_UNSET);
	put16(h + 2, PORT_UNSET);
	h[7] = 1;
	h[COMMON_LEN + 1] = 3;
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	(void)st;
	(void)i;
	put16(h + COMMON_LEN + 2, len - COMMON_LEN);
}

static const struct proto_field fields[] = {
	FIELD("src", "source port", 0, 16),
	FIELD("dst", "destination port", 16, 16),
	FIELD("vtag", "verification tag of the association", 32, 32),
	FIELD("checksum", "CRC-32C to the packet's end", 64, 32,
	      .follows = true),
	FIELD("type", "type of the chunk, 0: DATA", 96, 8),
	FIELD("flags", "1: end, 2: beginning, 4: unordered, 8: at once", 104,
	      8),
	FIELD("len", "length of the chunk in bytes", 112, 16, .follows = true),
	FIELD("tsn", "transmission sequence number", 128, 32),
	FIELD("stream", "number of the stream", 160, 16),
	FIELD("ssn", "sequence number in the stream", 176, 16),
	FIELD("ppid", "protocol of what is carried", 192, 32),
	{0},
};

const struct proto proto_sctp = {
	.name = "sctp",
	.title = "SCTP with a DATA chunk",
	.source = "RFC 9260, 3.1 and 3.3.1",
	.is = IS_LAST,
	.on = IS_IP,
	.len = COMMON_LEN + 16,
	.ip_proto = 132,
	.field = fields,
	.begin = begin,
	.end = end,
	.unit = 4,
	.csum = CSUM_CRC32C,
	.csum_at = 8,
};
