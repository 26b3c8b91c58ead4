/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port answers to who asks for its addresses, and what it does not. */
#include "net/port_impl.h"
#include "node_rig.h"

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
	struct port *const port = node->queue->port;
	const unsigned all = port->nb_rx_bufs, most = 40;
	struct uk_netbuf *nb[1];

	port->nb_rx_bufs = 4 * most;
	for (unsigned i = 0; i < node->nb_bufs; i++)
		take(ARP_ASK(ALL_MACS, THEIR_MAC, THEIRS, OURS));
	assert_int_equal(node->nb_out, node->nb_bufs);
	assert_int_equal(node->dropped, 0);
	/* What has no place for its answer waits, up to a quarter of all. */
	for (unsigned i = 0; i < most + 5; i++) {
		const uint8_t *frame = BYTES(ALL_MACS, THEIR_MAC, ARP_HEAD, 1,
					     THEIR_MAC, THEIRS, ZEROS6, OURS);

		assert_int_equal(port_rx_alloc(node->queue, nb, 1), 1);
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
	port->nb_rx_bufs = all;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		NODE_TEST(arp_is_answered),
		NODE_TEST(no_other_arp_is_answered),
		NODE_TEST(a_tagged_address_answers_with_its_tag),
		NODE_TEST(a_range_answers_from_its_first_to_its_last),
		NODE_TEST(solicitations_are_answered),
		NODE_TEST(no_other_solicitation_is_answered),
		NODE_TEST(answers_are_limited),
		NODE_TEST(buffers_run_out_and_come_back),
		NODE_TEST(without_addresses_nothing_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
