/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbours are asked for, kept fresh and forgotten. */
#include "node_rig.h"

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
	const struct CMUnitTest tests[] = {
		NODE_TEST(a_neighbour_is_asked_for_and_kept_fresh),
		NODE_TEST(who_does_not_answer_is_known_within_a_second),
		NODE_TEST(many_neighbours_leave_room_for_who_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
