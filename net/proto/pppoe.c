/* SPDX-License-Identifier: BSD-3-Clause */
/* A session's packets, with PPP's protocol field. */
#include "net/proto/impl.h"

#define PPPOE_LEN 6
#define PPP_IPV4 0x0021 /* RFC 1332 */
#define PPP_IPV6 0x0057 /* RFC 5072 */
#define PPP_MPLS 0x0281 /* RFC 3032 */

static void begin(uint8_t *h)
{
	h[0] = 0x11;
	h[3] = 1;
	put16(h + PPPOE_LEN, PPP_IPV4);
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	put16(h + 4, len - PPPOE_LEN);
	if (i + 1 == st->nb)
		return;
	switch (st->layer[i + 1].proto->is) {
	case IS_IPV4:
		put16(h + PPPOE_LEN, PPP_IPV4);
		break;
	case IS_IPV6:
		put16(h + PPPOE_LEN, PPP_IPV6);
		break;
	case IS_MPLS:
		put16(h + PPPOE_LEN, PPP_MPLS);
		break;
	}
}

static const struct proto_field fields[] = {
	FIELD("version", "version of PPPoE", 0, 4),
	FIELD("type", "type, 1", 4, 4),
	FIELD("code", "code, 0: of a session", 8, 8),
	FIELD("session", "number of the session", 16, 16),
	FIELD("len", "length of what is carried, in bytes", 32, 16,
	      .follows = true),
	FIELD("proto", "PPP's number of what is carried", 48, 16,
	      .follows = true),
	{0},
};

const struct proto proto_pppoe = {
	.name = "pppoe",
	.title = "PPPoE session",
	.source = "RFC 2516, 4 and RFC 1661, 2",
	.is = IS_PPPOE,
	.on = IS_ETH,
	.len = PPPOE_LEN + 2,
	.ether_type = 0x8864,
	.field = fields,
	.begin = begin,
	.end = end,
};
