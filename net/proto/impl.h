/* SPDX-License-Identifier: BSD-3-Clause */
/* What the protocols share. Private to net/proto/. */
#ifndef NET_PROTO_IMPL_H
#define NET_PROTO_IMPL_H

#include "net/proto/proto.h"

/* What stands on layer `i`, or NULL. */
static inline const struct proto *next_of(const struct stack *st, unsigned i)
{
	return i + 1 < st->nb ? st->layer[i + 1].proto : NULL;
}

static inline void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Its Ethernet type in two bytes, where it has one. */
void put_ether_type(uint8_t *p, const struct proto *next);

/* The layers that name the next by an Ethernet type: Ethernet, tags. */
bool on_eth(const struct proto *below);

/* IPv4, or IPv6 with its extension headers. */
bool on_ip(const struct proto *below);

/* IPv6 with its extension headers. */
bool on_ipv6(const struct proto *below);

#endif /* NET_PROTO_IMPL_H */
