/* SPDX-License-Identifier: BSD-3-Clause */
/* The order of a stream of which several queues send parts. */
#include "measure/order.h"
#include "unit.h"

/* Of a run that is under way, or of which `end` is the end. */
static void check_missing(const struct order *o, uint64_t end, uint64_t lost,
			  uint64_t episodes)
{
	struct order_counts c;

	order_look(o, end, &c);
	assert_int_equal(c.lost, lost);
	assert_int_equal(c.episodes, episodes);
	assert_int_equal(c.outage_ns != 0, episodes != 0);
	assert_int_equal(order_lost(o, end) - (end ? 0 : order_awaited(o)),
			 lost);
}

static void numbers_tell_whose_they_are(void **state)
{
	/* Blocks 0 and 2 by one queue, block 1 by the other. */
	static uint32_t window[4096 + 4096];
	struct order o;
	(void)state;

	order_begin(&o, 0, window, 1024);
	o.parts = 2;
	for (uint64_t n = 0; n < 64; n++)
		order_see(&o, n, n + 1);
	for (uint64_t n = 128; n < 192; n++)
		order_see(&o, n, n + 1);
	/* Those between may be under way, unless the run is over. */
	check_missing(&o, 0, 0, 0);
	check_missing(&o, 192, 64, 1);
	/* Behind those of another: steered. */
	for (uint64_t n = 64; n < 100; n++)
		assert_true(order_see(&o, n, n + 1));
	assert_int_equal(o.counts.steered, 36);
	assert_int_equal(o.counts.reordered, 0);
	check_missing(&o, 0, 0, 0);
	check_missing(&o, 192, 28, 1);
	/* 101 before 100, of one queue: that is reordering. */
	assert_true(order_see(&o, 101, 500));
	check_missing(&o, 0, 1, 1);
	check_missing(&o, 192, 27, 2);
	assert_true(order_see(&o, 100, 501));
	assert_int_equal(o.counts.steered, 37);
	assert_int_equal(o.counts.reordered, 1);
	/* Numbers that nobody sends. */
	assert_int_equal(order_lost(&o, 0), 26);
	for (uint64_t n = 102; n < 128; n++)
		order_fill(&o, n);
	assert_int_equal(order_lost(&o, 0), 0);
	order_fill(&o, 192);
	assert_int_equal(o.next, 193);
	assert_int_equal(order_lost(&o, 0), 0);
}

/* As one by one, of any number that a window has. */
static void many_that_nobody_sends_are_as_each(void **state)
{
	static uint32_t window[2][1024 + 4096];
	uint64_t seed = 3;
	(void)state;

	for (unsigned i = 0; i < 2000; i++) {
		const uint64_t came = unit_random(&seed) % 3000;
		const uint64_t far = unit_random(&seed) % 5000;
		const unsigned part = unit_random(&seed) % 2;
		struct order_counts is, be;
		struct order o[2];
		uint64_t n = 0;

		for (unsigned k = 0; k < 2; k++) {
			order_begin(&o[k], 0, window[k], 1024);
			o[k].parts = 2;
			for (uint64_t at = 0; at < came; at++)
				if (at % 7 && (at < 1000 || at / 64 % 2))
					order_see(&o[k], at, at);
		}
		/* All that are left up to `far` are one part's, or lost. */
		for (unsigned k = 0; k < 4; k++)
			order_part_from(&o[k / 2], k % 2, far);
		for (uint64_t at = o[0].next; at < far; at++)
			if (at / 64 % 2 == part) {
				order_fill(&o[0], at);
				n++;
			}
		order_fill_many(&o[1], far, n, true);
		order_look(&o[0], far, &be);
		order_look(&o[1], far, &is);
		assert_int_equal(is.lost, be.lost);
		assert_int_equal(is.unique, be.unique);
		/* Those that nobody sends split no episode. */
		assert_true(is.episodes <= be.episodes);
		assert_true(is.longest >= be.longest);
		/* And from there on they are alike. */
		for (unsigned k = 0; k < 2; k++)
			for (uint64_t at = far + 1100; at < far + 1300; at++)
				order_see(&o[k], at ^ 1, at);
		order_look(&o[0], 0, &be);
		order_look(&o[1], 0, &is);
		assert_int_equal(is.lost, be.lost);
		assert_int_equal(is.reordered, be.reordered);
		assert_int_equal(is.late, be.late);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_tell_whose_they_are),
		cmocka_unit_test(many_that_nobody_sends_are_as_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
