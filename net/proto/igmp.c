/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "net/proto/impl.h"

/* A group that RFC 6676 sets aside. */
static const uint8_t group[] = {233, 252, 0, 1};

/* A report of version 2. */
static void begin(uint8_t *h)
{
	h[0] = 0x16;
	memcpy(h + 4, group, sizeof(group));
}

static const struct proto_field fields[] = {
	FIELD("type", "0x11: query, 0x16: report, 0x17: leave", 0, 8),
	FIELD("max_resp", "time to answer within, in 100 ms", 8, 8),
	FIELD("checksum", "checksum to the packet's end", 16, 16,
	      .follows = true),
	FIELD("group", "address of the group", 32, 32, .type = PROTO_IPV4),
	{0},
};

const struct proto proto_igmp = {
	.name = "igmp",
	.title = "IGMP, version 2",
	.source = "RFC 2236, 2",
	.is = IS_LAST,
	.on = IS_IPV4,
	.len = 8,
	.ip_proto = 2,
	.field = fields,
	.begin = begin,
	.csum = CSUM_ALL,
	.csum_at = 2,
	.no_payload = true,
};

#define RECORD 8

/* A report of one record: joins a group, whatever its sources. */
static void begin_3(uint8_t *h)
{
	h[0] = 0x22;
	h[7] = 1;
	h[RECORD] = 4;
	memcpy(h + RECORD + 4, group, sizeof(group));
}

static void end_3(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	(void)len;
	put16(h + RECORD + 2, st->layer[i].tail_len / IPV4_ALEN);
}

static const struct proto_field fields_3[] = {
	FIELD("type", "0x22: report", 0, 8),
	FIELD("reserved", "reserved", 8, 8),
	FIELD("checksum", "checksum to the packet's end", 16, 16,
	      .follows = true),
	FIELD("reserved2", "reserved, before the number of records", 32, 16),
	FIELD("records", "number of group records", 48, 16),
	FIELD("record",
	      "1: is include, 2: is exclude, 3: to include, "
	      "4: to exclude, 5: allow, 6: block",
	      64, 8),
	FIELD("aux_len", "length of auxiliary data in 4 bytes", 72, 8),
	FIELD("nb_sources", "number of sources", 80, 16, .follows = true),
	FIELD("group", "address of the group", 96, 32, .type = PROTO_IPV4),
	{0},
};

const struct proto proto_igmp3 = {
	.name = "igmp3",
	.title = "IGMP, report of version 3",
	.source = "RFC 3376, 4.2",
	.is = IS_LAST,
	.on = IS_IPV4,
	.len = 16,
	.ip_proto = 2,
	.field = fields_3,
	.tail = {"sources", "addresses of sources", IPV4_ALEN, 0, 252,
		 PROTO_IPV4},
	.begin = begin_3,
	.end = end_3,
	.csum = CSUM_ALL,
	.csum_at = 2,
	.no_payload = true,
};
