/* SPDX-License-Identifier: BSD-3-Clause */
/* Which frames fit. Private to pktgen/played*.c. */
#ifndef PKTGEN_PLAYED_IMPL_H
#define PKTGEN_PLAYED_IMPL_H

#include "net/port.h"
#include "pktgen/played.h"

static inline bool played_is_tagged(const uint8_t *frame)
{
	const unsigned type = (unsigned)frame[12] << 8 | frame[13];

	return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ ||
	       type == ETH_TYPE_VLAN_9100;
}

/* A tag widens what an MTU allows, as a port has room for one. */
static inline unsigned played_longest(const struct played *p,
				      const uint8_t *frame)
{
	return p->max +
	       (!p->tag && played_is_tagged(frame) ? PORT_VLAN_TAG_LEN : 0);
}

static inline bool played_fits(const struct played *p, const uint8_t *frame,
			       unsigned len)
{
	return len >= ETH_HLEN && len <= played_longest(p, frame);
}

#endif /* PKTGEN_PLAYED_IMPL_H */
