// SPDX-License-Identifier: BSD-3-Clause
/* Times that frames were on their way, against all of them, sorted. */
#include "measure/latency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define MANY 30000

static uint64_t count[LATENCY_BUCKETS];
static uint64_t time_ns[MANY];
static struct latency l;
static uint64_t seed = 1;

static void begin(void)
{
	memset(count, 0, sizeof(count));
	latency_begin(&l, count);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void buckets_are_narrow_enough(void **state)
{
	(void)state;
	assert_int_equal(log_linear_bucket(LATENCY_MAX_NS, LATENCY_BITS),
			 LATENCY_BUCKETS - 1);
	for (unsigned i = 1; i < LATENCY_BUCKETS; i++) {
		const uint64_t first = log_linear_last(i - 1, LATENCY_BITS) + 1;
		const uint64_t last = log_linear_last(i, LATENCY_BITS);

		assert_true(last >= first);
		assert_int_equal(log_linear_bucket(first, LATENCY_BITS), i);
		assert_int_equal(log_linear_bucket(last, LATENCY_BITS), i);
		/* 1 % at most, from 1 ns on. */
		assert_true((last - first) * 100 <= first);
	}
}

static void check_quantiles(unsigned n)
{
	static const unsigned parts[] = {1,      500000, 900000, 990000,
					 999000, 999900, 999990};

	qsort(time_ns, n, sizeof(time_ns[0]), compare);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const uint64_t beyond =
			(uint64_t)n * (1000000 - parts[i]) / 1000000;
		const uint64_t rank =
			((uint64_t)n * parts[i] + 999999) / 1000000;
		uint64_t is;

		assert_int_equal(latency_quantile_ns(&l, parts[i], &is),
				 beyond >= LATENCY_BEYOND_MIN);
		if (beyond < LATENCY_BEYOND_MIN)
			continue;
		assert_true(is >= time_ns[rank - 1]);
		assert_true((is - time_ns[rank - 1]) * 128 <= is);
		assert_in_range(is, l.min_ns, l.max_ns);
	}
}

static void all_figures_are_as_defined(void **state)
{
	(void)state;
	for (unsigned trial = 0; trial < 60; trial++) {
		const unsigned n = 1 + (unsigned)(unit_random(&seed) % MANY);
		const unsigned shift = (unsigned)(unit_random(&seed) % 34);
		const uint64_t base = unit_random(&seed) >> 31;
		double sum = 0, squares = 0, jitter = 0, variation = 0;
		uint64_t most = 0, pairs = 0;

		begin();
		for (unsigned i = 0; i < n; i++) {
			const bool follows = i && unit_random(&seed) % 5;

			time_ns[i] = base / 2 + (unit_random(&seed) &
						 ((1ull << shift) - 1));
			time_ns[i] = MIN(time_ns[i], LATENCY_MAX_NS);
			latency_add(&l, time_ns[i], 1, follows);
			sum += (double)time_ns[i];
			if (follows) {
				const double d = fabs((double)time_ns[i] -
						      (double)time_ns[i - 1]);

				pairs++;
				variation += d;
				most = MAX(most, (uint64_t)d);
				jitter += (d - jitter) / 16;
			}
		}
		for (unsigned i = 0; i < n; i++)
			squares += ((double)time_ns[i] - sum / n) *
				   ((double)time_ns[i] - sum / n);
		assert_int_equal(l.frames, n);
		assert_int_equal(latency_mean_ns(&l), (uint64_t)(sum / n));
		assert_true(fabs((double)latency_deviation_ns(&l) -
				 sqrt(squares / n)) <= 1.0);
		assert_int_equal(l.pairs, pairs);
		assert_int_equal(l.variation_max_ns, most);
		if (pairs)
			assert_int_equal(latency_variation_ns(&l),
					 (uint64_t)(variation / (double)pairs));
		/* Each step rounds by less than 1/16 ns, and forgets. */
		assert_true(fabs((double)latency_jitter_ns(&l) - jitter) <=
			    2.0);
		check_quantiles(n);
		assert_int_equal(l.min_ns, time_ns[0]);
		assert_int_equal(l.max_ns, time_ns[n - 1]);
	}
}

static void what_nobody_can_say_is_not_said(void **state)
{
	uint64_t ns;

	(void)state;
	begin();
	assert_false(latency_quantile_ns(&l, 500000, &ns));
	assert_int_equal(latency_mean_ns(&l), 0);
	assert_int_equal(latency_deviation_ns(&l), 0);
	for (unsigned i = 0; i < 999; i++)
		latency_add(&l, 1000, 1, false);
	assert_false(latency_quantile_ns(&l, 990000, &ns));
	latency_add(&l, 5000, 1, false);
	assert_true(latency_quantile_ns(&l, 990000, &ns));
	assert_in_range(ns, 1000, 1007);
	assert_false(latency_quantile_ns(&l, 999000, &ns));
	assert_int_equal(l.max_ns, 5000);
	assert_int_equal(l.pairs, 0);
}

static void the_longest_times_do_not_overflow(void **state)
{
	uint64_t ns;

	(void)state;
	begin();
	for (unsigned i = 0; i < 1000000; i++)
		latency_add(&l, UINT64_MAX, 1, true);
	assert_int_equal(latency_mean_ns(&l), LATENCY_MAX_NS);
	assert_int_equal(latency_deviation_ns(&l), 0);
	assert_true(latency_quantile_ns(&l, 999990, &ns));
	assert_int_equal(ns, LATENCY_MAX_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_are_narrow_enough),
		cmocka_unit_test(all_figures_are_as_defined),
		cmocka_unit_test(what_nobody_can_say_is_not_said),
		cmocka_unit_test(the_longest_times_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
