/* SPDX-License-Identifier: BSD-3-Clause */
/* All protocols, and how those name the next that do so by the same numbers. */
#include "net/proto/impl.h"

#define ETH_LENGTH_MAX 1500 /* IEEE 802.3, 3.2.6 */
#define ETH_TYPE_LLC 0x8870 /* IEEE 802.1AC: LLC that is longer */

const struct proto *const protos[] = {
	&proto_eth,  &proto_ipv4,    &proto_ipv6,     &proto_udp,
#ifdef CONFIG_APPUKPKTGEN_HEADERS
	&proto_vlan, &proto_svlan,   &proto_vlan9100, &proto_mpls,
	&proto_cw,   &proto_arp,     &proto_hopopts,  &proto_dstopts,
	&proto_srh,  &proto_routing, &proto_fragment, &proto_tcp,
	&proto_icmp, &proto_icmpv6,  &proto_igmp,     &proto_igmp3,
	&proto_sctp, &proto_gre,     &proto_vxlan,    &proto_geneve,
	&proto_gtpu, &proto_pppoe,   &proto_llc,      &proto_snap,
	&proto_raw,
#endif
	NULL,
};

void put_ether_type(const struct stack *st, unsigned i, uint8_t *to, size_t len)
{
	const struct proto *next;

	if (i + 1 == st->nb)
		return;
	next = st->layer[i + 1].proto;
	if (next->is == IS_LLC)
		put16(to, len > ETH_LENGTH_MAX ? ETH_TYPE_LLC : len);
	else if (next->ether_type)
		put16(to, next->ether_type);
}

void put_ip_proto(const struct stack *st, unsigned i, uint8_t *to)
{
	const struct proto *next;

	if (i + 1 == st->nb)
		return;
	next = st->layer[i + 1].proto;
	/* Hop-by-hop options have 0. */
	if (next->ip_proto || next->is == IS_IPV6_EXT)
		*to = next->ip_proto;
}
