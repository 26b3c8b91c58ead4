/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port answers to its neighbours, byte by byte, and what it does not. */
#include <string.h>

#include "net/csum.h"
#include "net/port_impl.h"
#include "node/node.h"
#include "plat/host/host.h"
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
#define ALL6 255, 2, ZEROS8, ZEROS4, 0, 1
#define ARP_HEAD 8, 6, 0, 1, 8, 0, 6, 4, 0
#define TAG 0x81, 0, 0, 5

static struct host_netdev *dev[2];
static struct port port;
static struct node *node;
static uint64_t now;

static struct node_address address_of(const uint8_t *addr, unsigned len)
{
	struct node_address a;

	memset(&a, 0, sizeof(a));
	if (len == IPV4_ALEN)
		a.from = node_ipv4(addr);
	else
		memcpy(a.from.b, addr, len);
	a.to = a.from;
	a.bits = len == IPV4_ALEN ? 120 : 64;
	return a;
}

static void add(const uint8_t *addr, unsigned len, uint16_t vlan)
{
	struct node_address a = address_of(addr, len);

	a.vlan = vlan;
	assert_int_equal(node_add(node, &a, now), 0);
}

static void forget_frames(void)
{
	node_drop(node);
	node->dropped = 0;
}

static void pass(uint64_t ns)
{
	for (const uint64_t end = now + ns; now < end;) {
		now += S / 100;
		node_poll(node, now);
	}
}

static int setup(void **state)
{
	static const uint8_t ours[] = {OURS}, ours6[] = {OURS6};

	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	assert_int_equal(port_open(&port, 0, 1, 64, uk_alloc_get_default()), 0);
	node = node_open(&port.queue[0], uk_alloc_get_default());
	assert_non_null(node);
	now = S;
	add(ours, sizeof(ours), 0);
	add(ours6, sizeof(ours6), 0);
	pass(5 * S);
	forget_frames();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	node_drop(node);
	node_close(node);
	port_close(&port, uk_alloc_get_default());
	return 0;
}

static bool take(const uint8_t *frame, size_t len)
{
	return node_take(node, frame, len, now);
}

#define FRAME(...) \
	((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})

/* The one frame that was made begins with these, the rest of it is 0. */
static void assert_says(const uint8_t *bytes, size_t len)
{
	const struct uk_netbuf *nb = node->out[0];
	const uint8_t *p = nb->data;

	assert_int_equal(node->nb_out, 1);
	assert_memory_equal(p, bytes, len);
	assert_int_equal(nb->len, len < 60 ? 60 : len);
	for (size_t i = len; i < nb->len; i++)
		assert_int_equal(p[i], 0);
	forget_frames();
}

static void assert_silent(void)
{
	assert_int_equal(node->nb_out, 0);
	assert_int_equal(node->dropped, 0);
}

/* ---- ARP ----------------------------------------------------------------- */

#define ARP_ASK(dst, sender_mac, sender, ...)                           \
	FRAME(dst, sender_mac, ARP_HEAD, 1, sender_mac, sender, ZEROS6, \
	      __VA_ARGS__)

static void arp_is_answered(void **state)
{
	(void)state;
	assert_true(take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, OURS)));
	assert_says(FRAME(THEIR_MAC, OUR_MAC, ARP_HEAD, 2, OUR_MAC, OURS,
			  THEIR_MAC, THEIRS));
	/* To this station alone, as caches are checked. */
	assert_true(take(ARP_ASK(OUR_MAC, THEIR_MAC, THEIRS, OURS)));
	assert_says(FRAME(THEIR_MAC, OUR_MAC, ARP_HEAD, 2, OUR_MAC, OURS,
			  THEIR_MAC, THEIRS));
	/* Somebody checks whether he can have it (RFC 5227). */
	assert_true(take(ARP_ASK(ALL_MACS, THEIR_MAC, ZEROS4, OURS)));
	assert_says(FRAME(THEIR_MAC, OUR_MAC, ARP_HEAD, 2, OUR_MAC, OURS,
			  THEIR_MAC, ZEROS4));
}

#define NOT_OURS(...)                    \
	assert_false(take(__VA_ARGS__)); \
	assert_silent()

