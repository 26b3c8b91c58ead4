/* SPDX-License-Identifier: BSD-3-Clause */
/* Ticks that were missed are not made up, and each row is of its true span. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"

static unsigned count(const char *what)
{
	unsigned n = 0;

	for (const char *at = rig.screen; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* Of the row at `at`: its span in ms and port 0's rate in pps. */
static const char *next_row(const char *at, unsigned long *span_ms,
			    double *rate)
{
	at = strstr(at, "\"span\":");
	if (!at)
		return NULL;
	*span_ms = (unsigned long)(strtod(at + 7, NULL) * 1000 + 0.5);
	at = strstr(at, "\"rate\":");
	assert_non_null(at);
	*rate = strtod(at + 7, NULL);
	return at;
}

/* Rows of all spans, at the rate that was; returns how many. */
static unsigned check_rows(unsigned long least_ms, unsigned long *longest_ms)
{
	const char *at = rig.screen;
	unsigned long span_ms;
	unsigned n = 0;
	double rate;

	*longest_ms = 0;
	while ((at = next_row(at, &span_ms, &rate)) != NULL) {
		n++;
		assert_true(span_ms >= least_ms);
		if (span_ms > *longest_ms)
			*longest_ms = span_ms;
		assert_true(rate < 10300);
	}
	return n;
}

/* The host stops us for a while that is no whole number of intervals. */
static void after_a_stop_there_is_one_row(void **state)
{
	unsigned long longest_ms;
	(void)state;

	for (unsigned k = 0; k < 20; k++) {
		const uint64_t stop_ns = 3 * S + k * 11 * MS;

		rig_must("rate 0 10kpps; debt forgive; start 0");
		rig_send("stats 0 every 200ms 10 --json");
		rig_run(500 * MS);
		assert_int_equal(count("span"), 2);
		rig_step(stop_ns);
		rig_run(20 * US);
		assert_int_equal(count("span"), 3);
		rig_run(70 * MS);
		assert_int_equal(count("span"), 3);
		rig_run(7 * 240 * MS);
		assert_int_equal(count("@1 OK"), 1);
		assert_int_equal(check_rows(100, &longest_ms), 10);
		assert_in_range(longest_ms, stop_ns / MS + 95,
				stop_ns / MS + 105);
		rig_must("stop");
	}
}

/*
 * Nobody reads; then all that was kept back comes, and no row is for nothing.
 */
static void after_an_unread_stretch_rows_are_whole(void **state)
{
	unsigned long longest_ms;
	(void)state;

	rig_must("rate 0 10kpps; start 0");
	rig_send("stats 0 every 10ms 1000 --json");
	for (int i = 0; i < 100000; i++)
		rig_step_unread(100 * US);
	rig_run(S);
	assert_true(check_rows(5, &longest_ms) > 10);
	assert_true(longest_ms > 5000);
	rig_type("\x05\x15\n\x03");
	rig_run(S);
	rig_must("stop");
}

/* The time of its row tells a person. */
static void people_are_told_of_the_gap(void **state)
{
	(void)state;

	rig_send("stats 0 every 100ms 3");
	rig_run(150 * MS);
	rig_step(2 * S);
	rig_run(S);
	assert_int_equal(count("OK"), 1);
	assert_int_equal(count(" 0.100 "), 1);
	assert_int_equal(count(" 2.150 "), 1);
	assert_int_equal(count("time [s]"), 1);
}

/* The minute that `stats live` plots has one figure for such a time. */
static void the_minute_has_one_figure(void **state)
{
	const struct stats_history *h = &rig.app.port[0].history;
	const struct stats_rate *r = &rig.app.port[0].rate;
	unsigned next;
	(void)state;

	rig_must("rate 0 1kpps; debt strict; start 0; sleep 2500ms");
	next = h->next;
	rig_step(5 * S);
	assert_int_equal(h->next, next + 1);
	assert_in_range(r->span_ns, 5 * S, 6 * S);
	rig_run(900 * MS);
	assert_int_equal(h->next, next + 1);
	rig_run(200 * MS);
	assert_int_equal(h->next, next + 2);
	assert_in_range(r->span_ns, S, S + MS);
	rig_must("stop");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_a_stop_there_is_one_row),
		TEST(after_an_unread_stretch_rows_are_whole),
		TEST(people_are_told_of_the_gap),
		TEST(the_minute_has_one_figure),
	};

	return cmocka_run_group_tests_name("every", tests, NULL, NULL);
}
