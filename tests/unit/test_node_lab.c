/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port says in a lab where it is asked for: byte by byte. */
#include "node_rig.h"

/* ---- Groups -------------------------------------------------------------- */

#define GROUP4 239, 129, 1, 7
#define GROUP4_MAC 1, 0, 0x5e, 1, 1, 7
#define QUERY_MAC 1, 0, 0x5e, 0, 0, 1
#define GROUP_OF6 255, 0x3e, ZEROS8, 0, 0, 0, 0, 0, 1

static struct node_ip group4(void)
{
	return node_ipv4(BYTES(GROUP4));
}

static void a_group_is_joined_told_twice_and_left(void **state)
{
	const struct node_ip ip = group4();

	(void)state;
	assert_int_equal(node_join(node, &ip, 0, now), 0);
	assert_true(node_join(node, &ip, 0, now) < 0);
	for (unsigned i = 0; i < 2; i++) {
		wait_frame();
		assert_has(0, FRAME(1, 0, 0x5e, 0, 0, 22, OUR_MAC, 8, 0, 0x46,
				    0xc0, 0, 40, 0, 0, 0x40, 0, 1, 2));
		assert_has(26, FRAME(OURS, 224, 0, 0, 22, 0x94, 4, 0, 0));
		assert_said(38, FRAME(0x22, 0, 0xe9, 0x75, 0, 0, 0, 1, 4, 0, 0,
				      0, GROUP4));
	}
	pass(20 * S);
	assert_silent();
	assert_true(node_leave(node, &ip, now));
	assert_false(node_leave(node, &ip, now));
	for (unsigned i = 0; i < 2; i++) {
		wait_frame();
		assert_said(46, FRAME(3, 0, 0, 0, GROUP4));
	}
	pass(20 * S);
	assert_silent();
	assert_int_equal(node->lab.nb_groups, 0);
}

#define QUERY(max, ...)                                                    \
	IP4(BOTH(QUERY_MAC, THEIR_MAC), 2, 1,                              \
	    BOTH(THEIRS, BOTH(224, BOTH(0, BOTH(0, 1)))), 0x11, max, 0, 0, \
	    __VA_ARGS__)

/* A router that has time is answered at any of it. */
static void answers_are_spread_over_the_time_there_is(void **state)
{
	const struct node_ip ip = group4();
	unsigned late = 0;

	(void)state;
	node_join(node, &ip, 0, now);
	pass(5 * S);
	forget_frames();
	for (unsigned i = 0; i < 40; i++) {
		assert_true(take(QUERY(100, ZEROS4, ZEROS4)));
		assert_true(node->lab.group[0].due_ns <= now + 10 * S);
		late += node->lab.group[0].due_ns > now + 5 * S;
		node->lab.group[0].due_ns = UINT64_MAX;
	}
	assert_true(late > 10 && late < 30);
}

static void a_router_that_asks_is_answered_in_its_version(void **state)
{
	const struct node_ip ip = group4();

	(void)state;
	node_join(node, &ip, 0, now);
	pass(5 * S);
	forget_frames();
	/* Version 3: of all groups, of this one, of another. */
	assert_true(take(QUERY(10, ZEROS4, ZEROS4)));
	pass(S);
	assert_said(38,
		    FRAME(0x22, 0, 0xeb, 0x75, 0, 0, 0, 1, 2, 0, 0, 0, GROUP4));
	assert_true(take(QUERY(10, GROUP4, ZEROS4)));
	pass(S);
	assert_said(46, FRAME(2, 0, 0, 0, GROUP4));
	assert_true(take(QUERY(10, BOTH(239, BOTH(1, BOTH(1, 1))), ZEROS4)));
	pass(20 * S);
	assert_silent();
	/* Version 2, which is remembered: to the group itself, then a leave. */
	assert_true(take(QUERY(10, ZEROS4)));
	pass(S);
	assert_has(0, FRAME(GROUP4_MAC));
	assert_said(38, FRAME(0x16, 0, 0xf9, 0x76, GROUP4));
	assert_true(node_leave(node, &ip, now));
	wait_frame();
	assert_has(0, FRAME(1, 0, 0x5e, 0, 0, 2));
	assert_said(38, FRAME(0x17, 0, 0xf8, 0x76, GROUP4));
	pass(300 * S);
	forget_frames();
	/* It is forgotten; version 1 has no leave. */
	node_join(node, &ip, 0, now);
	wait_frame();
	assert_said(38, FRAME(0x22));
	assert_true(take(QUERY(0, ZEROS4)));
	pass(11 * S);
	assert_has(38, FRAME(0x12));
	forget_frames();
	node_leave(node, &ip, now);
	pass(20 * S);
	assert_silent();
	/* In no group, nothing is heard. */
	NOT_OURS(QUERY(10, ZEROS4, ZEROS4));
}