static void no_other_arp_is_answered(void **state)
{
	(void)state;
	NOT_OURS(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 0, 0, 3));
	NOT_OURS(ARP_ASK(OTHER_MAC, THEIR_MAC, THEIRS, OURS));
	/* From a group, from loopback. */
	NOT_OURS(FRAME(ALL_MACS, THEIR_MAC, ARP_HEAD, 1, ALL_MACS, THEIRS,
		       ZEROS6, OURS));
	NOT_OURS(ARP_ASK(ALL_MACS, THEIR_MAC, LOOPBACK, OURS));
	/* Of another kind; cut off. */
	NOT_OURS(FRAME(ALL_MACS, THEIR_MAC, 8, 6, 0, 1, 8, 0, 6, 16, 0, 1,
		       THEIR_MAC, THEIRS, ZEROS6, OURS));
	NOT_OURS(FRAME(ALL_MACS, THEIR_MAC, ARP_HEAD, 3, THEIR_MAC, THEIRS,
		       ZEROS6, OURS));
	NOT_OURS(FRAME(ALL_MACS, THEIR_MAC, ARP_HEAD, 1, THEIR_MAC, THEIRS,
		       ZEROS6, 10, 0, 0));
	/* On a VLAN, which the address is not on. */
	NOT_OURS(FRAME(ALL_MACS, THEIR_MAC, TAG, ARP_HEAD, 1, THEIR_MAC, THEIRS,
		       ZEROS6, OURS));
}

static void a_tagged_address_answers_with_its_tag(void **state)
{
	static const uint8_t addr[] = {10, 0, 5, 2};

	(void)state;
	add(addr, sizeof(addr), 5);
	pass(5 * S);
	forget_frames();
	assert_true(take(FRAME(ALL_MACS, THEIR_MAC, TAG, ARP_HEAD, 1, THEIR_MAC,
			       THEIRS, ZEROS6, 10, 0, 5, 2)));
	assert_says(FRAME(THEIR_MAC, OUR_MAC, TAG, ARP_HEAD, 2, OUR_MAC, 10, 0,
			  5, 2, THEIR_MAC, THEIRS));
	NOT_OURS(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 0, 5, 2));
	/* A tag that says a priority alone is none. */
	assert_true(take(FRAME(ALL_MACS, THEIR_MAC, 0x81, 0, 0xe0, 0, ARP_HEAD,
			       1, THEIR_MAC, THEIRS, ZEROS6, OURS)));
	assert_says(FRAME(THEIR_MAC, OUR_MAC, ARP_HEAD, 2, OUR_MAC, OURS,
			  THEIR_MAC, THEIRS));
}

static void a_range_answers_from_its_first_to_its_last(void **state)
{
	static const uint8_t from[] = {10, 1, 0, 0}, to[] = {10, 1, 39, 15};
	struct node_address a = address_of(from, sizeof(from));

	(void)state;
	a.to = node_ipv4(to);
	assert_int_equal(node_add(node, &a, now), 0);
	NOT_OURS(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 0, 255, 255));
	assert_true(take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 1, 0, 0)));
	assert_true(take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 1, 39, 15)));
	assert_int_equal(node->nb_out, 2);
	forget_frames();
	NOT_OURS(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 1, 39, 16));
}

/* ---- Neighbour discovery ------------------------------------------------- */

#define BYTES(...) ((const uint8_t[]){__VA_ARGS__})

static uint8_t built[2048];

/* A packet of ICMPv6 with its checksum; returns the frame's length. */
static size_t build6(const uint8_t *macs, const uint8_t *addresses,
		     uint8_t hops, const uint8_t *icmp, size_t len)
{
	uint8_t *p = built;
	uint32_t sum;
	uint16_t csum;

	memcpy(p, macs, 12);
	memcpy(p + 12, (const uint8_t[]){0x86, 0xdd, 0x60, 0, 0, 0}, 6);
	p[18] = (uint8_t)(len >> 8);
	p[19] = (uint8_t)len;
	p[20] = 58;
	p[21] = hops;
	memcpy(p + 22, addresses, 32);
	memcpy(p + 54, icmp, len);
	sum = csum_add(csum_pseudo(58, len), p + 22, 32);
	csum = csum_end(csum_add(sum, p + 54, len));
	memcpy(p + 56, &csum, 2);
	return 54 + len;
}

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
static void assert_says6(const uint8_t *frame, size_t len)
{
	uint8_t copy[sizeof(built)];

	memcpy(copy, frame, len);
	assert_says(copy, len);
}

