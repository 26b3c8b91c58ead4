/* SPDX-License-Identifier: BSD-3-Clause */
/* What a port answers to echoes, byte by byte, and what it does not. */
#include "net/csum.h"
#include "node_rig.h"

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

/* Tagged: such a frame is looked into whatever its protocol is. */
static void one_family_in_the_other_is_not_heard(void **state)
{
	(void)state;
	add(BYTES(10, 0, 5, 2), 4, 5);
	pass(8 * S);
	forget_frames();
	for (unsigned right = 0; right < 2; right++)
		for (unsigned proto = 0; proto < 256; proto++) {
			size_t len = build4(0, 20, 56);
			uint16_t csum;

			memmove(built + 16, built + 12, len - 12);
			memcpy(built + 12, BYTES(0x81, 0, 0, 5), 4);
			built[18 + 9] = (uint8_t)proto;
			memcpy(built + 18 + 16, BYTES(10, 0, 5, 2), 4);
			built[18 + 20] = 135;
			built[18 + 10] = built[18 + 11] = 0;
			csum = csum_end(csum_add(0, built + 18, 20));
			memcpy(built + 18 + 10, &csum, right * 2);
			if (proto == 1) /* wrong, but for it */
				assert_drops(len + 4);
			else
				assert_false(take(built, len + 4));
			assert_int_equal(node->nb_out, 0);
		}
}

/* RFC 4291, 2.5.5.2: no packet has an address that stands for one of IPv4. */
static void an_address_of_ipv4_in_ipv6_is_none(void **state)
{
	(void)state;
	NOT_OURS(ICMP6(BOTH(OUR_MAC, THEIR_MAC), BOTH(THEIRS6, MAPPED(OURS)), 5,
		       ECHO6(128, 1, 2, 3)));
	NOT_OURS(ICMP6(BOTH(OUR_MAC, THEIR_MAC), BOTH(MAPPED(THEIRS), OURS6), 5,
		       ECHO6(128, 1, 2, 3)));
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(THEIRS6, GROUP6), 255,
		       SOLICIT(MAPPED(OURS)), SOURCE(THEIR_MAC)));
	NOT_OURS(ICMP6(BOTH(GROUP_MAC, THEIR_MAC), BOTH(MAPPED(THEIRS), GROUP6),
		       255, SOLICIT(OURS6), SOURCE(THEIR_MAC)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NODE_TEST(echo_of_any_size_is_answered),
		NODE_TEST(echo_with_options_is_answered_without),
		NODE_TEST(echoes_that_are_wrong_are_dropped),
		NODE_TEST(echoes_of_others_are_not_seen),
		NODE_TEST(echo_in_ipv6_is_answered),
		NODE_TEST(echo_in_ipv6_behind_options),
		NODE_TEST(an_address_of_ipv4_in_ipv6_is_none),
		NODE_TEST(one_family_in_the_other_is_not_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