static void queries_that_are_wrong_are_not_heard(void **state)
{
	const struct node_ip ip = group4();
	size_t len;

	(void)state;
	node_join(node, &ip, 0, now);
	pass(5 * S);
	forget_frames();
	len = build_ip4(BYTES(QUERY_MAC, THEIR_MAC), 2, 1,
			BYTES(THEIRS, 224, 0, 0, 1),
			BYTES(0x11, 10, 0, 0, ZEROS4), 8);
	built[40] ^= 1;
	assert_false(take(built, len));
	assert_false(take(IP4(BOTH(QUERY_MAC, THEIR_MAC), 2, 1,
			      BOTH(THEIRS, GROUP4), 0x16, 0, 0, 0, GROUP4)));
	/* Its tag is another. */
	len = build_ip4(BYTES(QUERY_MAC, THEIR_MAC), 2, 1,
			BYTES(THEIRS, 224, 0, 0, 1),
			BYTES(0x11, 10, 0, 0, ZEROS4), 8);
	memmove(built + 16, built + 12, len);
	memcpy(built + 12, BYTES(TAG), 4);
	assert_false(take(built, len + 4));
	pass(20 * S);
	assert_silent();
}

#define LINK6 0xfe, 0x80, ZEROS6, 0, 0, 0, 0xff, 0xfe, 0, 0, 0

static void groups_of_ipv6_are_told_from_the_link(void **state)
{
	struct node_ip ip;

	(void)state;
	memcpy(ip.b, BYTES(GROUP_OF6), sizeof(ip.b));
	node_join(node, &ip, 0, now);
	wait_frame();
	assert_has(0, FRAME(0x33, 0x33, 0, 0, 0, 22, OUR_MAC, 0x86, 0xdd, 0x60,
			    0, 0, 0, 0, 36, 0, 1, LINK6, 255, 2, ZEROS8, ZEROS4,
			    0, 22, 58, 0, 5, 2, 0, 0, 1, 0, 143, 0));
	assert_said(66, FRAME(0, 0, 0, 1, 4, 0, 0, 0, GROUP_OF6));
	pass(5 * S);
	forget_frames();
	/* MLDv1, as a frame's bytes: behind no option, its hops are 1. */
	assert_true(
		take(ICMP6(BOTH(ALL_GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, ALL6),
			   1, 130, 0, 0, 0, 3, 232, 0, 0, ZEROS8, ZEROS8)));
	pass(S);
	assert_has(0, FRAME(0x33, 0x33, 0, 0, 0, 1));
	assert_has(62, FRAME(131, 0));
	assert_said(70, FRAME(GROUP_OF6));
	node_leave_all(node, now);
	wait_frame();
	assert_said(62, FRAME(132, 0));
	forget_frames();
}

static void addresses_are_in_the_groups_they_are_asked_for_by(void **state)
{
	(void)state;
	/* Each twice; again where a router asks, even of no group joined. */
	nb_reports = 0;
	add(BYTES(NEW6), 16, 0);
	pass(5 * S);
	assert_int_equal(nb_reports, 2);
	forget_frames();
	assert_true(take(ICMP6(BOTH(ALL_GROUP_MAC, THEIR_MAC),
			       BOTH(THEIRS6, ALL6), 1, 130, 0, 0, 0, 3, 232, 0,
			       0, ZEROS8, ZEROS8, ZEROS4)));
	pass(5 * S);
	assert_int_equal(nb_reports, 2 + 3);
	assert_silent();
}

