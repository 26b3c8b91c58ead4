/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/wait.h"

#include "unit.h"

#define MS 1000000ull

static uint64_t now, sent;

/*
 * A back end that takes so many frames a millisecond, by how it is waited for.
 */
static void run(struct wait *w, const unsigned per_ms[WAIT_KINDS], uint64_t ms)
{
	for (uint64_t i = 0; i < ms * 10; i++) {
		enum wait_kind kind = wait_full(w, sent, now);

		assert_in_range(kind, WAIT_SPIN, WAIT_HALT);
		now += MS / 10;
		sent += per_ms[kind] / 10;
	}
}

static void what_was_asked_for(void **state)
{
	(void)state;

	for (unsigned k = 0; k < WAIT_KINDS; k++) {
		struct wait w;

		wait_start(&w, (enum wait_kind)k);
		assert_true(w.decided);
		for (int i = 0; i < 1000; i++) {
			assert_int_equal(wait_full(&w, sent, now), k);
			now += MS;
		}
	}
}

static void chosen_by_what_is_sent(void **state)
{
	static const struct {
		unsigned per_ms[WAIT_KINDS];
		enum wait_kind best;
	} rows[] = {
		{{30000, 20000, 5000}, WAIT_SPIN},
		{{30000, 40000, 5000}, WAIT_PAUSE},
		{{80, 200, 320}, WAIT_HALT},
		/* As good as equal: the gentler one. */
		{{30000, 29000, 5000}, WAIT_PAUSE},
		{{1000, 1000, 990}, WAIT_HALT},
		{{1000, 860, 880}, WAIT_HALT},
		{{1000, 860, 870}, WAIT_SPIN},
		/* Nothing moves at all. */
		{{0, 0, 0}, WAIT_HALT},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wait w;

		wait_start(&w, WAIT_AUTO);
		run(&w, rows[i].per_ms, 143);
		assert_false(w.decided);
		run(&w, rows[i].per_ms, 2);
		assert_true(w.decided);
		assert_int_equal(w.used, rows[i].best);
		assert_int_equal(wait_full(&w, sent, now), rows[i].best);
	}
}

/* All ways have their turn, more than once, for the host is not always busy. */
static void each_is_tried_in_turn(void **state)
{
	enum wait_kind seen[WAIT_ROUNDS * WAIT_KINDS];
	struct wait w;
	(void)state;

	wait_start(&w, WAIT_AUTO);
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		seen[i] = wait_full(&w, sent, now);
		assert_int_equal(seen[i], i % WAIT_KINDS);
		assert_int_equal(wait_full(&w, sent, now + WAIT_TRIAL_NS - 1),
				 seen[i]);
		now += WAIT_TRIAL_NS;
	}
	assert_false(w.decided);
	wait_full(&w, sent, now);
	assert_true(w.decided);
	/* The next run finds out for itself. */
	wait_start(&w, WAIT_AUTO);
	assert_false(w.decided);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_asked_for),
		cmocka_unit_test(chosen_by_what_is_sent),
		cmocka_unit_test(each_is_tried_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
