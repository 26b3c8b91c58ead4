/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Streams that begin later, that follow each other, and that take turns: when
 * each frame is sent is known to the ns, as all is looked at each us.
 */
#include "many_rig.h"
#include "pktgen/pktgen_seen.h"

/* When the test begins; the first step, and so all times, are then. */
#define T0 (1 * S)

static struct stream_plan *plan_of(struct stream_use *use, unsigned i)
{
	*use = *pktgen_stream_use(&pg, 0, i);
	return &use->plan;
}

/* Stream `i` at 1,000 pps: `frames` in each of its runs, 0: without end. */
static void plan(unsigned i, uint64_t frames, uint64_t delay_ns, int after,
		 uint32_t turns)
{
	struct stream_use use;
	struct stream_plan *p = plan_of(&use, i);

	set(i, 1000 * 1000000ull, false);
	p->frames = frames;
	p->delay_ns = delay_ns;
	p->follows = after >= 0;
	p->after = (uint16_t)(after >= 0 ? after : 0);
	p->turns = turns;
	pktgen_set_use(&pg, 0, i, &use, now);
}

static enum flow_state state_of(unsigned i)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&pg, 0, i, &v);
	return v.state;
}

/* The k-th frame of stream `i` went that many us after the start. */
static void check_at(unsigned i, unsigned k, uint64_t us)
{
	for (unsigned at = 0; at < nb_wire; at++)
		if (wire[at].stream == i && !k--) {
			assert_int_equal((wire[at].ns - T0) / US, us);
			return;
		}
	fail_msg("stream %u has not as many frames", i);
}

static void run_for(uint64_t ns)
{
	run_until(now + ns, US);
}

static void a_stream_begins_later(void **state)
{
	(void)state;
	add(3);
	plan(0, 10, 0, -1, 0);
	plan(1, 10, 20 * MS, -1, 0);
	plan(2, 10, 20 * MS, -1, 0);
	pktgen_start(&pg, 1, now);
	assert_int_equal(state_of(1), FLOW_WAITS);
	run_for(25 * MS);
	assert_int_equal(state_of(0), FLOW_IDLE);
	assert_int_equal(state_of(1), FLOW_RUNS);
	run_to_the_end();
	check_at(0, 9, 9000);
	check_at(1, 0, 20000);
	/* Those that begin together are spread. */
	check_at(2, 0, 20500);
	check_at(2, 9, 29500);
	assert_int_equal(nb_wire, 30);
	assert_int_equal(pktgen_look(&pg, 0)->done.runs, 1);
}

/* A port with one stream makes its frames in another way. */
static void one_alone_begins_later_and_again(void **state)
{
	(void)state;
	plan(0, 10, 5 * MS, -1, 2);
	pktgen_start(&pg, 1, now);
	assert_int_equal(state_of(0), FLOW_WAITS);
	run_to_the_end();
	assert_int_equal(nb_wire, 30);
	for (unsigned i = 0; i < 30; i++)
		check_at(0, i, 5000 + i * 1000);
	assert_int_equal(pktgen_look(&pg, 0)->done.runs, 1);
	assert_int_equal(pktgen_look(&pg, 0)->done.packets, 30);
}

static void streams_follow_each_other(void **state)
{
	(void)state;
	add(4);
	plan(2, 5, 0, -1, 0);
	/* The one that is followed may have a higher number. */
	plan(0, 5, 0, 2, 0);
	plan(1, 5, 3 * MS, 0, 0);
	plan(3, 0, 0, -1, 0);
	pktgen_start(&pg, 1, now);
	run_for(50 * MS);
	check_at(2, 0, 0);
	/* Its sixth frame would be due then: the rate goes on. */
	check_at(0, 0, 5000);
	check_at(1, 0, 13000);
	check_at(1, 4, 17000);
	assert_int_equal(packets[0] + packets[1] + packets[2], 15);
	/* One without a limit moves on beside them. */
	assert_int_equal(packets[3], 50);
	assert_true(pktgen_look(&pg, 0)->state == WORKER_RUNNING);
}

/* 0, then 1 and 2 side by side, 3 after 2; all of it three times. */
static void a_chain_takes_turns(void **state)
{
	static const unsigned each[4] = {4, 8, 2, 3};
	(void)state;

	add(4);
	plan(0, 4, 0, -1, 2);
	plan(1, 4, 0, 0, 1);
	plan(2, 2, 0, 0, 0);
	plan(3, 3, MS, 2, 0);
	pktgen_start(&pg, 1, now);
	run_for(10 * MS);
	assert_int_equal(state_of(0), FLOW_WAITS);
	assert_int_equal(state_of(1), FLOW_RUNS);
	run_to_the_end();
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(packets[i], 3 * each[i]);
	/* A turn is 4 ms, then twice 4 ms of stream 1. */
	for (unsigned k = 0; k < 3; k++) {
		check_at(0, k * 4, k * 12000);
		check_at(1, k * 8, k * 12000 + 4000);
	}
	assert_int_equal(pktgen_look(&pg, 0)->done.runs, 1);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(state_of(i), FLOW_IDLE);
}

