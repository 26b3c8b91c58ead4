/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose turn it is, against a look at all keys. */
#include <string.h>

#include "pktgen/turns.h"
#include "unit.h"

#define TAKERS 100

static void the_lowest_key_is_first(void **state)
{
	struct uk_alloc *a = uk_alloc_get_default();
	uint64_t key[TAKERS], seed = 3;
	struct turns t = {0};
	unsigned n = 0;
	(void)state;

	for (int round = 0; round < 20000; round++) {
		const uint64_t r = unit_random(&seed) >> 16;
		unsigned i = (unsigned)(r % TAKERS), lowest = 0;

		if (i >= n) {
			/* Those that were there keep theirs. */
			assert_int_equal(turns_reserve(&t, i + 1, a), 0);
			for (; n < i + 1; n++)
				key[n] = TURNS_NEVER;
		}
		key[i] = r % 7 ? r >> 8 & 1023 : TURNS_NEVER;
		turns_set(&t, i, r % 7 ? key[i] : UINT64_MAX);
		for (i = 0; i < n; i++)
			lowest = key[i] < key[lowest] ? i : lowest;
		assert_int_equal(turns_first(&t)->key, key[lowest]);
		assert_int_equal(key[turns_first(&t)->who], key[lowest]);
	}
	turns_free(&t, a);
	assert_int_equal(t.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_key_is_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