static void solicitations_are_answered(void **state)
{
	(void)state;
	assert_true(
		take(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6),
			   255, SOLICIT(OURS6), SOURCE(THEIR_MAC))));
	assert_says6(ICMP6(BOTH(THEIR_MAC, OUR_MAC), BOTH(OURS6, THEIRS6), 255,
			   136, 0, 0, 0, 0x60, 0, 0, 0, OURS6,
			   TARGET(OUR_MAC)));
	/* To itself, without an option, as reachability is checked. */
	assert_true(take(ICMP6(BOTH(OUR_MAC, THEIR_MAC), BOTH(THEIRS6, OURS6),
			       255, SOLICIT(OURS6))));
	assert_says6(ICMP6(BOTH(THEIR_MAC, OUR_MAC), BOTH(OURS6, THEIRS6), 255,
			   136, 0, 0, 0, 0x60, 0, 0, 0, OURS6,
			   TARGET(OUR_MAC)));
	/* Somebody checks whether he can have it: all are told. */
	assert_true(take(ICMP6(BOTH(GROUP_MAC, THEIR_MAC),
			       BOTH(BOTH(ZEROS8, ZEROS8), GROUP6), 255,
			       SOLICIT(OURS6))));
	assert_says6(ICMP6(BOTH(ALL_GROUP_MAC, OUR_MAC), BOTH(OURS6, ALL6), 255,
			   136, 0, 0, 0, 0x20, 0, 0, 0, OURS6,
			   TARGET(OUR_MAC)));
}

static void no_other_solicitation_is_answered(void **state)
{
	(void)state;
	/* It has crossed a router. */
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 254,
		       SOLICIT(OURS6), SOURCE(THEIR_MAC)));
	/* A code; an option without a length, and one that is too long. */
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 255,
		       135, 1, 0, 0, ZEROS4, OURS6));
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 255,
		       SOLICIT(OURS6), 1, 0, THEIR_MAC));
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 255,
		       SOLICIT(OURS6), 1, 2, THEIR_MAC));
	/* A check that says whose it is, and one that is not to the group. */
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC),
		       BOTH(BOTH(ZEROS8, ZEROS8), GROUP6), 255, SOLICIT(OURS6),
		       SOURCE(THEIR_MAC)));
	NOT_OURS(ICMP6(BOTH(OUR_MAC, THEIR_MAC),
		       BOTH(BOTH(ZEROS8, ZEROS8), OURS6), 255, SOLICIT(OURS6)));
	/* Of somebody else, and of a group. */
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 255,
		       SOLICIT(THEIRS6), SOURCE(THEIR_MAC)));
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 255,
		       SOLICIT(GROUP6), SOURCE(THEIR_MAC)));
	/* A wrong checksum. */
	build6(BYTES(GROUP_MAC, THEIR_MAC), BYTES(THEIRS6, GROUP6), 255,
	       BYTES(SOLICIT(OURS6)), 24);
	built[56] ^= 1;
	NOT_OURS(built, 78);
}

/* ---- Echo ---------------------------------------------------------------- */

/* `head` bytes of IPv4, options among them; sums are made. */
static size_t build4(uint16_t frag, unsigned head, unsigned len)
{
	uint8_t *p = built;
	uint16_t csum;

	memset(p, 0, sizeof(built));
	memcpy(p, BYTES(OUR_MAC, THEIR_MAC, 8, 0), 14);
	p += 14;
	p[0] = (uint8_t)(0x40 | head / 4);
	p[2] = (uint8_t)((head + 8 + len) >> 8);
	p[3] = (uint8_t)(head + 8 + len);
	p[4] = 0x12;
	p[6] = (uint8_t)(frag >> 8);
	p[7] = (uint8_t)frag;
	p[8] = 3;
	p[9] = 1;
	memcpy(p + 12, BYTES(THEIRS, OURS), 8);
	for (unsigned i = 20; i < head; i++)
		p[i] = 1; /* no operation */
	csum = csum_end(csum_add(0, p, head));
	memcpy(p + 10, &csum, 2);
	p += head;
	memcpy(p, BYTES(8, 0, 0, 0, 0x77, 0x88, 0, 3), 8);
	for (unsigned i = 0; i < len; i++)
		p[8 + i] = (uint8_t)(i * 7 + 1);
	csum = csum_end(csum_add(0, p, 8 + len));
	memcpy(p + 2, &csum, 2);
	return 14 + head + 8 + len;
}

