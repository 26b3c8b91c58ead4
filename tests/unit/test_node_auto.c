/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of IPv6 that come by themselves: from routers, from a server. */
#include <string.h>

#include "net/csum.h"
#include "node_rig.h"

#define LINK6 0xfe, 0x80, ZEROS6, 0, 0, 0, 0xff, 0xfe, 0, 0, 0
#define ROUTER6 0xfe, 0x80, ZEROS8, 0, 0, 0, 0, 0, 9
#define OTHER_ROUTER6 0xfe, 0x80, ZEROS8, 0, 0, 0, 0, 0, 8
#define NET6 0x20, 1, 0, 2, 0, 5, 0, 0
#define FROM_ROUTER6 NET6, 0, 0, 0, 0xff, 0xfe, 0, 0, 0
#define LEASED6 NET6, ZEROS4, 0, 0, 0, 7
#define FAR6 0x20, 1, 0, 3, ZEROS8, 0, 0, 0, 1
#define ROUTERS_MAC 0x33, 0x33, 0, 0, 0, 2
#define SERVERS_MAC 0x33, 0x33, 0, 1, 0, 2

/* Of a router's life and a prefix's, seconds of one byte each. */
#define ADVERT(bits, life) \
	134, 0, 0, 0, 64, bits, 0, life, ZEROS8, 1, 1, THEIR_MAC
#define PREFIX(flags, life) \
	3, 4, 64, flags, 0, 0, 0, life, 0, 0, 0, life, ZEROS4, NET6, ZEROS8
#define SAID(from, ...)                                                    \
	built, build6(BYTES(ALL_GROUP_MAC, THEIR_MAC), to_all(from), hops, \
		      BYTES(__VA_ARGS__), sizeof(BYTES(__VA_ARGS__)))

static uint8_t hops = 255;
static const uint8_t router[] = {ROUTER6}, other_router[] = {OTHER_ROUTER6};
static const uint8_t theirs[] = {THEIRS6};

/* Both addresses of what somebody says to all. */
static const uint8_t *to_all(const uint8_t from[16])
{
	static uint8_t both[32];

	memcpy(both, from, 16);
	memcpy(both + 16, BYTES(ALL6), 16);
	return both;
}

static const struct node_own *own_of(const uint8_t ip6[16])
{
	struct node_ip ip;

	memcpy(ip.b, ip6, sizeof(ip.b));
	return node_own_of(node, &ip);
}

static void begin(void)
{
	node_auto(node, true, 0, now);
	wait_frame();
	assert_has(0, FRAME(ROUTERS_MAC, OUR_MAC, 0x86, 0xdd, 0x60, 0, 0, 0, 0,
			    16, 58, 255, LINK6));
	assert_has(54, FRAME(133, 0));
	assert_has(62, FRAME(1, 1, OUR_MAC));
	forget_frames();
}

static struct node_ip way_to_far(void)
{
	struct node_ip far, next = {{0}};

	memcpy(far.b, BYTES(FAR6), sizeof(far.b));
	return node_route(node, &far, &next) ? next : (struct node_ip){{0}};
}

static void an_address_and_a_way_out_come_from_a_router(void **state)
{
	const struct node_own *own;
	struct node_ip next;

	(void)state;
	begin();
	assert_true(take(SAID(router, ADVERT(0, 100), PREFIX(0xc0, 200))));
	own = own_of(BYTES(FROM_ROUTER6));
	assert_non_null(own);
	assert_int_equal(own->is.bits, 64);
	assert_int_equal(own->state, NODE_TENTATIVE);
	pass(2 * S);
	assert_int_equal(own_of(BYTES(FROM_ROUTER6))->state, NODE_VALID);
	next = way_to_far();
	assert_memory_equal(next.b, BYTES(ROUTER6), 16);
	/* A second one waits for the first to be none. */
	take(SAID(other_router, ADVERT(0, 100)));
	next = way_to_far();
	assert_memory_equal(next.b, BYTES(ROUTER6), 16);
	take(SAID(router, ADVERT(0, 0)));
	next = way_to_far();
	assert_true(node_is_none(&next));
	take(SAID(other_router, ADVERT(0, 100)));
	next = way_to_far();
	assert_memory_equal(next.b, BYTES(OTHER_ROUTER6), 16);
	/* All of it ends, and is asked for anew. */
	pass(90 * S);
	forget_frames();
	pass(11 * S);
	next = way_to_far();
	assert_true(node_is_none(&next));
	assert_has(54, FRAME(133, 0));
	pass(100 * S);
	assert_null(own_of(BYTES(FROM_ROUTER6)));
	forget_frames();
}

