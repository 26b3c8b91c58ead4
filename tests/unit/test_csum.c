/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/csum.h"
#include "unit.h"

/* RFC 1071 section 3: the sum of these bytes is ddf2. */
static void csum_example_of_the_rfc(void **state)
{
	static const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03,
				       0xf4, 0xf5, 0xf6, 0xf7};
	(void)state;

	assert_int_equal(csum_fold(csum_add(0, data, 8)),
			 (uint16_t)~net16(0xddf2));
	/* In parts, and with an odd tail. */
	assert_int_equal(csum_add(csum_add(0, data, 4), data + 4, 4),
			 csum_add(0, data, 8));
	assert_int_equal(csum_fold(csum_add(0, "\x01\x00\x02", 3)),
			 (uint16_t)~net16(0x0300));
}

static void udp_checksum_is_never_zero(void **state)
{
	/* ff ff in the header makes up for what the pseudo header adds. */
	struct udp_hdr udp = {.len = net16(8)};
	uint16_t rest = csum_udp4(0, 0, &udp, 8);
	(void)state;

	udp.src = rest;
	assert_int_equal(csum_udp4(0, 0, &udp, 8), 0xffff);
}

/* The example of RFC 1624 section 4, whose checksum an older way got wrong. */
static void update_example_of_the_rfc(void **state)
{
	uint16_t csum = net16(0xdd2f);
	(void)state;

	csum_update32(&csum, net32(0x5555), net32(0x3285), 0);
	assert_int_equal(csum, net16(0x0000));
	csum = net16(0xdd2f);
	csum_update32(&csum, net32(0x5555), net32(0x3285), 0xffff);
	assert_int_equal(csum, 0xffff);
}

/* Of any bytes but all zeros, which no header has. */
static void update_is_as_good_as_anew(void **state)
{
	static const uint32_t edges[] = {0, 0xffff, 0xffff0000, UINT32_MAX};
	uint64_t seed = 1;
	(void)state;

	for (int i = 0; i < 300000; i++) {
		uint32_t data[4] = {net32(0x00110000)}, old;
		unsigned at = 1 + (unsigned)(unit_random(&seed) >> 32) % 3;
		uint16_t csum;

		for (unsigned n = 1; n < 4; n++)
			data[n] = unit_random(&seed) & 1
					  ? (uint32_t)unit_random(&seed)
					  : edges[unit_random(&seed) >> 62];
		csum = csum_fold(csum_add(0, data, sizeof(data)));
		old = data[at];
		data[at] = unit_random(&seed) & 1
				   ? (uint32_t)unit_random(&seed)
				   : edges[unit_random(&seed) >> 62];
		csum_update32(&csum, old, data[at], 0);
		assert_int_equal(csum,
				 csum_fold(csum_add(0, data, sizeof(data))));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csum_example_of_the_rfc),
		cmocka_unit_test(udp_checksum_is_never_zero),
		cmocka_unit_test(update_example_of_the_rfc),
		cmocka_unit_test(update_is_as_good_as_anew),
	};

	return cmocka_run_group_tests_name("csum", tests, NULL, NULL);
}