static void frames_of_a_group_are_counted(void **state)
{
	const struct node_ip ip = group4();

	(void)state;
	node_join(node, &ip, 0, now);
	for (unsigned i = 0; i < 3; i++)
		node_count_group(node, IP4(BOTH(GROUP4_MAC, THEIR_MAC), 17, 9,
					   BOTH(THEIRS, GROUP4), ZEROS8));
	node_count_group(node, IP4(BOTH(GROUP4_MAC, THEIR_MAC), 17, 9,
				   BOTH(THEIRS, BOTH(239, BOTH(1, BOTH(1, 7)))),
				   ZEROS8));
	assert_int_equal(node->lab.group[0].frames, 3);
	/* They are looked at, and stay traffic. */
	assert_true(node_may_take(node, IP4(BOTH(GROUP4_MAC, THEIR_MAC), 17, 9,
					    BOTH(THEIRS, GROUP4), ZEROS8)));
	assert_false(take(IP4(BOTH(GROUP4_MAC, THEIR_MAC), 17, 9,
			      BOTH(THEIRS, GROUP4), ZEROS8)));
}

/* ---- Refusals ------------------------------------------------------------ */

#define TO_US BOTH(OUR_MAC, THEIR_MAC)
#define UDP 0, 7, 0, 9, 0, 11, 0, 0, 1, 2, 3
#define SYN 0, 7, 0, 9, 0, 0, 0, 100, ZEROS4, 0x50, 2, 1, 0, ZEROS4

static void what_nobody_listens_to_is_refused(void **state)
{
	(void)state;
	NOT_OURS(IP4(TO_US, 17, 64, BOTH(THEIRS, OURS), UDP));
	node_refuse(node, true);
	/* It stays traffic, and is answered. */
	assert_false(take(IP4(TO_US, 17, 64, BOTH(THEIRS, OURS), UDP)));
	assert_has(0, FRAME(THEIR_MAC, OUR_MAC, 8, 0, 0x45, 0, 0, 59));
	assert_has(34, FRAME(3, 3));
	assert_said(42, built + 14, 31);
	assert_false(take(IP4(TO_US, 6, 64, BOTH(THEIRS, OURS), SYN)));
	assert_has(23, FRAME(6));
	assert_said(34, FRAME(0, 9, 0, 7, ZEROS4, 0, 0, 0, 101, 0x50, 20));
	/* An ACK gives the number of the reset; a reset gets none. */
	assert_false(take(IP4(TO_US, 6, 64, BOTH(THEIRS, OURS), 0, 7, 0, 9, 0,
			      0, 0, 100, 0, 0, 0, 77, 0x50, 16, 1, 0, ZEROS4)));
	assert_said(38, FRAME(0, 0, 0, 77, ZEROS4, 0x50, 4));
	NOT_OURS(IP4(TO_US, 6, 64, BOTH(THEIRS, OURS), 0, 7, 0, 9, 0, 0, 0, 100,
		     ZEROS4, 0x50, 4, 1, 0, ZEROS4));
	/* To others, to all, from a group, with a wrong checksum. */
	NOT_OURS(IP4(TO_US, 17, 64, BOTH(THEIRS, THEIRS), UDP));
	NOT_OURS(IP4(BOTH(ALL_MACS, THEIR_MAC), 17, 64, BOTH(THEIRS, OURS),
		     UDP));
	NOT_OURS(IP4(TO_US, 17, 64, BOTH(GROUP4, OURS), UDP));
	build_ip4(BYTES(TO_US), 17, 64, BYTES(THEIRS, OURS), BYTES(UDP), 11);
	built[43] ^= 1;
	NOT_OURS(built, 60);
}