static void it_goes_when_it_is_told_to(void **state)
{
	(void)state;
	begin();
	take(SAID(router, ADVERT(0, 100), PREFIX(0xc0, 200)));
	assert_int_equal(node->nb_own, 4);
	node_auto(node, false, 0, now);
	assert_int_equal(node->nb_own, 3);
	assert_false(take(SAID(router, ADVERT(0, 100), PREFIX(0xc0, 200))));
	pass(20 * S);
	forget_frames();
	/* Alone, it brings the address of the link, and takes it along. */
	node_remove_all(node);
	node_auto(node, true, 5, now);
	assert_int_equal(node->nb_own, 1);
	assert_int_equal(node->own[0].is.vlan, 5);
	node_auto(node, false, 5, now);
	assert_int_equal(node->nb_own, 0);
	forget_frames();
}

static void a_life_is_not_cut_short(void **state)
{
	uint64_t until;

	(void)state;
	begin();
	take(SAID(router, ADVERT(0, 100), 3, 4, 64, 0xc0, 0, 1, 0, 0, 0, 0, 0,
		  9, ZEROS4, NET6, ZEROS8));
	assert_non_null(own_of(BYTES(FROM_ROUTER6)));
	for (unsigned i = 0; i < ROUTED_PREFIXES_MAX; i++)
		until = MAX(i ? until : 0, node->lab.routed.prefix[i].until_ns);
	assert_int_equal(until, now + 65536 * S);
	take(SAID(router, ADVERT(0, 100), PREFIX(0xc0, 0)));
	for (unsigned i = 0; i < ROUTED_PREFIXES_MAX; i++)
		until = MAX(i ? until : 0, node->lab.routed.prefix[i].until_ns);
	assert_int_equal(until, now + 7200 * S);
	assert_non_null(own_of(BYTES(FROM_ROUTER6)));
}

static void what_is_wrong_is_not_believed(void **state)
{
	(void)state;
	begin();
	/* From afar, from no router's address, of options cut off. */
	hops = 64;
	take(SAID(router, ADVERT(0, 100), PREFIX(0xc0, 200)));
	hops = 255;
	take(SAID(theirs, ADVERT(0, 100), PREFIX(0xc0, 200)));
	take(SAID(router, ADVERT(0, 100), PREFIX(0xc0, 200), 1, 0));
	take(SAID(router, ADVERT(0, 100), PREFIX(0xc0, 200), 1, 2, OUR_MAC));
	assert_int_equal(node->dropped, 4);
	assert_int_equal(node->nb_own, 3);
	/* Not for addresses, or for longer than it is valid, or not 64. */
	take(SAID(router, ADVERT(0, 100), PREFIX(0x80, 200)));
	take(SAID(router, ADVERT(0, 100), 3, 4, 64, 0xc0, 0, 0, 0, 9, 0, 0, 0,
		  10, ZEROS4, NET6, ZEROS8));
	take(SAID(router, ADVERT(0, 100), 3, 4, 48, 0xc0, 0, 0, 0, 9, 0, 0, 0,
		  9, ZEROS4, NET6, ZEROS8));
	take(SAID(router, ADVERT(0, 100), 3, 4, 64, 0xc0, 0, 0, 0, 9, 0, 0, 0,
		  9, ZEROS4, 0xfe, 0x80, ZEROS6, ZEROS8));
	assert_int_equal(node->nb_own, 3);
	node->dropped = 0;
}

/* ---- A server ------------------------------------------------------------ */

#define ETH_IP6 54

static uint8_t server = 9;

/* An answer to the last of ours: a status where it is not 0. */
static void serve(uint8_t type, uint8_t valid_s, uint8_t status)
{
	const uint32_t xid = node->lab.dhcp6.xid;
	const uint8_t message[] = {
		2, 35, 2, 34, 0, 8 + 4 + 14 + 8 + 16 + 28 + 6, 0, 0, type,
		(uint8_t)(xid >> 16), (uint8_t)(xid >> 8), (uint8_t)xid,
		/* client, server */
		0, 1, 0, 10, 0, 3, 0, 1, OUR_MAC, 0, 2, 0, 4, 9, 9, 9, server,
		/* one address, and what becomes of the wish */
		0, 3, 0, 12 + 28 + 6, 0, 0, 0, 1, ZEROS8, 0, 5, 0, 24, LEASED6,
		ZEROS4, 0, 0, 0, valid_s, 0, 13, 0, 2, 0, status};
	uint8_t *const p = built + ETH_IP6;
	const size_t len = sizeof(message);
	uint32_t sum;
	uint16_t csum;

	memset(built, 0, sizeof(built));
	memcpy(built,
	       BYTES(OUR_MAC, THEIR_MAC, 0x86, 0xdd, 0x60, 0, 0, 0, 0,
		     (uint8_t)len, 17, 255, ROUTER6, LINK6),
	       ETH_IP6);
	memcpy(p, message, len);
	sum = csum_add(csum_pseudo(17, len), built + 22, 32);
	csum = csum_end(csum_add(sum, p, len));
	memcpy(p + 6, &csum, 2);
	assert_true(take(built, ETH_IP6 + len));
}

