/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/pacer.h"
#include "unit.h"

#define S 1000000000ull

/* A gap as frames a second. */
static struct gap gap_of(double pps)
{
	double ns = 1e9 / pps;
	struct gap g = {.ns = (uint64_t)ns};

	g.frac = (uint32_t)((ns - (double)g.ns) * 4294967296.0);
	return g;
}

static void exact_over_time(void **state)
{
	static const struct {
		double pps;
		unsigned seconds;
		uint64_t frames;
	} rows[] = {
		{1, 100, 101},       {3, 100, 301},           {7777, 10, 77771},
		{1e6, 10, 10000001}, {14880952, 2, 29761905},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct gap gap = gap_of(rows[i].pps);
		uint64_t end = rows[i].seconds * S, n = 0, seed = i + 1;
		struct pacer p;

		pacer_start(&p, &gap, false, 0);
		/* Looks at odd times, as a busy loop does. */
		for (uint64_t now = 0; now < end;
		     now += 1 + unit_random(&seed) % 100000)
			n += pacer_take(&p, now, 4096);
		n += pacer_take(&p, end, 4096);
		assert_in_range(n, rows[i].frames - 1, rows[i].frames + 1);
		assert_int_equal(p.skipped, 0);
	}
}

static void first_frame_is_due_at_once(void **state)
{
	const struct gap gap = {.ns = 1000};
	struct pacer p;
	(void)state;

	pacer_start(&p, &gap, false, 5000);
	assert_int_equal(pacer_take(&p, 4999, 64), 0);
	assert_int_equal(pacer_take(&p, 5000, 64), 1);
	assert_int_equal(pacer_take(&p, 5999, 64), 0);
	assert_int_equal(pacer_take(&p, 6000, 64), 1);
	assert_int_equal(pacer_next_ns(&p), 7000);
}

static void a_burst_is_the_most(void **state)
{
	const struct gap gap = {.ns = 10};
	struct pacer p;
	(void)state;

	pacer_start(&p, &gap, false, 0);
	assert_int_equal(pacer_take(&p, 10000, 64), 64);
	assert_int_equal(pacer_take(&p, 10000, 64), 64);
}

static void lag_below_the_debt_is_caught_up(void **state)
{
	const struct gap gap = {.ns = 1000000};
	struct pacer p;
	uint64_t now = PACER_DEBT_NS;
	(void)state;

	pacer_start(&p, &gap, false, 0);
	assert_int_equal(pacer_take(&p, now, 1000), now / gap.ns + 1);
	assert_int_equal(p.skipped, 0);
}

static void lag_beyond_the_debt_is_counted(void **state)
{
	const struct gap gap = {.ns = 1000000};
	struct pacer p;
	unsigned n;
	(void)state;

	pacer_start(&p, &gap, false, 0);
	n = pacer_take(&p, 10 * S, 100000);
	assert_int_equal(n + p.skipped, 10001);
	assert_in_range(n, PACER_DEBT_NS / gap.ns, PACER_DEBT_NS / gap.ns + 2);
	/* On the old raster again. */
	assert_int_equal(pacer_take(&p, 10 * S + gap.ns - 1, 10), 0);
	assert_int_equal(pacer_take(&p, 10 * S + gap.ns, 10), 1);
}

static void a_change_keeps_the_raster(void **state)
{
	const struct gap slow = {.ns = 60 * S}, fast = {.ns = 1000};
	struct pacer p;
	(void)state;

	pacer_start(&p, &slow, false, 0);
	assert_int_equal(pacer_take(&p, 0, 64), 1);
	/* Nobody waits out the minute of the old rate. */
	pacer_change(&p, &fast, false, 5000);
	assert_int_equal(pacer_take(&p, 5999, 64), 0);
	assert_int_equal(pacer_take(&p, 6000, 64), 1);
	/* A slower one begins after the next frame. */
	pacer_change(&p, &slow, false, 6500);
	assert_int_equal(pacer_take(&p, 7000, 64), 1);
	assert_int_equal(pacer_take(&p, 8000, 64), 0);
}

static void unpaced_is_always_due(void **state)
{
	const struct gap none = {0}, gap = {.ns = 100};
	struct pacer p;
	(void)state;

	pacer_start(&p, &none, true, 0);
	assert_int_equal(pacer_take(&p, 0, 64), 64);
	assert_int_equal(pacer_take(&p, 0, 64), 64);
	assert_int_equal(pacer_next_ns(&p), 0);
	pacer_change(&p, &gap, false, 1000);
	assert_int_equal(pacer_take(&p, 1000, 64), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_over_time),
		cmocka_unit_test(first_frame_is_due_at_once),
		cmocka_unit_test(a_burst_is_the_most),
		cmocka_unit_test(lag_below_the_debt_is_caught_up),
		cmocka_unit_test(lag_beyond_the_debt_is_counted),
		cmocka_unit_test(a_change_keeps_the_raster),
		cmocka_unit_test(unpaced_is_always_due),
	};

	return cmocka_run_group_tests_name("pacer", tests, NULL, NULL);
}