/* What answers the echo of so many bytes that build4() makes. */
static void assert_echo_is_answered(unsigned head, unsigned len)
{
	uint8_t expected[2048];
	const size_t size = build4(0, head, len);
	uint16_t csum;

	now += S / NODE_ANSWERS_PER_S;
	memset(expected, 0, sizeof(expected));
	memcpy(expected,
	       BYTES(THEIR_MAC, OUR_MAC, 8, 0, 0x45, 0,
		     (uint8_t)((28 + len) >> 8), (uint8_t)(28 + len), 0, 0,
		     0x40, 0, 64, 1, 0, 0, OURS, THEIRS),
	       34);
	csum = csum_end(csum_add(0, expected + 14, 20));
	memcpy(expected + 24, &csum, 2);
	memcpy(expected + 34, built + 14 + head, 8 + len);
	memset(expected + 34, 0, 4);
	csum = csum_end(csum_add(0, expected + 34, 8 + len));
	memcpy(expected + 36, &csum, 2);
	/* Padding is not part of it. */
	memset(built + size, 0xee, 8);
	assert_true(take(built, size + (size < 60 ? 8 : 0)));
	assert_says(expected, 42 + len);
}

static void echo_of_any_size_is_answered(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 1472; len++)
		assert_echo_is_answered(20, len);
}

static void echo_with_options_is_answered_without(void **state)
{
	(void)state;
	for (unsigned head = 24; head <= 60; head += 4)
		assert_echo_is_answered(head, 57);
}

/* For the node, which counts it, and says nothing. */
static void assert_drops(size_t len)
{
	assert_true(take(built, len));
	assert_int_equal(node->nb_out, 0);
	assert_int_equal(node->dropped, 1);
	node->dropped = 0;
}

static void echoes_that_are_wrong_are_dropped(void **state)
{
	size_t len;

	(void)state;
	assert_drops(build4(0x2000, 20, 56)); /* the first of several */
	assert_drops(build4(0x0008, 20, 56)); /* the last */
	len = build4(0, 20, 56);
	built[24] ^= 1;
	assert_drops(len);
	len = build4(0, 20, 57);
	built[60] ^= 1;
	assert_drops(len);
	len = build4(0, 20, 56);
	assert_drops(len - 1);
	built[14] = 0x44;
	assert_drops(len);
	built[14] = 0x4f;
	assert_drops(len);
}

static void echoes_of_others_are_not_seen(void **state)
{
	size_t len = build4(0, 20, 56);

	(void)state;
	built[33] = 3;
	NOT_OURS(built, len);
	/* To the address of ours, but to all stations. */
	len = build4(0, 20, 56);
	memcpy(built, BYTES(ALL_MACS), 6);
	NOT_OURS(built, len);
	/* From a group. */
	len = build4(0, 20, 56);
	built[26] = 224;
	NOT_OURS(built, len);
	/* Of another code. */
	len = build4(0, 20, 0);
	memcpy(built + 34, BYTES(8, 1), 2);
	built[37]--;
	NOT_OURS(built, len);
	/* A reply that nobody waits for. */
	len = build4(0, 20, 0);
	built[34] = 0;
	built[36] = (uint8_t)(built[36] + 8);
	NOT_OURS(built, len);
}

#define ECHO6(type, ...) type, 0, 0, 0, 0x77, 0x88, 0, 1, __VA_ARGS__

static void echo_in_ipv6_is_answered(void **state)
{
	(void)state;
	assert_true(take(ICMP6(BOTH(OUR_MAC, THEIR_MAC), BOTH(THEIRS6, OURS6),
			       5, ECHO6(128, 1, 2, 3))));
	assert_says6(ICMP6(BOTH(THEIR_MAC, OUR_MAC), BOTH(OURS6, THEIRS6), 64,
			   ECHO6(129, 1, 2, 3)));
}

