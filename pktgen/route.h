/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Forwards packets as a router does (RFC 1812): between ports in this mode, by
 * the addresses and gateways that these have. A packet for the port's MAC
 * address goes to the station or gateway that its destination is reached by,
 * with a TTL that is less by one, its checksum by RFC 1624. What cannot go on
 * is counted by its reason, and its sender told by ICMP (RFC 792, RFC 4443).
 *
 * Its nodes answer for all addresses of its ports, at any of them; the router
 * says nothing of what is for itself.
 *
 * Where a destination is reached is remembered until anything changes of what
 * nodes know, or a second has passed.
 */
#ifndef PKTGEN_ROUTE_H
#define PKTGEN_ROUTE_H

#include "node/node.h"

struct outlet;

#define ROUTE_BITS 7
#define ROUTE_SLOTS (1u << ROUTE_BITS)

struct route_entry {
	struct node_ip ip;
	uint8_t macs[2 * ETH_ALEN]; /* as a frame begins */
	uint16_t vlan, most; /* bytes of a frame without a tag, and FCS */
	uint32_t stamp;      /* the route's, then; 0: nothing is known here */
	struct outlet *out;
};

struct route {
	uint32_t stamp;
	uint64_t changes;  /* of all nodes, then */
	uint64_t fresh_ns; /* when it is looked up anew */
	struct route_entry entry[ROUTE_SLOTS];
};

#endif /* PKTGEN_ROUTE_H */
