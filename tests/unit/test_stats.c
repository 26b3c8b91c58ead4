/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "stats/stats.h"
#include "unit.h"

#define S 1000000000ull

static void the_list_covers_the_struct(void **state)
{
	struct stats s = {0};
	uint64_t sum = 0;
	(void)state;

	assert_int_equal(stats_nb_fields * sizeof(uint64_t), sizeof(s));
	for (size_t i = 0; i < stats_nb_fields; i++)
		((uint64_t *)&s)[i] = 1ull << i;
	for (size_t i = 0; i < stats_nb_fields; i++)
		sum += stats_get(&s, &stats_fields[i]);
	assert_int_equal(sum, (1ull << stats_nb_fields) - 1);
}

static void a_difference_takes_every_field(void **state)
{
	struct stats a = {0}, b = {0};
	(void)state;

	for (size_t i = 0; i < stats_nb_fields; i++) {
		((uint64_t *)&a)[i] = 100 + i;
		((uint64_t *)&b)[i] = i;
	}
	stats_diff(&a, &b, &a);
	for (size_t i = 0; i < stats_nb_fields; i++)
		assert_int_equal(((uint64_t *)&a)[i], 100);
}

static void rates(void **state)
{
	(void)state;
	assert_int_equal(stats_rate_milli(10000, S), 10000000);
	assert_int_equal(stats_rate_milli(1, 3 * S), 333);
	assert_int_equal(stats_rate_milli(5, 0), 0);
	assert_int_equal(stats_rate_milli(UINT64_MAX, 1), UINT64_MAX);
	/* The line rate of 10 Gbit/s at 64 bytes. */
	assert_int_equal(stats_mbps_l1_milli(14880952, 14880952ull * 64, S),
			 10000000);
	/* What the tutorial adds to 60 bytes: 24. */
	assert_int_equal(stats_mbps_l1_milli(1000000, 64000000, S),
			 (60 + 24) * 8 * 1000);
}

static void an_interval_is_a_second_or_more(void **state)
{
	struct stats s;
	struct stats_rate r;
	(void)state;

	memset(&s, 0, sizeof(s));
	s.tx_packets = 7;
	stats_rate_start(&r, &s, S);
	s.tx_packets = 1007;
	stats_rate_feed(&r, &s, 2 * S - 1);
	assert_int_equal(r.span_ns, 0);
	stats_rate_feed(&r, &s, 2 * S);
	assert_int_equal(r.span_ns, S);
	assert_int_equal(r.delta.tx_packets, 1000);
	stats_rate_feed(&r, &s, 5 * S);
	assert_int_equal(r.span_ns, 3 * S);
	assert_int_equal(r.delta.tx_packets, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_covers_the_struct),
		cmocka_unit_test(a_difference_takes_every_field),
		cmocka_unit_test(rates),
		cmocka_unit_test(an_interval_is_a_second_or_more),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
