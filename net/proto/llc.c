/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands behind a length instead of a type: LLC, and with it SNAP. */
#include "net/proto/impl.h"

#define SAP_SNAP 0xaa

static void begin_llc(uint8_t *h)
{
	h[2] = 3;
}

static void end_llc(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	(void)len;
	if (i + 1 < st->nb && st->layer[i + 1].proto->is == IS_SNAP)
		h[0] = h[1] = SAP_SNAP;
}

static const struct proto_field llc[] = {
	FIELD("dsap", "destination service access point", 0, 8,
	      .follows = true),
	FIELD("ssap", "source service access point", 8, 8, .follows = true),
	FIELD("control", "control, 3: unnumbered information", 16, 8),
	{0},
};

const struct proto proto_llc = {
	.name = "llc",
	.title = "LLC",
	.source = "IEEE 802.2, 3.2",
	.is = IS_LLC,
	.on = IS_ETH,
	.len = 3,
	.field = llc,
	.begin = begin_llc,
	.end = end_llc,
};

static void begin_snap(uint8_t *h)
{
	put16(h + 3, ETH_TYPE_EXPERIMENT);
}

static void end_snap(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	put_ether_type(st, i, h + 3, len);
}

static const struct proto_field snap[] = {
	FIELD("oui", "organization that the type is of, 0: Ethernet", 0, 24),
	FIELD("pid", "type of what is carried", 24, 16, .follows = true),
	{0},
};

const struct proto proto_snap = {
	.name = "snap",
	.title = "SNAP",
	.source = "IEEE 802, 9.5",
	.is = IS_SNAP,
	.on = IS_LLC,
	.len = 5,
	.field = snap,
	.begin = begin_snap,
	.end = end_snap,
};
