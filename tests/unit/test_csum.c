/* SPDX-License-Identifier: BSD-3-Clause */
#include "udp_csum.h"
#include "unit.h"

/* RFC 1071 section 3: the sum of these bytes is ddf2. */
static void csum_example_of_the_rfc(void **state)
{
	static const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03,
				       0xf4, 0xf5, 0xf6, 0xf7};
	(void)state;

	assert_int_equal(csum_end(csum_add(0, data, 8)),
			 (uint16_t)~net16(0xddf2));
	/* In parts, and with an odd tail. */
	assert_int_equal(csum_add(csum_add(0, data, 4), data + 4, 4),
			 csum_add(0, data, 8));
	assert_int_equal(csum_end(csum_add(0, "\x01\x00\x02", 3)),
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csum_example_of_the_rfc),
		cmocka_unit_test(udp_checksum_is_never_zero),
	};

	return cmocka_run_group_tests_name("csum", tests, NULL, NULL);
}