/* One that has options for every node before it, of 8 bytes. */
static size_t with_options(uint8_t next)
{
	const size_t len =
		build6(BYTES(OUR_MAC, THEIR_MAC), BYTES(THEIRS6, OURS6), 5,
		       BYTES(ECHO6(128, 1, 2, 3)), 11);

	memmove(built + 62, built + 54, len - 54);
	memcpy(built + 54, BYTES(58, 0, 1, 4, ZEROS4), 8);
	built[19] = (uint8_t)(built[19] + 8);
	built[20] = next;
	return len + 8;
}

static void echo_in_ipv6_behind_options(void **state)
{
	size_t len;

	(void)state;
	len = with_options(0);
	assert_true(take(built, len));
	assert_says6(ICMP6(BOTH(THEIR_MAC, OUR_MAC), BOTH(OURS6, THEIRS6), 64,
			   ECHO6(129, 1, 2, 3)));
	/* Behind a fragment's header nothing is. */
	len = with_options(44);
	NOT_OURS(built, len);
	len = with_options(0);
	built[55] = 200;
	NOT_OURS(built, len);
	/* A wrong checksum is dropped. */
	len = with_options(60);
	built[len - 1] ^= 1;
	assert_drops(len);
}

static void answers_are_limited(void **state)
{
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < 3 * NODE_ANSWERS_BURST; i++) {
		take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, OURS));
		n += node->nb_out;
		while (node->nb_out)
			port_frame_free(node->out[--node->nb_out]);
	}
	assert_int_equal(n, NODE_ANSWERS_BURST);
	assert_int_equal(node->dropped, 2 * NODE_ANSWERS_BURST);
	now += S / NODE_ANSWERS_PER_S;
	assert_true(take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, OURS)));
	assert_int_equal(node->nb_out, 1);
}

static void buffers_run_out_and_come_back(void **state)
{
	(void)state;
	const unsigned all = port.nb_rx_bufs, most = 40;
	struct uk_netbuf *nb[1];

	port.nb_rx_bufs = 4 * most;
	for (unsigned i = 0; i < node->nb_bufs; i++)
		take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, OURS));
	assert_int_equal(node->nb_out, node->nb_bufs);
	assert_int_equal(node->dropped, 0);
	/* What has no place for its answer waits, up to a quarter of all. */
	for (unsigned i = 0; i < most + 5; i++) {
		const uint8_t *frame = BYTES(ALL_MACS, THEIR_MAC, ARP_HEAD, 1,
					     THEIR_MAC, THEIRS, ZEROS6, OURS);

		assert_int_equal(port_rx_alloc(&port.queue[0], nb, 1), 1);
		memcpy(nb[0]->data, frame, 42);
		nb[0]->len = 42;
		assert_true(take(nb[0]->data, 42));
		node_end(node, nb[0]);
	}
	assert_int_equal(node->nb_later, most);
	assert_int_equal(node->dropped, 5);
	for (unsigned i = 0; i < 10; i++)
		port_frame_free(node->out[--node->nb_out]);
	node_take_later(node, now);
	assert_int_equal(node->nb_later, most - 10);
	assert_int_equal(node->nb_out, node->nb_bufs);
	forget_frames();
	port.nb_rx_bufs = all;
	assert_int_equal(node->nb_later, 0);
	assert_int_equal(node->nb_free, node->nb_bufs);
	assert_true(take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, OURS)));
	assert_int_equal(node->nb_out, 1);
}

static void without_addresses_nothing_is_answered(void **state)
{
	size_t len = build4(0, 20, 56);

	(void)state;
	node_remove_all(node);
	NOT_OURS(built, len);
	NOT_OURS(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, OURS));
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 255,
		       SOLICIT(OURS6), SOURCE(THEIR_MAC)));
	pass(20 * S);
	assert_silent();
}

/* ---- Addresses are checked ----------------------------------------------- */

