/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "net/proto/impl.h"

#define SHA 8

static void begin(uint8_t *h)
{
	/* A request of IPv4 on Ethernet, between RFC 2544's addresses. */
	static const uint8_t request[] = {0, 1, 8, 0, 6, 4, 0, 1};
	static const uint8_t from[] = {198, 18, 0, 1}, to[] = {198, 18, 0, 2};

	memcpy(h, request, sizeof(request));
	memcpy(h + 14, from, sizeof(from));
	memcpy(h + 24, to, sizeof(to));
}

/* The sender is who sends the frame. */
static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	const uint8_t *frame = h - st->layer[i].at;

	(void)len;
	while (i-- > 0) {
		const struct stack_layer *l = &st->layer[i];

		if (l->proto == &proto_eth) {
			memcpy(h + SHA, frame + l->at + ETH_ALEN, ETH_ALEN);
			return;
		}
	}
}

static const struct proto_field fields[] = {
	FIELD("hrd", "type of hardware, 1: Ethernet", 0, 16),
	FIELD("pro", "type of protocol, 0x800: IPv4", 16, 16),
	FIELD("hln", "bytes of a hardware address", 32, 8),
	FIELD("pln", "bytes of a protocol address", 40, 8),
	FIELD("op", "1: request, 2: reply", 48, 16),
	FIELD("sha", "sender's hardware address", SHA * 8, 48,
	      .type = PROTO_MAC, .follows = true, .station = true),
	FIELD("spa", "sender's protocol address", 112, 32, .type = PROTO_IPV4),
	FIELD("tha", "target's hardware address", 144, 48, .type = PROTO_MAC),
	FIELD("tpa", "target's protocol address", 192, 32, .type = PROTO_IPV4),
	{0},
};

const struct proto proto_arp = {
	.name = "arp",
	.title = "ARP",
	.source = "RFC 826",
	.on = IS_ETH | IS_SNAP,
	.len = 28,
	.ether_type = 0x0806,
	.field = fields,
	.begin = begin,
	.end = end,
	.no_payload = true,
};
