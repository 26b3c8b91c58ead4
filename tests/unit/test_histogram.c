/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/histogram.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static const struct histogram none;

static void buckets_follow_each_other(void **state)
{
	uint64_t first = 0, seed = 1;
	(void)state;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		const uint64_t last = histogram_last_ns(i);

		assert_true(last >= first);
		assert_int_equal(histogram_bucket(first), i);
		assert_int_equal(histogram_bucket(last), i);
		/* What it says is at most a sixteenth too much. */
		assert_true(last - first <= first / 16);
		first = last + 1;
	}
	assert_int_equal(first - 1, HISTOGRAM_MAX_NS);
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	for (int i = 0; i < 100000; i++) {
		const uint64_t ns = unit_random(&seed) >> (28 + i % 36);
		const unsigned b = histogram_bucket(ns);

		assert_true(ns <= histogram_last_ns(b));
		assert_true(!b || ns > histogram_last_ns(b - 1));
	}
}

static int by_size(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Against all values, sorted, behind some that were there before. */
static void quantiles_of_any_values(void **state)
{
	static const unsigned parts[] = {1,      10000,  500000, 900000,
					 990000, 999000, 1000000};
	static uint64_t v[5000];
	uint64_t seed = 2;
	(void)state;

	for (int round = 0; round < 50; round++) {
		const size_t n = 1 + unit_random(&seed) % 5000;
		struct histogram h = none, base;
		uint64_t sum = 0;

		for (int i = 0; i < 100; i++)
			histogram_add(&h, unit_random(&seed) >> 40, 3);
		base = h;
		for (size_t i = 0; i < n; i++) {
			v[i] = unit_random(&seed) >> (30 + round % 30);
			histogram_add(&h, v[i], 1);
			sum += v[i];
		}
		qsort(v, n, sizeof(v[0]), by_size);
		assert_int_equal(histogram_total(&h, &base), n);
		assert_int_equal(histogram_mean_ns(&h, &base), sum / n);
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			const size_t rank =
				(n * parts[i] + 999999) / 1000000 - 1;
			const uint64_t got =
				histogram_quantile_ns(&h, &base, parts[i]);

			assert_true(got >= v[rank]);
			assert_true(got <= v[rank] + v[rank] / 16);
		}
	}
}

static void of_nothing_all_is_0(void **state)
{
	struct histogram h = none;
	(void)state;

	histogram_add(&h, 77, 5);
	assert_int_equal(histogram_total(&h, &h), 0);
	assert_int_equal(histogram_mean_ns(&h, &h), 0);
	assert_int_equal(histogram_quantile_ns(&h, &h, 990000), 0);
	/* Weights count as often as they say. */
	histogram_add(&h, 7, 10000);
	assert_int_equal(histogram_quantile_ns(&h, &none, 990000), 7);
	assert_int_equal(histogram_quantile_ns(&h, &none, 999600), 79);
	assert_int_equal(histogram_mean_ns(&h, &none), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_follow_each_other),
		cmocka_unit_test(quantiles_of_any_values),
		cmocka_unit_test(of_nothing_all_is_0),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