static void turns_may_be_without_end(void **state)
{
	const struct subjects one = of("0.1"), zero = of("0.0");
	(void)state;

	add(2);
	plan(0, 1, 0, -1, FLOW_FOR_EVER);
	plan(1, 1, 0, 0, 0);
	pktgen_start(&pg, 1, now);
	run_for(1000 * MS);
	assert_int_equal(packets[0], 500);
	assert_int_equal(packets[1], 500);
	check_at(0, 499, 998000);
	/* One that is stopped is in no later turn. */
	pktgen_stop_streams(&pg, &one, now);
	forget();
	run_for(100 * MS);
	assert_in_range(packets[0], 99, 101);
	assert_int_equal(packets[1], 0);
	pktgen_stop_streams(&pg, &zero, now);
	assert_false(worker_runs(pktgen_look(&pg, 0)->state));
}

/* Without pacing rounds are played again, but not beyond a run's end. */
static void turns_end_at_full_speed(void **state)
{
	(void)state;

	add(3);
	for (unsigned i = 0; i < 3; i++) {
		plan(i, i ? 1000 : 0, 0, i == 2 ? 1 : -1,
		     i == 1 ? FLOW_FOR_EVER : 0);
		set(i, 0, false);
	}
	pktgen_start(&pg, 1, now);
	run_until(now + 2 * MS, US);
	assert_in_range(packets[1] - packets[2], 0, 1000);
	assert_true(packets[2] > 10000);
	assert_in_range(packets[0], packets[1] + packets[2] - 5000,
			packets[1] + packets[2] + 5000);
}

static void those_that_wait_end_with_it(void **state)
{
	const struct subjects zero = of("0.0"), one = of("0.1");
	(void)state;

	add(3);
	plan(0, 10, 0, -1, 0);
	plan(1, 10, 0, 0, 0);
	plan(2, 10, 0, 1, 0);
	pktgen_start(&pg, 1, now);
	run_for(5 * MS);
	pktgen_stop_streams(&pg, &zero, now);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(state_of(i), FLOW_IDLE);
	assert_false(worker_runs(pktgen_look(&pg, 0)->state));
	run_to_the_end();
	/* One in the middle takes only what is behind it. */
	pktgen_start(&pg, 1, now);
	pktgen_stop_streams(&pg, &one, now);
	assert_int_equal(state_of(0), FLOW_RUNS);
	assert_int_equal(state_of(2), FLOW_IDLE);
	run_to_the_end();
	assert_int_equal(packets[0], 15);
	assert_int_equal(packets[1] + packets[2], 0);
}

static void a_pause_puts_off_what_follows(void **state)
{
	const struct subjects zero = of("0.0"), one = of("0.1");
	(void)state;

	add(2);
	plan(0, 10, 0, -1, 0);
	plan(1, 10, 0, 0, 0);
	pktgen_start(&pg, 1, now);
	run_until(T0 + 4500 * US, US);
	pktgen_pause_streams(&pg, &zero, now);
	run_for(100 * MS);
	assert_int_equal(state_of(1), FLOW_WAITS);
	pktgen_resume_streams(&pg, &zero, now);
	run_until(T0 + 106 * MS, US);
	check_at(0, 5, 105000);
	/* One that waits may be paused, and begins late. */
	pktgen_pause_streams(&pg, &one, now);
	run_for(50 * MS);
	assert_int_equal(state_of(1), FLOW_PAUSED);
	assert_int_equal(state_of(0), FLOW_IDLE);
	pktgen_resume_streams(&pg, &one, now);
	run_to_the_end();
	check_at(1, 0, 156000);
	check_at(1, 9, 165000);
	assert_int_equal(nb_wire, 20);
	assert_int_equal(pktgen_look(&pg, 0)->stats.tx_skipped, 0);
}

static void disabled_and_deleted_ones(void **state)
{
	struct stream_use use = {.weight = 1};
	const struct subjects two = of("0.2");
	(void)state;

	add(3);
	plan(0, 3, 0, -1, 0);
	plan(1, 3, 0, 0, 0);
	plan(2, 3, 0, 1, 0);
	plan_of(&use, 1);
	use.disabled = true;
	pktgen_set_use(&pg, 0, 1, &use, now);
	/* Nor does what follows it start with the port... */
	pktgen_start(&pg, 1, now);
	run_to_the_end();
	assert_int_equal(packets[0], 3);
	assert_int_equal(nb_wire, 3);
	/* ...but at once when it is named. */
	pktgen_start_streams(&pg, &two, now);
	assert_int_equal(state_of(2), FLOW_RUNS);
	run_to_the_end();
	assert_int_equal(packets[2], 3);
	use.disabled = false;
	pktgen_set_use(&pg, 0, 1, &use, now);
	pktgen_start(&pg, 1, now);
	run_for(MS);
	pktgen_remove_stream(&pg, 0, 1, now);
	assert_int_equal(state_of(2), FLOW_IDLE);
	assert_false(pktgen_stream_use(&pg, 0, 2)->plan.follows);
	run_to_the_end();
	assert_int_equal(packets[0], 6);
	assert_int_equal(packets[2], 3);
}