static void an_address_is_checked_then_announced(void **state)
{
	static const uint8_t addr[] = {10, 0, 0, 3};
	const uint64_t began = now;

	(void)state;
	add(addr, sizeof(addr), 0);
	for (unsigned i = 0; i < NODE_TRIES; i++) {
		while (!node->nb_out)
			pass(1);
		assert_true(now >= began + i * NODE_TRY_NS);
		assert_says(FRAME(ALL_MACS, OUR_MAC, ARP_HEAD, 1, OUR_MAC,
				  ZEROS4, ZEROS6, 10, 0, 0, 3));
		/* Nobody is told of it by now. */
		take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 0, 0, 3));
		assert_silent();
	}
	for (unsigned i = 0; i < 2; i++) {
		while (!node->nb_out)
			pass(1);
		assert_says(FRAME(ALL_MACS, OUR_MAC, ARP_HEAD, 1, OUR_MAC, 10,
				  0, 0, 3, ZEROS6, 10, 0, 0, 3));
	}
	assert_true(now - began < 21 * S / 10);
	pass(20 * S);
	assert_silent();
	assert_int_equal(node->own[2].state, NODE_VALID);
}

static void an_ipv6_address_is_checked_then_announced(void **state)
{
#define NEW6 0x20, 1, 0, 2, ZEROS8, 0, 0, 0, 3
#define NEW_GROUP6 255, 2, ZEROS8, 0, 1, 255, 0, 0, 3
#define NEW_GROUP_MAC 0x33, 0x33, 255, 0, 0, 3
	static const uint8_t addr[] = {NEW6};

	(void)state;
	add(addr, sizeof(addr), 0);
	for (unsigned i = 0; i < NODE_TRIES; i++) {
		while (!node->nb_out)
			pass(1);
		assert_says6(ICMP6(BOTH(NEW_GROUP_MAC, OUR_MAC),
				   BOTH(BOTH(ZEROS8, ZEROS8), NEW_GROUP6), 255,
				   SOLICIT(NEW6)));
	}
	while (!node->nb_out)
		pass(1);
	assert_says6(ICMP6(BOTH(ALL_GROUP_MAC, OUR_MAC), BOTH(NEW6, ALL6), 255,
			   136, 0, 0, 0, 0x20, 0, 0, 0, NEW6, TARGET(OUR_MAC)));
}

static void what_somebody_else_has_is_not_used(void **state)
{
	static const uint8_t addr[] = {10, 0, 0, 3}, addr6[] = {NEW6};

	(void)state;
	add(addr, sizeof(addr), 0);
	add(addr6, sizeof(addr6), 0);
	pass(S / 50);
	forget_frames();
	assert_true(take(FRAME(OUR_MAC, THEIR_MAC, ARP_HEAD, 2, THEIR_MAC, 10,
			       0, 0, 3, OUR_MAC, ZEROS4)));
	/* Two check at once: neither has it. */
	assert_true(take(ICMP6(BOTH(NEW_GROUP_MAC, THEIR_MAC),
			       BOTH(BOTH(ZEROS8, ZEROS8), NEW_GROUP6), 255,
			       SOLICIT(NEW6))));
	pass(20 * S);
	assert_silent();
	for (unsigned i = 2; i < 4; i++) {
		assert_int_equal(node->own[i].state, NODE_TAKEN);
		assert_memory_equal(node->own[i].rival, BYTES(THEIR_MAC), 6);
	}
	NOT_OURS(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, 10, 0, 0, 3));
}

static void an_address_is_defended_now_and_then(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_true(take(FRAME(ALL_MACS, THEIR_MAC, ARP_HEAD, 2,
				       THEIR_MAC, OURS, ALL_MACS, OURS)));
	pass(S / 2);
	assert_silent();
	pass(S);
	assert_says(FRAME(ALL_MACS, OUR_MAC, ARP_HEAD, 1, OUR_MAC, OURS, ZEROS6,
			  OURS));
	assert_int_equal(node->own[0].nb_rivals, 100);
	assert_int_equal(node->own[0].state, NODE_VALID);
}

/* ---- Neighbours ---------------------------------------------------------- */

static int resolve(const uint8_t *addr, uint8_t mac[ETH_ALEN])
{
	const struct node_ip ip = node_ipv4(addr);

	return node_resolve(node, &node->own[0], &ip, mac, now);
}

