/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Protocol headers as they lie in a frame, network byte order, and the sizes
 * that go with them. Pure data: no state, may be used from anywhere.
 */
#ifndef NET_PROTO_H
#define NET_PROTO_H

#include <stddef.h>
#include <stdint.h>

#define ETH_ALEN 6
#define ETH_HLEN 14
/* What RFC 2544 sizes count and the device adds: the frame check sequence. */
#define ETH_FCS_LEN 4
/* What layer 1 adds to layer 2: preamble 7, SFD 1, inter-frame gap 12. */
#define ETH_L1_OVERHEAD 20
#define ETH_MIN_SIZE 64 /* with FCS */
#define ETH_TYPE_IPV4 0x0800
#define ETH_TYPE_IPV6 0x86dd
#define ETH_TYPE_VLAN 0x8100      /* IEEE 802.1Q: a tag, then the type */
#define ETH_TYPE_QINQ 0x88a8      /* the same of a provider */
#define ETH_TYPE_VLAN_9100 0x9100 /* the same, as it was before 802.1ad */
#define IPV4_ALEN 4
#define IPV4_BITS 32
#define IPV6_ALEN 16
#define IPV6_BITS 128
#define IP_PROTO_TCP 6
#define IP_PROTO_UDP 17

struct eth_hdr {
	uint8_t dst[ETH_ALEN];
	uint8_t src[ETH_ALEN];
	uint16_t type;
} __attribute__((packed));

/* RFC 791, without options. */
struct ipv4_hdr {
	uint8_t version_ihl;
	uint8_t tos;
	uint16_t total_len;
	uint16_t id;
	uint16_t frag;
	uint8_t ttl;
	uint8_t proto;
	uint16_t csum;
	uint32_t src;
	uint32_t dst;
} __attribute__((packed));

/* RFC 8200, without extension headers. */
struct ipv6_hdr {
	uint32_t version_class_flow;
	uint16_t payload_len;
	uint8_t next_header;
	uint8_t hop_limit;
	uint8_t src[IPV6_ALEN];
	uint8_t dst[IPV6_ALEN];
} __attribute__((packed));

/* RFC 768. */
struct udp_hdr {
	uint16_t src;
	uint16_t dst;
	uint16_t len;
	uint16_t csum;
} __attribute__((packed));

#define UDP4_HEADERS                                        \
	(sizeof(struct eth_hdr) + sizeof(struct ipv4_hdr) + \
	 sizeof(struct udp_hdr))

static inline uint16_t net16(uint16_t v)
{
	return __builtin_bswap16(v);
}

static inline uint32_t net32(uint32_t v)
{
	return __builtin_bswap32(v);
}

#endif /* NET_PROTO_H */
