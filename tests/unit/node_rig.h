/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port with an address of each family, valid and announced, and frames as
 * bytes: what it is shown, and what it says.
 */
#ifndef UNIT_NODE_RIG_H
#define UNIT_NODE_RIG_H

#include <string.h>

#include "node/node.h"
#include "unit.h"

#define S 1000000000ull
#define OUR_MAC 2, 0, 0, 0, 0, 0
#define THEIR_MAC 2, 0, 0, 0, 0, 9
#define OTHER_MAC 2, 0, 0, 0, 0, 8
#define ALL_MACS 255, 255, 255, 255, 255, 255
#define ZEROS4 0, 0, 0, 0
#define ZEROS6 ZEROS4, 0, 0
#define ZEROS8 ZEROS4, ZEROS4
#define OURS 10, 0, 0, 2
#define THEIRS 10, 0, 0, 9
#define LOOPBACK 127, 0, 0, 1
#define OURS6 0x20, 1, 0, 2, ZEROS8, 0, 0xaa, 0xbb, 2
#define THEIRS6 0x20, 1, 0, 2, ZEROS8, 0, 0, 0, 9
#define GROUP6 255, 2, ZEROS8, 0, 1, 255, 0xaa, 0xbb, 2
#define MAPPED(ip) ZEROS8, 0, 0, 255, 255, ip
#define ALL6 255, 2, ZEROS8, ZEROS4, 0, 1
#define ARP_HEAD 8, 6, 0, 1, 8, 0, 6, 4, 0
#define TAG 0x81, 0, 0, 5
#define NEW6 0x20, 1, 0, 2, ZEROS8, 0, 0, 0, 3
#define NEW_GROUP6 255, 2, ZEROS8, 0, 1, 255, 0, 0, 3
#define NEW_GROUP_MAC 0x33, 0x33, 255, 0, 0, 3

extern struct node *node;
extern uint64_t now;

int node_setup(void **state);
int node_teardown(void **state);

#define NODE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, node_setup, node_teardown)

struct node_address address_of(const uint8_t *addr, unsigned len);
void add(const uint8_t *addr, unsigned len, uint16_t vlan);

/*
 * Time passes, by 10 ms. Reports of the groups by which its own addresses are
 * asked for are counted alone.
 */
void pass(uint64_t ns);
extern unsigned nb_reports;

/* What it is shown, whole; true: it was for it. */
bool take(const uint8_t *frame, size_t len);

/* What it said is gone. */
void forget_frames(void);

#define BYTES(...) ((const uint8_t[]){__VA_ARGS__})
#define FRAME(...) \
	((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})

/* The one frame that was made begins with these, the rest of it is 0. */
void assert_says(const uint8_t *bytes, size_t len);

/* Nothing was said, nor dropped. */
void assert_silent(void);

#define ARP_ASK(dst, sender_mac, sender, ...)                           \
	FRAME(dst, sender_mac, ARP_HEAD, 1, sender_mac, sender, ZEROS6, \
	      __VA_ARGS__)

#define NOT_OURS(...)                    \
	assert_false(take(__VA_ARGS__)); \
	assert_silent()

#define BUILT_MAX 2048
extern uint8_t built[BUILT_MAX];

/* A packet of ICMPv6 with its checksum; returns the frame's length. */
size_t build6(const uint8_t *macs, const uint8_t *addresses, uint8_t hops,
	      const uint8_t *icmp, size_t len);

#define ICMP6(macs, addresses, hops, ...)                                      \
	built, build6(BYTES(macs), BYTES(addresses), hops, BYTES(__VA_ARGS__), \
		      sizeof(BYTES(__VA_ARGS__)))
#define BOTH(a, b) a, b
#define GROUP_MAC 0x33, 0x33, 255, 0xaa, 0xbb, 2
#define ALL_GROUP_MAC 0x33, 0x33, 0, 0, 0, 1
#define SOLICIT(target) 135, 0, 0, 0, ZEROS4, target
#define SOURCE(mac) 1, 1, mac
#define TARGET(mac) 2, 1, mac

/* As built[] has it, whose checksum build6() made. */
void assert_says6(const uint8_t *frame, size_t len);

/*
 * An echo request in built[]: `head` bytes of IPv4, options among them, and
 * `len` behind ICMP's header; returns the frame's length.
 */
size_t build4(uint16_t frag, unsigned head, unsigned len);

/* For the node, which counts it, and says nothing. */
void assert_drops(size_t len);

/* A frame of IPv4 in built[], its sums made; returns its length. */
size_t build_ip4(const uint8_t *macs, uint8_t proto, uint8_t ttl,
		 const uint8_t *addresses, const uint8_t *p, size_t len);

#define IP4(macs, proto, ttl, addresses, ...)                       \
	built, build_ip4(BYTES(macs), proto, ttl, BYTES(addresses), \
			 BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))

/* The one frame that was said has these bytes from there on. */
void assert_has(unsigned at, const uint8_t *bytes, size_t len);
void assert_said(unsigned at, const uint8_t *bytes, size_t len);

/* Until it says something, 30 s at most. */
void wait_frame(void);

#endif /* UNIT_NODE_RIG_H */