static void refusals_are_limited(void **state)
{
	unsigned n = 0;

	(void)state;
	node_refuse(node, true);
	for (unsigned i = 0; i < 3 * REFUSALS_BURST; i++) {
		take(IP4(TO_US, 17, 64, BOTH(THEIRS, OURS), UDP));
		n += node->nb_out;
		while (node->nb_out)
			port_frame_free(node->out[--node->nb_out]);
	}
	assert_int_equal(n, REFUSALS_BURST);
	assert_int_equal(node->dropped, 2 * REFUSALS_BURST);
	/* Echoes have a limit of their own. */
	assert_true(take(built, build4(0, 20, 56)));
	assert_int_equal(node->nb_out, 1);
}

/* ---- Maintenance --------------------------------------------------------- */

#define ONES8 1, 1, 1, 1, 1, 1, 1, 1
#define LBM 0xa0, 3, 0, 4, 0, 0, 0, 9, 3, 0, 2, 7, 7, 0
#define SLM 0xa0, 55, 0, 16, 0, 5, 0, 0, 0, 0, 0, 8, ZEROS8, 0
#define DMM 0xa1, 47, 0, 32, ONES8, ZEROS8, ZEROS8, ZEROS8, 0
#define CFM 0x89, 2
#define CFM_GROUP(level) 1, 0x80, 0xc2, 0, 0, 0x30 | (level)
#define PAD(...) FRAME(__VA_ARGS__, ZEROS8, ZEROS8, ZEROS8)

static void maintenance_is_answered_where_it_is_on(void **state)
{
	(void)state;
	NOT_OURS(PAD(OUR_MAC, THEIR_MAC, CFM, LBM));
	node_cfm(node, true, CFM_LEVEL_ANY, 2);
	assert_true(take(PAD(OUR_MAC, THEIR_MAC, CFM, LBM)));
	assert_said(0, FRAME(THEIR_MAC, OUR_MAC, CFM, 0xa0, 2, 0, 4, 0, 0, 0, 9,
			     3, 0, 2, 7, 7, 0));
	/* With its tag, priority and all; to the group of its level. */
	assert_true(
		take(PAD(CFM_GROUP(5), THEIR_MAC, 0x81, 0, 0xc0, 5, CFM, LBM)));
	assert_said(0, FRAME(THEIR_MAC, OUR_MAC, 0x81, 0, 0xc0, 5, CFM, 0xa0, 2,
			     0, 4, 0, 0, 0, 9));
	NOT_OURS(PAD(CFM_GROUP(4), THEIR_MAC, CFM, LBM));
	/* Times are those of its clock. */
	now = 5 * S + 7;
	assert_true(take(PAD(OUR_MAC, THEIR_MAC, CFM, DMM)));
	assert_said(14, FRAME(0xa1, 46, 0, 32, ONES8, 0, 0, 0, 5, 0, 0, 0, 7, 0,
			      0, 0, 5, 0, 0, 0, 7));
	/* Each session counts its answers. */
	for (unsigned i = 1; i < 4; i++) {
		assert_true(take(PAD(OUR_MAC, THEIR_MAC, CFM, SLM)));
		assert_said(14, FRAME(0xa0, 54, 0, 16, 0, 5, 0, 2, 0, 0, 0, 8,
				      ZEROS4, 0, 0, 0, (uint8_t)i));
	}
	assert_true(take(PAD(OUR_MAC, OTHER_MAC, CFM, SLM)));
	assert_said(30, FRAME(0, 0, 0, 1));
	/* What does not have all; what is an answer itself. */
	assert_true(take(PAD(OUR_MAC, THEIR_MAC, CFM, 0xa0, 47, 0, 16, ONES8)));
	assert_int_equal(node->dropped, 1);
	node->dropped = 0;
	NOT_OURS(PAD(OUR_MAC, THEIR_MAC, CFM, 0xa0, 2, 0, 4, 0, 0, 0, 9));
	node_cfm(node, true, 4, 2);
	NOT_OURS(PAD(OUR_MAC, THEIR_MAC, CFM, LBM));
}