/* What it says to servers, of a type. */
static void assert_asks(uint8_t type)
{
	wait_frame();
	assert_has(0, FRAME(SERVERS_MAC, OUR_MAC));
	assert_has(ETH_IP6, FRAME(2, 34, 2, 35));
	assert_has(ETH_IP6 + 8, FRAME(type));
	assert_has(ETH_IP6 + 12, FRAME(0, 1, 0, 10, 0, 3, 0, 1, OUR_MAC));
	forget_frames();
}

static void get_lease(void)
{
	begin();
	take(SAID(router, ADVERT(0x80, 200), PREFIX(0x80, 200)));
	assert_asks(1);
	serve(7, 60, 0); /* no answer to that */
	assert_null(own_of(BYTES(LEASED6)));
	serve(2, 60, 0);
	assert_asks(3);
	serve(7, 60, 0);
	assert_non_null(own_of(BYTES(LEASED6)));
}

static void a_server_gives_one_and_gets_it_back(void **state)
{
	(void)state;
	get_lease();
	pass(2 * S);
	assert_int_equal(own_of(BYTES(LEASED6))->state, NODE_VALID);
	assert_int_equal(own_of(BYTES(LEASED6))->is.bits, 64);
	assert_memory_equal(own_of(BYTES(LEASED6))->is.gateway.b,
			    BYTES(ROUTER6), 16);
	pass(5 * S);
	forget_frames();
	/* Half of its time has passed. */
	pass(24 * S);
	assert_asks(5);
	serve(7, 60, 0);
	pass(S);
	assert_silent();
	node_auto(node, false, 0, now);
	assert_asks(8);
	assert_null(own_of(BYTES(LEASED6)));
	pass(100 * S);
	assert_silent();
}

static void one_that_is_not_renewed_or_refused_ends(void **state)
{
	(void)state;
	get_lease();
	pass(55 * S);
	/* By now any server may. */
	while (node->nb_out > 1)
		port_frame_free(node->out[--node->nb_out]);
	forget_frames();
	assert_non_null(own_of(BYTES(LEASED6)));
	pass(6 * S);
	assert_null(own_of(BYTES(LEASED6)));
	forget_frames();
	serve(2, 60, 2); /* it has none */
	assert_int_equal(node->lab.dhcp6.state, DHCP_SELECTING);
	serve(2, 60, 0);
	assert_asks(3);
	serve(7, 60, 2);
	assert_int_equal(node->lab.dhcp6.state, DHCP_SELECTING);
	assert_null(own_of(BYTES(LEASED6)));
}

/* Until it is for any server to prolong it. */
static void another_server_was_not_asked(void **state)
{
	(void)state;
	begin();
	take(SAID(router, ADVERT(0x80, 200), PREFIX(0x80, 200)));
	assert_asks(1);
	serve(2, 60, 0);
	assert_asks(3);
	server = 8;
	serve(7, 60, 0);
	serve(7, 60, 2);
	assert_null(own_of(BYTES(LEASED6)));
	assert_int_equal(node->lab.dhcp6.state, DHCP_REQUESTING);
	server = 9;
	serve(7, 60, 0);
	assert_non_null(own_of(BYTES(LEASED6)));
	pass(31 * S);
	server = 8;
	serve(7, 90, 2);
	assert_int_equal(node->lab.dhcp6.state, DHCP_RENEWING);
	pass(22 * S);
	serve(7, 90, 0);
	assert_int_equal(node->lab.dhcp6.state, DHCP_BOUND);
	pass(50 * S);
	assert_non_null(own_of(BYTES(LEASED6)));
	server = 9;
}

static void one_that_somebody_has_is_declined(void **state)
{
	struct node_own *own;

	(void)state;
	get_lease();
	pass(S / 50);
	forget_frames();
	own = (struct node_own *)own_of(BYTES(LEASED6));
	own->state = NODE_TAKEN;
	pass(S);
	assert_asks(9);
	assert_null(own_of(BYTES(LEASED6)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NODE_TEST(an_address_and_a_way_out_come_from_a_router),
		NODE_TEST(it_goes_when_it_is_told_to),
		NODE_TEST(a_life_is_not_cut_short),
		NODE_TEST(what_is_wrong_is_not_believed),
		NODE_TEST(a_server_gives_one_and_gets_it_back),
		NODE_TEST(one_that_is_not_renewed_or_refused_ends),
		NODE_TEST(another_server_was_not_asked),
		NODE_TEST(one_that_somebody_has_is_declined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
