/* SPDX-License-Identifier: BSD-3-Clause */
/* Routing headers of IPv6: that of segment routing, and any other. */
#include <string.h>

#include "net/proto/impl.h"

enum { NEXT, LEN, TYPE, LEFT };

#define IP_PROTO_ROUTING 43
#define SRH_LEN 8
#define SRH_TYPE 4
#define TYPE_EXPERIMENT 253 /* RFC 4727, 3.6 */

static void begin_srh(uint8_t *h)
{
	static const uint8_t segment[] = {0x20, 1, 0, 2, [15] = 2};

	h[0] = IP_PROTO_EXPERIMENT;
	h[2] = SRH_TYPE;
	memcpy(h + SRH_LEN, segment, sizeof(segment));
}

static unsigned segments(const struct stack *st, unsigned i)
{
	return st->layer[i].tail_len / IPV6_ALEN;
}

/* All but the one that the frame is on its way to, unless it is set. */
static unsigned left(const struct stack *st, unsigned i)
{
	const struct stack_layer *l = &st->layer[i];

	return l->set >> LEFT & 1 ? st->header[l->at + 3] : segments(st, i) - 1;
}

/* The first in the list is the last on the way. */
static unsigned final(const struct stack *st, unsigned i)
{
	return left(st, i) ? st->layer[i].at + SRH_LEN : 0;
}

static void end_routing(const struct stack *st, unsigned i, uint8_t *h,
			size_t len)
{
	(void)len;
	put_ip_proto(st, i, h);
	h[1] = (uint8_t)(st->layer[i].len / 8 - 1);
}

/* IPv6's destination is the segment that the frame is on its way to. */
static void end_srh(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	const unsigned to = left(st, i);
	uint8_t *frame = h - st->layer[i].at;

	end_routing(st, i, h, len);
	h[3] = (uint8_t)to;
	h[4] = (uint8_t)(segments(st, i) - 1);
	if (to >= segments(st, i))
		return;
	while (i && st->layer[i].proto->is == IS_IPV6_EXT)
		i--;
	if (st->layer[i].proto == &proto_ipv6)
		memcpy(frame + stack_field_at(st, i, IPV6_DST) / 8,
		       h + SRH_LEN + to * IPV6_ALEN, IPV6_ALEN);
}

#define ROUTING_FIELDS                                                        \
	[NEXT] = FIELD("next", "protocol of what is carried", 0, 8,           \
		       .follows = true),                                      \
	[LEN] = FIELD("len", "length in 8 bytes, the first 8 not counted", 8, \
		      8, .follows = true),                                    \
	[TYPE] = FIELD("type", "type of the routing header", 16, 8)

static const struct proto_field srh[] = {
	ROUTING_FIELDS,
	[LEFT] =
		FIELD("left", "segments left to visit", 24, 8, .follows = true),
	FIELD("last", "index of the list's last entry", 32, 8, .follows = true),
	FIELD("flags", "flags", 40, 8),
	FIELD("tag", "tag of a group of packets", 48, 16),
	{0},
};

const struct proto proto_srh = {
	.name = "srh",
	.title = "IPv6 segment routing",
	.source = "RFC 8754, 2",
	.is = IS_IPV6_EXT,
	.on = IS_IPV6 | IS_IPV6_EXT,
	.len = SRH_LEN,
	.ip_proto = IP_PROTO_ROUTING,
	.field = srh,
	.tail = {"segments", "segments as they lie in it, the final one first",
		 IPV6_ALEN / 2, IPV6_ALEN, 15 * IPV6_ALEN, PROTO_IPV6},
	.begin = begin_srh,
	.end = end_srh,
	.final = final,
};

static void begin_routing(uint8_t *h)
{
	h[0] = IP_PROTO_EXPERIMENT;
	h[2] = TYPE_EXPERIMENT;
}

static const struct proto_field routing[] = {
	ROUTING_FIELDS,
	[LEFT] = FIELD("left", "segments left to visit", 24, 8),
	{0},
};

const struct proto proto_routing = {
	.name = "routing",
	.title = "IPv6 routing of any type",
	.source = "RFC 8200, 4.4",
	.is = IS_IPV6_EXT,
	.on = IS_IPV6 | IS_IPV6_EXT,
	.len = 4,
	.ip_proto = IP_PROTO_ROUTING,
	.field = routing,
	.tail = {"data", "data of its type in hex, filled up with zeros", 8, 4,
		 252, PROTO_NUMBER},
	.begin = begin_routing,
	.end = end_routing,
};
