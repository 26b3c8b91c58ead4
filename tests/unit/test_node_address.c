/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses are checked, announced and defended. */
#include "node_rig.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		NODE_TEST(an_address_is_checked_then_announced),
		NODE_TEST(an_ipv6_address_is_checked_then_announced),
		NODE_TEST(what_somebody_else_has_is_not_used),
		NODE_TEST(an_address_is_defended_now_and_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
