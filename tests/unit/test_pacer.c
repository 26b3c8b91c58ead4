/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/pacer.h"

#include <math.h>

#include "unit_pacer.h"

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
		const struct pacing gap = pacing_of(rows[i].pps);
		uint64_t end = rows[i].seconds * S, n = 0, seed = i + 1;
		struct pacer p;

		pacer_start(&p, &gap, 0);
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
	const struct pacing gap = gap_of_ns(1000);
	struct pacer p;
	(void)state;

	pacer_start(&p, &gap, 5000);
	assert_int_equal(pacer_take(&p, 4999, 64), 0);
	assert_int_equal(pacer_take(&p, 5000, 64), 1);
	assert_int_equal(pacer_take(&p, 5999, 64), 0);
	assert_int_equal(pacer_take(&p, 6000, 64), 1);
	assert_int_equal(pacer_next_ns(&p), 7000);
}

static void a_burst_is_the_most(void **state)
{
	const struct pacing gap = gap_of_ns(10);
	struct pacer p;
	(void)state;

	pacer_start(&p, &gap, 0);
	assert_int_equal(pacer_take(&p, 10000, 64), 64);
	assert_int_equal(pacer_take(&p, 10000, 64), 64);
}

static void lag_below_the_debt_is_caught_up(void **state)
{
	const struct pacing gap = gap_of_ns(1000000);
	struct pacer p;
	uint64_t now = PACER_CATCHUP_NS;
	(void)state;

	pacer_start(&p, &gap, 0);
	assert_int_equal(pacer_take(&p, now, 1000), now / gap.gap.ns + 1);
	assert_int_equal(p.skipped, 0);
}

static void lag_beyond_the_debt_is_counted(void **state)
{
	const struct pacing gap = gap_of_ns(1000000);
	struct pacer p;
	unsigned n;
	(void)state;

	pacer_start(&p, &gap, 0);
	n = pacer_take(&p, 10 * S, 100000);
	assert_int_equal(n + p.skipped, 10001);
	assert_in_range(n, PACER_CATCHUP_NS / gap.gap.ns,
			PACER_CATCHUP_NS / gap.gap.ns + 2);
	/* On the old raster again. */
	assert_int_equal(pacer_take(&p, 10 * S + gap.gap.ns - 1, 10), 0);
	assert_int_equal(pacer_take(&p, 10 * S + gap.gap.ns, 10), 1);
}

static void a_change_keeps_the_raster(void **state)
{
	const struct pacing slow = gap_of_ns(60 * S), fast = gap_of_ns(1000);
	struct pacer p;
	(void)state;

	pacer_start(&p, &slow, 0);
	assert_int_equal(pacer_take(&p, 0, 64), 1);
	/* Nobody waits out the minute of the old rate. */
	pacer_change(&p, &fast, 5000);
	assert_int_equal(pacer_take(&p, 5999, 64), 0);
	assert_int_equal(pacer_take(&p, 6000, 64), 1);
	/* A slower one begins after the next frame. */
	pacer_change(&p, &slow, 6500);
	assert_int_equal(pacer_take(&p, 7000, 64), 1);
	assert_int_equal(pacer_take(&p, 8000, 64), 0);
}

static void unpaced_is_always_due(void **state)
{
	const struct pacing none = {.unpaced = true}, gap = gap_of_ns(100);
	struct pacer p;
	(void)state;

	pacer_start(&p, &none, 0);
	assert_int_equal(pacer_take(&p, 0, 64), 64);
	assert_int_equal(pacer_take(&p, 0, 64), 64);
	assert_int_equal(pacer_next_ns(&p), 0);
	pacer_change(&p, &gap, 1000);
	assert_int_equal(pacer_take(&p, 1000, 64), 1);
}

/* ---- Shapes ------------------------------------------------------------ */

static void groups_are_due_together(void **state)
{
	struct pacing gap = gap_of_ns(1000);
	struct pacer p;
	(void)state;

	gap.pace = (struct pace){PACE_BURST, PACE_CATCHUP, 10, 0};
	pacer_start(&p, &gap, 0);
	assert_int_equal(pacer_take(&p, 0, 7), 7);
	assert_int_equal(pacer_take(&p, 0, 7), 3);
	assert_int_equal(pacer_take(&p, 9999, 64), 0);
	assert_int_equal(pacer_next_ns(&p), 10000);
	assert_int_equal(pacer_take(&p, 20000, 64), 20);
	/* What is left of a group is no longer than a new one. */
	assert_int_equal(pacer_take(&p, 30000, 1), 1);
	gap.pace.group = 4;
	pacer_change(&p, &gap, 30000);
	assert_int_equal(pacer_take(&p, 30000, 64), 4);
	assert_int_equal(pacer_next_ns(&p), 34000);
	/* What is due next is a whole group of the new kind. */
	gap.pace.group = 100;
	pacer_change(&p, &gap, 30000);
	assert_int_equal(pacer_take(&p, 34000, 200), 100);
}