static void a_neighbour_is_asked_for_and_kept_fresh(void **state)
{
	uint8_t mac[ETH_ALEN];

	(void)state;
	assert_int_equal(resolve(BYTES(THEIRS), mac), 0);
	node_poll(node, now);
	assert_says(FRAME(ALL_MACS, OUR_MAC, ARP_HEAD, 1, OUR_MAC, OURS, ZEROS6,
			  THEIRS));
	assert_true(take(FRAME(OUR_MAC, THEIR_MAC, ARP_HEAD, 2, THEIR_MAC,
			       THEIRS, OUR_MAC, OURS)));
	assert_int_equal(resolve(BYTES(THEIRS), mac), 1);
	assert_memory_equal(mac, BYTES(THEIR_MAC), 6);
	assert_silent();
	/* It moves, and says so: that counts at once. */
	assert_true(take(FRAME(ALL_MACS, OTHER_MAC, ARP_HEAD, 1, OTHER_MAC,
			       THEIRS, ZEROS6, THEIRS)));
	assert_int_equal(resolve(BYTES(THEIRS), mac), 1);
	assert_memory_equal(mac, BYTES(OTHER_MAC), 6);
	/* It moves and says nothing: it is asked for when that is old. */
	for (unsigned i = 0; i < 11; i++) {
		assert_int_equal(resolve(BYTES(THEIRS), mac), 1);
		pass(S);
	}
	assert_true(node->nb_out > 0);
	forget_frames();
	assert_true(take(FRAME(OUR_MAC, THEIR_MAC, ARP_HEAD, 2, THEIR_MAC,
			       THEIRS, OUR_MAC, OURS)));
	assert_int_equal(resolve(BYTES(THEIRS), mac), 1);
	assert_memory_equal(mac, BYTES(THEIR_MAC), 6);
	/* What nobody wants is not asked for. */
	pass(100 * S);
	assert_silent();
}

static void who_does_not_answer_is_known_within_a_second(void **state)
{
	uint8_t mac[ETH_ALEN];
	unsigned n = 0;

	(void)state;
	for (const uint64_t end = now + S; now < end;) {
		assert_int_equal(resolve(BYTES(THEIRS), mac), 0);
		pass(S / 100);
	}
	n = node->nb_out;
	assert_int_equal(n, NODE_TRIES);
	pass(S / 100);
	assert_true(resolve(BYTES(THEIRS), mac) < 0);
	forget_frames();
	/* Who wants it has it asked for once a second, and finds it then. */
	for (unsigned i = 0; i < 300; i++) {
		resolve(BYTES(THEIRS), mac);
		pass(S / 100);
	}
	assert_in_range(node->nb_out, 4, 10);
	forget_frames();
	assert_true(take(FRAME(OUR_MAC, THEIR_MAC, ARP_HEAD, 2, THEIR_MAC,
			       THEIRS, OUR_MAC, OURS)));
	assert_int_equal(resolve(BYTES(THEIRS), mac), 1);
}

static void many_neighbours_leave_room_for_who_is_wanted(void **state)
{
	uint8_t mac[ETH_ALEN];

	(void)state;
	resolve(BYTES(THEIRS), mac);
	take(FRAME(OUR_MAC, THEIR_MAC, ARP_HEAD, 2, THEIR_MAC, THEIRS, OUR_MAC,
		   OURS));
	for (unsigned i = 0; i < 1000; i++) {
		take(FRAME(ALL_MACS, OTHER_MAC, ARP_HEAD, 1, OTHER_MAC, 10, 7,
			   (uint8_t)(i >> 8), (uint8_t)i, ZEROS6, OURS));
		forget_frames();
	}
	assert_int_equal(resolve(BYTES(THEIRS), mac), 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(arp_is_answered),
		T(no_other_arp_is_answered),
		T(a_tagged_address_answers_with_its_tag),
		T(a_range_answers_from_its_first_to_its_last),
		T(solicitations_are_answered),
		T(no_other_solicitation_is_answered),
		T(echo_of_any_size_is_answered),
		T(echo_with_options_is_answered_without),
		T(echoes_that_are_wrong_are_dropped),
		T(echoes_of_others_are_not_seen),
		T(echo_in_ipv6_is_answered),
		T(echo_in_ipv6_behind_options),
		T(answers_are_limited),
		T(buffers_run_out_and_come_back),
		T(without_addresses_nothing_is_answered),
		T(an_address_is_checked_then_announced),
		T(an_ipv6_address_is_checked_then_announced),
		T(what_somebody_else_has_is_not_used),
		T(an_address_is_defended_now_and_then),
		T(a_neighbour_is_asked_for_and_kept_fresh),
		T(who_does_not_answer_is_known_within_a_second),
		T(many_neighbours_leave_room_for_who_is_wanted),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
