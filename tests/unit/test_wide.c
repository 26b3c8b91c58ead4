/* SPDX-License-Identifier: BSD-3-Clause */
/* Division of 128-bit numbers, against the compiler's library. */
#include "stats/wide.h"

#include "unit.h"

/* Of any length, so that short ones come as often as long ones. */
static wide number(uint64_t *seed)
{
	const wide n = (wide)unit_random(seed) << 64 ^
		       (wide)unit_random(seed) << 32 ^ unit_random(seed);

	return n >> unit_random(seed) % 128;
}

static void as_the_library_divides(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		const wide n = number(&seed), d = number(&seed);

		if (d && wide_div(n, d) != n / d)
			fail_msg("number %u", i);
	}
}

static void at_the_ends(void **state)
{
	const wide all = ~(wide)0;

	(void)state;
	assert_true(wide_div(0, 1) == 0);
	assert_true(wide_div(all, 1) == all);
	assert_true(wide_div(all, all) == 1);
	assert_true(wide_div(all - 1, all) == 0);
	assert_true(wide_div(all, all >> 1) == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_library_divides),
		cmocka_unit_test(at_the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
