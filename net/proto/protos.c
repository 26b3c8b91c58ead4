/* SPDX-License-Identifier: BSD-3-Clause */
/* All protocols, and what those share that carry others by the same numbers. */
#include "net/proto/impl.h"

const struct proto *const protos[] = {
	&proto_eth, &proto_vlan, &proto_ipv4, &proto_ipv6, &proto_udp, NULL,
};

void put_ether_type(uint8_t *p, const struct proto *next)
{
	if (next && next->ether_type)
		put16(p, next->ether_type);
}

bool on_eth(const struct proto *below)
{
	return below == &proto_eth || below == &proto_vlan;
}

bool on_ipv6(const struct proto *below)
{
	return below && (below == &proto_ipv6 || below->extends);
}

bool on_ip(const struct proto *below)
{
	return below == &proto_ipv4 || on_ipv6(below);
}