/* One is deleted whose run has ended, and whose turn has not. */
static void what_runs_outlives_what_it_followed(void **state)
{
	(void)state;
	add(3);
	plan(0, 10, 0, -1, 0);
	plan(1, 3, 0, -1, 5);
	plan(2, 10, 0, 1, 0);
	pktgen_start(&pg, 1, now);
	run_for(5 * MS);
	assert_int_equal(state_of(1), FLOW_WAITS);
	assert_int_equal(state_of(2), FLOW_RUNS);
	pktgen_remove_stream(&pg, 0, 1, now);
	run_to_the_end();
	assert_int_equal(packets[1], 3);
	assert_int_equal(packets[2], 10);
}

/* One is stopped whose turn goes on, and started anew before that ends. */
static void a_new_run_is_none_of_the_old_turn(void **state)
{
	const struct subjects one = of("0.1");
	(void)state;

	add(3);
	plan(0, 3, 0, -1, 0);
	plan(1, 3, 0, 0, 2);
	plan(2, 10, 0, 1, 0);
	pktgen_start(&pg, 1, now);
	run_for(8 * MS);
	assert_int_equal(state_of(1), FLOW_WAITS);
	pktgen_stop_streams(&pg, &one, now);
	assert_int_equal(state_of(1), FLOW_IDLE);
	assert_int_equal(state_of(2), FLOW_RUNS);
	pktgen_start_streams(&pg, &one, now);
	assert_int_equal(state_of(1), FLOW_RUNS);
	run_to_the_end();
	assert_int_equal(packets[0], 3);
	assert_int_equal(packets[1], 12);
	assert_int_equal(packets[2], 10);
}

static void a_limit_of_the_start_counts_alone(void **state)
{
	const struct flow_limit limit = {2, FLOW_NO_LIMIT};
	(void)state;

	add(2);
	plan(0, 10, 0, -1, FLOW_FOR_EVER);
	plan(1, 0, 0, 0, 0);
	pktgen_start_limited(&pg, 1, &limit, now);
	run_to_the_end();
	assert_int_equal(packets[0], 2);
	assert_int_equal(packets[1], 2);
	check_at(1, 0, 2000);
}

static void circles_are_found(void **state)
{
	(void)state;
	add(3);
	plan(1, 1, 0, 0, 0);
	plan(2, 1, 0, 1, 0);
	assert_int_equal(pktgen_circle(&pg, 0, 0, 2), 1);
	assert_int_equal(pktgen_circle(&pg, 0, 0, 0), 0);
	assert_int_equal(pktgen_circle(&pg, 0, 2, 0), PKTGEN_NO_STREAM);
}

/* Any forest, any limits, any orders in between: all comes to an end. */
static void any_chain_ends(void **state)
{
	uint64_t seed = 3;
	(void)state;

	add(12);
	for (unsigned round = 0; round < 60; round++) {
		for (unsigned i = 0; i < 12; i++) {
			const int after = (int)(unit_random(&seed) % 13) - 1;

			plan(i, 1 + unit_random(&seed) % 4,
			     unit_random(&seed) % 3 * MS,
			     after < (int)i ? after : -1,
			     unit_random(&seed) % 2);
		}
		pktgen_start(&pg, 1, now);
		for (unsigned k = 0; k < round / 4; k++) {
			const unsigned i = unit_random(&seed) % 12;
			struct subjects one = subjects_of(1);

			one.whole = 0;
			one.dotted = true;
			one.nb_parts = 1;
			one.part[0] = (struct subject_part){0, 0, (uint16_t)i,
							    (uint16_t)i};
			run_for(unit_random(&seed) % 4000 * US);
			switch (unit_random(&seed) % 5) {
			case 0:
				pktgen_stop_streams(&pg, &one, now);
				break;
			case 1:
				pktgen_pause_streams(&pg, &one, now);
				break;
			case 2:
				pktgen_start_streams(&pg, &one, now);
				break;
			case 3:
				if (!i)
					break;
				pktgen_remove_stream(&pg, 0, i, now);
				pktgen_add_stream(&pg, 0, i, 0, now);
				plan(i, 1, 0, -1, 0);
				break;
			default:
				pktgen_resume_streams(&pg, &one, now);
			}
		}
		pktgen_resume_streams(
			&pg, &(struct subjects){.ports = 1, .whole = 1}, now);
		run_to_the_end();
		for (unsigned i = 0; i < 12; i++)
			assert_int_equal(state_of(i), FLOW_IDLE);
		forget();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stream_begins_later),
		TEST(one_alone_begins_later_and_again),
		TEST(streams_follow_each_other),
		TEST(a_chain_takes_turns),
		TEST(turns_may_be_without_end),
		TEST(turns_end_at_full_speed),
		TEST(those_that_wait_end_with_it),
		TEST(a_pause_puts_off_what_follows),
		TEST(disabled_and_deleted_ones),
		TEST(what_runs_outlives_what_it_followed),
		TEST(a_new_run_is_none_of_the_old_turn),
		TEST(a_limit_of_the_start_counts_alone),
		TEST(circles_are_found),
		TEST(any_chain_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
