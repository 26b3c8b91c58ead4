/* SPDX-License-Identifier: BSD-3-Clause */
/* What the protocols share. Private to net/proto/. */
#ifndef NET_PROTO_IMPL_H
#define NET_PROTO_IMPL_H

#include "net/proto/proto.h"

/* What stands for a protocol where a stack ends and payload follows. */
#define ETH_TYPE_EXPERIMENT 0x88b5 /* IEEE 802, 9.2.4 */
#define IP_PROTO_EXPERIMENT 253    /* RFC 3692 */
/* What ports are unless they are set. */
#define PORT_UNSET 5001

/* A number, unless the rest says more. */
#define FIELD(n, h, a, b, ...)                                        \
	{                                                             \
		.name = n, .help = h, .at = a, .bits = b, __VA_ARGS__ \
	}

static inline void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/*
 * What stands on layer `i`, by its Ethernet type in two bytes or by its number
 * in IP's header; without one the bytes stay. The type of LLC is the length of
 * what stands on the layer, `len` bytes.
 */
void put_ether_type(const struct stack *st, unsigned i, uint8_t *to,
		    size_t len);
void put_ip_proto(const struct stack *st, unsigned i, uint8_t *to);

extern const struct proto proto_svlan, proto_vlan9100, proto_mpls, proto_arp,
	proto_hopopts, proto_dstopts, proto_fragment, proto_srh, proto_routing,
	proto_tcp, proto_icmp, proto_icmpv6, proto_igmp, proto_igmp3, proto_cw,
	proto_sctp, proto_gre, proto_vxlan, proto_geneve, proto_gtpu,
	proto_pppoe, proto_llc, proto_snap, proto_raw;

#endif /* NET_PROTO_IMPL_H */