static void the_table_is_exponential(void **state)
{
	const double one = 1 << EXPONENTIAL_BITS;
	uint64_t sum = 0;
	(void)state;

	for (unsigned i = 0; i < EXPONENTIAL_STEPS; i++) {
		const double n = EXPONENTIAL_STEPS;
		const double mean = exponential[i] / one;

		/* Between the quantiles that its step lies between. */
		assert_true(mean > -log(1 - i / n));
		assert_true(i + 1 == EXPONENTIAL_STEPS ||
			    mean < -log(1 - (i + 1) / n));
		sum += exponential[i];
	}
	assert_int_equal(sum, EXPONENTIAL_STEPS * (uint64_t)one);
}

static void random_gaps_keep_the_mean(void **state)
{
	struct pacing gap = pacing_of(777777);
	uint64_t again[2000], at, before = 0, same = 0;
	double squares = 0, neighbours = 0, last = 0;
	const unsigned rounds = 200;
	struct pacer p;
	(void)state;

	gap.pace.shape = PACE_POISSON;
	gap.seed = 3;
	pacer_start(&p, &gap, 0);
	for (unsigned i = 0; i < rounds * EXPONENTIAL_STEPS; i++) {
		double x;

		at = take_one(&p);
		if (i < 2000)
			again[i] = at;
		else
			same += at == again[i % 2000] + before;
		/* Nothing is left of the randomness at the end of a round. */
		if (i % EXPONENTIAL_STEPS == 0)
			assert_in_range(at + 1, (uint64_t)(i * 1e9 / 777777),
					(uint64_t)(i * 1e9 / 777777) + 2);
		x = (double)(at - before) * 777777 / 1e9 - 1;
		squares += x * x;
		neighbours += x * last;
		last = x;
		before = at;
	}
	/* Of an exponential both are 1 and 0; these are off by the steps. */
	squares /= rounds * EXPONENTIAL_STEPS;
	neighbours /= rounds * EXPONENTIAL_STEPS;
	assert_true(squares > 0.98 && squares < 1.01);
	assert_true(neighbours > -0.02 && neighbours < 0.02);
	assert_true(same < 10);
	/* Every run is the same, and every seed another. */
	pacer_start(&p, &gap, 0);
	for (unsigned i = 0; i < 2000; i++)
		assert_int_equal(take_one(&p), again[i]);
	gap.seed = 4;
	pacer_start(&p, &gap, 0);
	for (unsigned i = 0; i < 2000; i++)
		same += take_one(&p) == again[i];
	assert_true(same < 50);
}

/* ---- Debt -------------------------------------------------------------- */

/* How many frames a stall costs. */
static uint64_t skipped(const struct pacing *pacing, enum pace_debt debt,
			uint64_t stall_ns)
{
	struct pacing of = *pacing;
	uint64_t now = 0, n = 0;
	struct pacer p;

	of.pace.debt = debt;
	pacer_start(&p, &of, 0);
	assert_int_equal(pacer_take(&p, 0, 1), 1);
	for (now = stall_ns; now < stall_ns + S; now += 10000)
		n += pacer_take(&p, now, 1000);
	/* None is missing: each was sent or counted. */
	assert_in_range(n + p.skipped, now / of.gap.ns - 1,
			now / of.gap.ns + 1);
	return p.skipped;
}

static void what_a_debt_forgets(void **state)
{
	const struct pacing fast = gap_of_ns(10000), slow = gap_of_ns(S / 20);
	(void)state;

	assert_int_equal(skipped(&fast, PACE_CATCHUP, 99 * 1000000), 0);
	assert_in_range(skipped(&fast, PACE_CATCHUP, S), 89998, 90000);
	/* 64 gaps are kept, not more. */
	assert_int_equal(skipped(&fast, PACE_FORGIVE, 640000), 0);
	assert_in_range(skipped(&fast, PACE_FORGIVE, S), 99934, 99936);
	assert_int_equal(skipped(&fast, PACE_STRICT, 100000), 0);
	assert_in_range(skipped(&fast, PACE_STRICT, S), 99988, 99990);
	/* A frame that is late by less than a gap is sent. */
	assert_int_equal(skipped(&slow, PACE_FORGIVE, S / 20 + 40000000), 0);
	assert_int_equal(skipped(&slow, PACE_STRICT, S / 20 + 40000000), 0);
	assert_int_equal(skipped(&slow, PACE_STRICT, S / 5 + 40000000), 3);
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
		cmocka_unit_test(groups_are_due_together),
		cmocka_unit_test(the_table_is_exponential),
		cmocka_unit_test(random_gaps_keep_the_mean),
		cmocka_unit_test(what_a_debt_forgets),
	};

	return cmocka_run_group_tests_name("pacer", tests, NULL, NULL);
}
