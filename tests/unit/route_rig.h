/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports 1 and 2 are those of a router, and stations are on their links. */
#ifndef TESTS_ROUTE_RIG_H
#define TESTS_ROUTE_RIG_H

#include "forward_rig.h"
#include "net/csum.h"

#define HOST(n) "\2\0\0\0\0" n /* MAC addresses of others */
#define LEN 60

static uint8_t frame[2048];

static inline struct node *node_of(unsigned port)
{
	return pg.node[port];
}

static inline void address(unsigned port, const char *ip, unsigned bits,
			   bool is_ipv6, const char *gateway, uint16_t vlan)
{
	struct node_address a = {.bits = (uint8_t)bits, .vlan = vlan};

	if (is_ipv6) {
		memcpy(a.from.b, ip, IPV6_ALEN);
	} else {
		a.from = node_ipv4((const uint8_t *)ip);
		a.bits = (uint8_t)(bits + 96);
		if (gateway)
			a.gateway = node_ipv4((const uint8_t *)gateway);
	}
	a.to = a.from;
	assert_int_equal(node_add(pktgen_node(&pg, port), &a, now), 0);
	pktgen_use_node(&pg, port, now);
}

#define A6 "\x20\1\xd\xb8\0\0\0\1\0\0\0\0\0\0\0"
#define B6 "\x20\1\xd\xb8\0\0\0\2\0\0\0\0\0\0\0"

/* 10.0.0.1 and 10.0.1.1, which are valid, and those that are in IPv6. */
static inline int setup_router(void **state)
{
	setup(state);
	address(1, "\x0a\0\0\1", 24, false, NULL, 0);
	address(2, "\x0a\0\1\1", 24, false, "\x0a\0\1\x09", 0);
	address(1, A6 "\1", 64, true, NULL, 0);
	address(2, B6 "\1", 64, true, NULL, 0);
	address(2, "\x0a\0\5\1", 24, false, NULL, 5);
	assert_int_equal(pktgen_reserve_forward(&pg, 6, MODE_ROUTER), 0);
	pktgen_set_mode(&pg, 6, MODE_ROUTER, now);
	pktgen_start(&pg, 6, now);
	run_for(4 * S / 1000);
	for (unsigned i = 1; i <= 2; i++)
		for (unsigned k = 0; k < node_of(i)->nb_own; k++)
			node_of(i)->own[k].state = NODE_VALID;
	memset(seen, 0, sizeof(seen));
	return 0;
}

/* A frame comes to a port from outside, and all has its turn. */
static inline void put(unsigned port, const void *data, size_t len)
{
	host_loop_put(dev[port], data, len);
	run_for(4 * US);
}

/* That station of port 2's link says where it is. */
static inline void arp(const char *mac, const char *ip)
{
	uint8_t p[60] = {0};

	memcpy(p, pg.port[2].mac, ETH_ALEN);
	memcpy(p + 6, mac, ETH_ALEN);
	memcpy(p + 12, "\x08\6\0\1\x08\0\6\4\0\2", 10);
	memcpy(p + 22, mac, ETH_ALEN);
	memcpy(p + 28, ip, IPV4_ALEN);
	memcpy(p + 32, pg.port[2].mac, ETH_ALEN);
	memcpy(p + 38, "\x0a\0\1\1", IPV4_ALEN);
	put(2, p, sizeof(p));
}

/* After a change of its header. */
static inline void sum_anew(void)
{
	uint16_t csum;

	frame[24] = frame[25] = 0;
	csum = csum_end(csum_add(0, frame + ETH_HLEN, 20));
	memcpy(frame + 24, &csum, sizeof(csum));
}

/* UDP of `all` bytes in IPv4, from 10.0.0.7 by port 1. */
static inline void packet(const char *dst, uint8_t ttl, unsigned all)
{
	struct ipv4_hdr ip = {
		.version_ihl = 0x45,
		.total_len = net16((uint16_t)all),
		.ttl = ttl,
		.proto = IP_PROTO_UDP,
	};

	memset(frame, 0x77, sizeof(frame));
	memcpy(frame, pg.port[1].mac, ETH_ALEN);
	memcpy(frame + 6, HOST("\7"), ETH_ALEN);
	memcpy(frame + 12, "\x08", 2);
	memcpy(&ip.src, "\x0a\0\0\7", IPV4_ALEN);
	memcpy(&ip.dst, dst, IPV4_ALEN);
	memcpy(frame + ETH_HLEN, &ip, sizeof(ip));
	sum_anew();
}

static inline bool sum_is_right(const uint8_t *p, size_t len)
{
	return csum_fold(csum_add(0, p, len)) == 0xffff;
}

/* What left by port 2 is that packet, aged, and for that station. */
static inline void check_sent(const char *mac, size_t len)
{
	assert_int_equal(seen[2].len, len);
	assert_memory_equal(seen[2].last, mac, ETH_ALEN);
	assert_memory_equal(seen[2].last + 6, pg.port[2].mac, ETH_ALEN);
	assert_int_equal(seen[2].last[22], frame[22] - 1);
	assert_true(sum_is_right(seen[2].last + ETH_HLEN, 20));
	assert_memory_equal(seen[2].last + 26, frame + 26, len - 26);
}

/* An ICMP error of port 1 about what is in `frame`. */
static inline void check_told(uint8_t type, uint8_t code)
{
	const uint8_t *p = seen[1].last;

	assert_memory_equal(p, HOST("\7"), ETH_ALEN);
	assert_memory_equal(p + 26, "\x0a\0\0\1\x0a\0\0\7", 8);
	assert_int_equal(p[23], 1);
	assert_int_equal(p[34], type);
	assert_int_equal(p[35], code);
	assert_memory_equal(p + 42, frame + ETH_HLEN, 28);
	assert_true(sum_is_right(p + 34, 36));
	seen[1].len = 0;
}

#endif /* TESTS_ROUTE_RIG_H */
