/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run of several queues that is stopped, set anew, late, given up in part or
 * counted anew is still the one that a single queue would send.
 */
#include "queues_rig.h"

static void what_is_stopped_lacks_nothing(void **state)
{
	uint64_t seed = 5;
	(void)state;

	for (unsigned i = 0; i < 12; i++) {
		open_with(2 + i % 3);
		set_stream(plain_range, i % 2 ? 0 : 1000000);
		pktgen_start(&pg, 1, now);
		run_until(now + unit_random(&seed) % (200 * US), US / 2);
		pktgen_stop(&pg, 1);
		run_to_the_end();
		check_so_far();
		/* The next run begins at number 0, and nothing is missed. */
		memset(times, 0, sizeof(times));
		start(1001, FLOW_NO_LIMIT);
		run_to_the_end();
		check_so_far();
		for (unsigned k = 0; k < 1001; k++)
			assert_int_equal(times[k], 1);
		close_all();
	}
}

static void what_is_set_under_way_keeps_the_schedule(void **state)
{
	struct pktgen_stream_view v;
	uint64_t seed = 7, first;
	(void)state;

	open_with(3);
	set_stream(plain_range, 500000);
	pktgen_start(&pg, 1, now);
	for (unsigned i = 0; i < 60; i++) {
		const struct subjects on = subjects_of(1);

		run_until(now + unit_random(&seed) % (300 * US), US);
		switch (i % 3) {
		case 0:
			set_stream(plain_range,
				   100000 + unit_random(&seed) % 400000);
			break;
		case 1:
			pktgen_pause_streams(&pg, &on, now);
			run_until(now + 100 * US, US);
			pktgen_resume_streams(&pg, &on, now);
			break;
		default:
			pktgen_set_mode(&pg, 1, MODE_RX, now);
			run_until(now + 100 * US, US);
			pktgen_set_mode(&pg, 1, MODE_TX, now);
		}
		check_so_far();
	}
	set_stream(plain_range, 100000);
	run_until(now + MS, US);
	first = highest + 1;
	run_until(now + 50 * MS, US);
	/* In step again: in order, each 10 us behind the last. */
	assert_in_range(highest - first, 4990, 5010);
	for (uint64_t i = first + 1; i < highest - 128; i++)
		assert_in_range(at_ns[i] - at_ns[i - 1], 9 * US, 11 * US);
	pktgen_stop(&pg, 1);
	run_to_the_end();
	check_so_far();
	pktgen_look_stream(&pg, 0, 0, &v);
	assert_int_equal(v.order.lost, 0);
	close_all();
}

/* Each of those that are late gives up its own part of what was due. */
static void what_is_given_up_is_told_once(void **state)
{
	struct pktgen_stream_view v;
	(void)state;

	for (unsigned queues = 1; queues <= 4; queues++) {
		open_with(queues);
		set_stream(plain_range, 500000);
		start(FLOW_NO_LIMIT, S / 2);
		run_until(now + US, US);
		/* By 50 ms more than what is caught up. */
		now += 150 * MS;
		run_until(now + 100 * MS, US);
		now += 150 * MS;
		run_to_the_end();
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_in_range(v.sent.skipped, 50000 - 256, 50000 + 256);
		assert_in_range(v.sent.packets + v.sent.skipped, 250000 - 256,
				250000 + 256);
		assert_int_equal(pktgen_look(&pg, 0)->stats.tx_skipped,
				 v.sent.skipped);
		close_all();
	}
}

/* What one queue sent sooner than another is no debt once there is a rate. */
static void a_rate_after_full_speed_is_that_of_the_sum(void **state)
{
	struct worker *second;
	uint64_t had;
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		open_with(2);
		set_stream(plain_range, 0);
		pktgen_start(&pg, 1, now);
		run_until(now + 100 * US, US);
		second = pktgen_worker(&pg, 0, i);
		while (nb_seen < 50000) {
			worker_step(second, now += US);
			worker_step(pktgen_worker(&pg, 1, i), now);
		}
		set_stream(plain_range, 100000);
		run_until(now + 10 * MS, US);
		had = nb_seen;
		run_until(now + 100 * MS, US);
		assert_in_range(nb_seen - had, 10000 - 64, 10000 + 64);
		pktgen_stop(&pg, 1);
		run_to_the_end();
		check_so_far();
		close_all();
	}
}

/* Of another core, whose clock is ahead of this one's. */
static uint64_t behind(void)
{
	return now - 300;
}

static void no_time_is_before_the_one_that_all_had(void **state)
{
	(void)state;

	open_with(2);
	set_stream(plain_range, 0);
	pktgen_set_clock(&pg, behind);
	pktgen_start(&pg, 1, now);
	for (unsigned i = 0; i < 100; i++) {
		pktgen_step(&pg, now);
		assert_int_equal(pg.core.now_ns, now);
		now += 200;
	}
	assert_true(nb_seen > 1000);
	pktgen_stop(&pg, 1);
	run_to_the_end();
	check_so_far();
	close_all();
}

static void counts_begin_anew_under_way(void **state)
{
	struct pktgen_stream_view v;
	uint64_t had;
	(void)state;

	for (unsigned paced = 0; paced < 2; paced++) {
		open_with(3);
		set_stream(plain_range, paced ? 1000000 : 0);
		pktgen_start(&pg, 1, now);
		run_until(now + 211 * US, US);
		pktgen_pause(&pg, 1, now);
		while (!pktgen_still(&pg, 1, now)) {
			pktgen_step(&pg, now);
			now += US;
		}
		pktgen_clear_streams(&pg, 0);
		pktgen_resume(&pg, now);
		had = nb_seen;
		run_until(now + 200 * US, US);
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.sent.packets, nb_seen - had);
		assert_int_equal(v.order.reordered, 0);
		assert_int_equal(v.order.lost,
				 v.sent_signed - v.received.packets);
		pktgen_stop(&pg, 1);
		run_to_the_end();
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.received.packets, nb_seen - had);
		assert_int_equal(v.order.lost, 0);
		assert_int_equal(v.order.old, 0);
		close_all();
	}
}

/* A queue that sends nothing of a run does not keep its port from its end. */
static void a_queue_may_be_idle(void **state)
{
	struct worker_how how;
	(void)state;

	open_with(3);
	set_stream(plain_range, 0);
	for (unsigned i = 0; i < 4; i++) {
		how = pg.set[0].how;
		how.queues = 1 + i % 3;
		pktgen_set_how(&pg, 1, &how, now);
		memset(times, 0, sizeof(times));
		nb_seen = 0;
		start(500, FLOW_NO_LIMIT);
		run_to_the_end();
		check_numbers(500);
		assert_int_equal(pktgen_look(&pg, 0)->done.runs, i + 1);
		assert_int_equal(pktgen_look(&pg, 0)->done.packets, 500);
	}
	close_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_stopped_lacks_nothing),
		cmocka_unit_test(what_is_set_under_way_keeps_the_schedule),
		cmocka_unit_test(what_is_given_up_is_told_once),
		cmocka_unit_test(a_rate_after_full_speed_is_that_of_the_sum),
		cmocka_unit_test(no_time_is_before_the_one_that_all_had),
		cmocka_unit_test(counts_begin_anew_under_way),
		cmocka_unit_test(a_queue_may_be_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