/* ---- LLDP ---------------------------------------------------------------- */

#define NEAREST 1, 0x80, 0xc2, 0, 0, 14
#define LLDP 0x88, 0xcc
#define CHASSIS_TLV 2, 7, 4, THEIR_MAC
#define PORT_TLV 4, 5, 5, 'e', 't', 'h', '0'
#define TTL_TLV(s) 6, 2, 0, s

static unsigned heard(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LLDP_NEIGHBOURS_MAX; i++)
		n += node->lab.lldp.neighbour[i].until_ns > now;
	return n;
}

static void who_is_at_the_other_end_is_told_and_heard(void **state)
{
	const struct lldp_neighbour *n = node->lab.lldp.neighbour;

	(void)state;
	NOT_OURS(PAD(NEAREST, THEIR_MAC, LLDP, CHASSIS_TLV, PORT_TLV,
		     TTL_TLV(120), 0, 0));
	node_lldp(node, true, BYTES(OUR_MAC), now);
	for (unsigned i = 0; i < 5; i++) {
		wait_frame();
		assert_said(0,
			    FRAME(NEAREST, OUR_MAC, LLDP, 2, 7, 4, OUR_MAC, 4,
				  6, 5, 'p', 'o', 'r', 't', '0', 6, 2, 0, 121));
	}
	/* Then each 30 seconds. */
	pass(29 * S);
	assert_silent();
	pass(2 * S);
	assert_int_equal(node->nb_out, 1);
	forget_frames();
	assert_true(take(PAD(NEAREST, THEIR_MAC, LLDP, CHASSIS_TLV, PORT_TLV,
			     TTL_TLV(3), 10, 2, 'h', 'i', 0, 0)));
	assert_int_equal(heard(), 1);
	assert_memory_equal(n->name.b, "hi", 2);
	/* Once more, and another; then they are too old. */
	assert_true(take(PAD(NEAREST, THEIR_MAC, LLDP, CHASSIS_TLV, PORT_TLV,
			     TTL_TLV(3), 0, 0)));
	assert_int_equal(heard(), 1);
	assert_true(take(PAD(NEAREST, OTHER_MAC, LLDP, 2, 7, 4, OTHER_MAC,
			     PORT_TLV, TTL_TLV(9), 0, 0)));
	assert_int_equal(heard(), 2);
	pass(4 * S);
	assert_int_equal(heard(), 1);
	/* Who says that he goes is gone. */
	assert_true(take(PAD(NEAREST, OTHER_MAC, LLDP, 2, 7, 4, OTHER_MAC,
			     PORT_TLV, TTL_TLV(0), 0, 0)));
	assert_int_equal(heard(), 0);
	/* Out of order, twice, too long. */
	forget_frames();
	assert_true(take(PAD(NEAREST, THEIR_MAC, LLDP, PORT_TLV, CHASSIS_TLV,
			     TTL_TLV(9), 0, 0)));
	assert_true(take(PAD(NEAREST, THEIR_MAC, LLDP, CHASSIS_TLV, PORT_TLV,
			     TTL_TLV(9), TTL_TLV(9), 0, 0)));
	assert_true(take(PAD(NEAREST, THEIR_MAC, LLDP, CHASSIS_TLV, PORT_TLV,
			     TTL_TLV(9), 10, 255)));
	assert_int_equal(node->dropped, 3);
	assert_int_equal(heard(), 0);
	node->dropped = 0;
	node_lldp(node, false, BYTES(OUR_MAC), now);
	wait_frame();
	assert_said(31, FRAME(6, 2, 0, 0, 0, 0));
	pass(100 * S);
	assert_silent();
}

static void many_at_one_end_leave_room(void **state)
{
	(void)state;
	node_lldp(node, true, BYTES(OUR_MAC), now);
	for (unsigned i = 0; i < 200; i++)
		assert_true(
			take(PAD(NEAREST, THEIR_MAC, LLDP, 2, 7, 4, 2, 0, 0, 0,
				 1, (uint8_t)i, PORT_TLV, TTL_TLV(9), 0, 0)));
	assert_int_equal(heard(), LLDP_NEIGHBOURS_MAX);
}

