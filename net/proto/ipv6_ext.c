/* SPDX-License-Identifier: BSD-3-Clause */
/* Extension headers of IPv6 but for routing. */
#include "net/proto/impl.h"

/* One option that fills the least header up: PadN (RFC 8200, 4.2). */
static void begin_options(uint8_t *h)
{
	h[0] = IP_PROTO_EXPERIMENT;
	h[2] = 1;
	h[3] = 4;
}

static void end_options(const struct stack *st, unsigned i, uint8_t *h,
			size_t len)
{
	(void)len;
	put_ip_proto(st, i, h);
	h[1] = (uint8_t)(st->layer[i].len / 8 - 1);
}

static const struct proto_field options[] = {
	FIELD("next", "protocol of what is carried", 0, 8, .follows = true),
	FIELD("len", "length in 8 bytes, the first 8 not counted", 8, 8,
	      .follows = true),
	{0},
};

#define OPTIONS                                                           \
	.is = IS_IPV6_EXT, .len = 2,                                      \
	.field = options, .tail = {"options",                             \
				   "options in hex, filled up with Pad1", \
				   8,                                     \
				   6,                                     \
				   254,                                   \
				   PROTO_NUMBER},                         \
	.begin = begin_options, .end = end_options

const struct proto proto_hopopts = {
	.name = "hopopts",
	.title = "IPv6 hop-by-hop options",
	.source = "RFC 8200, 4.3",
	.on = IS_IPV6,
	.ip_proto = 0,
	OPTIONS,
};

const struct proto proto_dstopts = {
	.name = "dstopts",
	.title = "IPv6 destination options",
	.source = "RFC 8200, 4.6",
	.on = IS_IPV6 | IS_IPV6_EXT,
	.ip_proto = 60,
	OPTIONS,
};

/* The whole packet in one fragment (RFC 6946). */
static void begin_fragment(uint8_t *h)
{
	h[0] = IP_PROTO_EXPERIMENT;
}

static void end_fragment(const struct stack *st, unsigned i, uint8_t *h,
			 size_t len)
{
	(void)len;
	put_ip_proto(st, i, h);
}

static const struct proto_field fragment[] = {
	FIELD("next", "protocol of what is carried", 0, 8, .follows = true),
	FIELD("reserved", "reserved", 8, 8),
	FIELD("offset", "place of the fragment, in 8 bytes", 16, 13),
	FIELD("res", "reserved", 29, 2),
	FIELD("more", "1: more fragments follow", 31, 1),
	FIELD("id", "identification of the fragments of a packet", 32, 32),
	{0},
};

const struct proto proto_fragment = {
	.name = "fragment",
	.title = "IPv6 fragment",
	.source = "RFC 8200, 4.5",
	.is = IS_IPV6_EXT,
	.on = IS_IPV6 | IS_IPV6_EXT,
	.len = 8,
	.ip_proto = 44,
	.field = fragment,
	.begin = begin_fragment,
	.end = end_fragment,
};