/* ---- Of the link --------------------------------------------------------- */

static void ipv6_has_an_address_of_the_link_beside_it(void **state)
{
	struct node_ip ip;

	(void)state;
	memcpy(ip.b, BYTES(LINK6), sizeof(ip.b));
	assert_non_null(node_own_of(node, &ip));
	assert_true(take(ICMP6(TO_US, BOTH(THEIRS6, LINK6), 64, 128, 0, 0, 0, 1,
			       2, 3, 4)));
	assert_has(54, FRAME(129));
	forget_frames();
	/* It goes with the last one. */
	memcpy(ip.b, BYTES(OURS6), sizeof(ip.b));
	assert_true(node_remove(node, &ip));
	assert_int_equal(node->nb_own, 1);
	add(BYTES(NEW6), 16, 5);
	assert_int_equal(node->nb_own, 3);
	assert_int_equal(node->own[2].is.vlan, 5);
	add(BYTES(OURS6), 16, 5);
	assert_int_equal(node->nb_own, 4);
	assert_int_equal(node->nb_given, 3);
}

static void a_ping_waits_for_the_check_of_its_address(void **state)
{
	static struct node_ping p;

	(void)state;
	add(BYTES(10, 8, 0, 2), 4, 0);
	p = (struct node_ping){
		.to = node_ipv4(BYTES(10, 8, 0, 1)), .count = 1, .every_ns = S};
	assert_int_equal(node_ping_begin(node, &p, now), 0);
	/* Its station is known before it may be asked. */
	take(FRAME(OUR_MAC, THEIR_MAC, ARP_HEAD, 2, THEIR_MAC, 10, 8, 0, 1,
		   OUR_MAC, 10, 8, 0, 2));
	pass(S / 2);
	assert_int_equal(p.sent, 0);
	for (unsigned i = 0; i < 300 && !p.sent; i++) {
		forget_frames();
		take(FRAME(OUR_MAC, THEIR_MAC, ARP_HEAD, 2, THEIR_MAC, 10, 8, 0,
			   1, OUR_MAC, 10, 8, 0, 2));
		pass(S / 100);
	}
	assert_int_equal(p.sent, 1);
	assert_false(p.silent);
	assert_int_equal(node->own[2].state, NODE_VALID);
	node_ping_end(node, &p);
}

static void a_station_is_said_to_be_here(void **state)
{
	(void)state;
	assert_true(node_learn(node, BYTES(OTHER_MAC), 0x6005));
	assert_says(FRAME(ALL_MACS, OTHER_MAC, 0x81, 0, 0x60, 5, 0x80, 0x35, 0,
			  1, 8, 0, 6, 4, 0, 3, OTHER_MAC, ZEROS4, OTHER_MAC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NODE_TEST(a_group_is_joined_told_twice_and_left),
		NODE_TEST(answers_are_spread_over_the_time_there_is),
		NODE_TEST(a_router_that_asks_is_answered_in_its_version),
		NODE_TEST(queries_that_are_wrong_are_not_heard),
		NODE_TEST(groups_of_ipv6_are_told_from_the_link),
		NODE_TEST(addresses_are_in_the_groups_they_are_asked_for_by),
		NODE_TEST(frames_of_a_group_are_counted),
		NODE_TEST(what_nobody_listens_to_is_refused),
		NODE_TEST(refusals_are_limited),
		NODE_TEST(maintenance_is_answered_where_it_is_on),
		NODE_TEST(who_is_at_the_other_end_is_told_and_heard),
		NODE_TEST(many_at_one_end_leave_room),
		NODE_TEST(ipv6_has_an_address_of_the_link_beside_it),
		NODE_TEST(a_ping_waits_for_the_check_of_its_address),
		NODE_TEST(a_station_is_said_to_be_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
