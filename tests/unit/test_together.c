/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports that start together: none sends before the moment, each does at it,
 * and what follows keeps the times that count from it.
 */
#include "cores_rig.h"

#define ALL 0xfull

static uint64_t at_ns;

/* Frames of each port on the wire, and the time in the first one's signature */
static uint64_t nb_seen[PORTS], stamp[PORTS];

static uint64_t frames_of(unsigned port)
{
	return __atomic_load_n(&nb_seen[port], __ATOMIC_ACQUIRE);
}

static void seen(void *arg, const void *frame, size_t len)
{
	const unsigned port = (unsigned)(uintptr_t)arg;
	struct signature s;

	/* Of two queues that are first each has the same. */
	if (!frames_of(port) &&
	    signature_get((const uint8_t *)frame + len - SIGNATURE_LEN, &s))
		__atomic_store_n(&stamp[port], s.time_ns, __ATOMIC_RELAXED);
	__atomic_add_fetch(&nb_seen[port], 1, __ATOMIC_RELEASE);
}

static void set_stream(unsigned port, unsigned stream, uint64_t pps)
{
	struct stream s = *pktgen_stream(&pg, port, stream);
	struct pktgen_fault fault;

	s.rate = (struct rate){pps ? RATE_PPS : RATE_MAX, pps * 1000000};
	s.sign = true;
	stream_set_size(&s, 100);
	assert_int_equal(pktgen_try_stream(&pg, port, stream, &s, &fault), 0);
	pktgen_take_stream(&pg, port, stream, &s, now);
}

static void open_with(unsigned cores, unsigned queues)
{
	open_ports(cores, queues);
	memset(nb_seen, 0, sizeof(nb_seen));
	for (unsigned i = 0; i < PORTS; i++) {
		host_netdev_tap(dev[i], seen, (void *)(uintptr_t)i);
		set_stream(i, 0, i ? i * 10000 : 0);
	}
	if (cores > 1)
		pktgen_start_cores(&pg, entry);
	pktgen_set_mode(&pg, ALL, MODE_TX, now);
}

/* ---- Time ---------------------------------------------------------------- */

static void step_at(uint64_t ns)
{
	host_clock_set(now = ns);
	pktgen_step(&pg, now);
}

static void step_until(uint64_t ns)
{
	while (now + US < ns)
		step_at(now + US);
	step_at(ns);
}

static void begin(const struct flow_limit *limit)
{
	const struct subjects on = subjects_of(ALL);

	at_ns = now + 10 * MS;
	pktgen_start_together(&pg, &on, limit, at_ns);
}

static struct pktgen_stream_view look(unsigned port)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&pg, port, 0, &v);
	return v;
}

static void none_has_sent(void)
{
	for (unsigned i = 0; i < PORTS; i++)
		assert_int_equal(frames_of(i), 0);
}

static void all_have_sent(void)
{
	for (unsigned i = 0; i < PORTS; i++) {
		assert_true(frames_of(i) >= 1);
		assert_int_equal(stamp[i], at_ns);
		assert_int_equal(look(i).sent.first_ns, at_ns);
	}
}

static void run_to_the_end(void)
{
	for (unsigned i = 0; !pktgen_drained(&pg, ALL, now); i++) {
		assert_true(i < 3000000);
		step_at(now + US);
	}
}

/* ---- The tests ----------------------------------------------------------- */

static void all_begin_at_the_moment(void **state)
{
	(void)state;
	open_with(1, 1);
	begin(NULL);
	assert_true(pktgen_hush(&pg, at_ns - 100 * US));
	assert_false(pktgen_hush(&pg, at_ns - 300 * US));
	assert_true(pktgen_hush(&pg, at_ns));
	assert_false(pktgen_hush(&pg, at_ns + 100 * US));
	step_until(at_ns - 1);
	none_has_sent();
	step_at(at_ns);
	all_have_sent();
	/* What follows is due as if nobody had waited. */
	for (unsigned i = 1; i < PORTS; i++)
		assert_int_equal(frames_of(i), 1);
	step_until(at_ns + S / 30000 + 1);
	assert_int_equal(frames_of(1), 1);
	assert_int_equal(frames_of(3), 2);
	step_until(at_ns + 10 * MS);
	for (unsigned i = 1; i < PORTS; i++)
		assert_int_equal(frames_of(i), i * 100 + 1);
	close_all();
}

static void limits_count_from_the_moment(void **state)
{
	const struct flow_limit frames = {1001, FLOW_NO_LIMIT};
	const struct flow_limit time = {FLOW_NO_LIMIT, 10 * MS};
	(void)state;

	open_with(1, 1);
	begin(&frames);
	run_to_the_end();
	for (unsigned i = 0; i < PORTS; i++)
		assert_int_equal(frames_of(i), 1001);
	/* The last of a thousand gaps. */
	assert_in_range(look(3).sent.last_ns, at_ns + 1000 * S / 30000,
			at_ns + 1000 * S / 30000 + US);
	begin(&time);
	run_to_the_end();
	for (unsigned i = 1; i < PORTS; i++) {
		assert_int_equal(frames_of(i), 1001 + i * 100);
		assert_int_equal(look(i).sent.first_ns, at_ns);
	}
	close_all();
}

/* None is late by that; what was ready goes at the time that is in it. */
static void one_that_is_stopped_before_has_no_lag(void **state)
{
	struct histogram lag;
	(void)state;

	open_with(1, 1);
	begin(NULL);
	step_until(at_ns - MS);
	pktgen_stop(&pg, ALL);
	run_to_the_end();
	all_have_sent();
	for (unsigned i = 0; i < PORTS; i++) {
		assert_int_equal(frames_of(i), 1);
		assert_int_equal(look(i).sent.packets, 1);
		assert_true(pktgen_lag(&pg, i, &lag));
		assert_true(lag.sum_ns <= US);
		assert_int_equal(pktgen_look(&pg, i)->stats.tx_stalls, 0);
	}
	close_all();
}

/* `stats clear` holds all for a moment: before it is over, or not. */
static void who_is_held_back_meanwhile_is_not_late(void **state)
{
	(void)state;
	for (unsigned late = 0; late < 2; late++) {
		const uint64_t to = late ? 20 * MS : 0;

		open_with(1, 1);
		begin(NULL);
		step_until(at_ns - 5 * MS);
		pktgen_pause(&pg, ALL, now);
		step_until(at_ns - 2 * MS + to);
		if (!late)
			none_has_sent();
		pktgen_resume(&pg, now);
		step_until(at_ns + 10 * MS + to);
		all_have_sent();
		/* From the moment on, or from then. */
		for (unsigned i = 1; i < PORTS; i++)
			assert_in_range(frames_of(i),
					i * (late ? 120 : 100) - 1,
					i * (late ? 120 : 100) + 2);
		assert_int_equal(pktgen_look(&pg, 1)->stats.tx_skipped, 0);
		close_all();
	}
}

static void the_moment_counts_for_who_misses_it(void **state)
{
	(void)state;
	open_with(1, 1);
	begin(NULL);
	step_at(at_ns + 5 * MS);
	step_until(now + 10 * US);
	for (unsigned i = 1; i < PORTS; i++)
		assert_int_equal(frames_of(i), i * 50 + 1);
	close_all();
}

static void streams_of_a_port_are_spread_from_it(void **state)
{
	(void)state;
	open_with(1, 2);
	for (unsigned i = 1; i < 4; i++) {
		assert_int_equal(pktgen_add_stream(&pg, 1, i, 0, now), 0);
		set_stream(1, i, 10000);
	}
	begin(NULL);
	step_until(at_ns - 1);
	none_has_sent();
	step_at(at_ns);
	all_have_sent();
	assert_int_equal(frames_of(1), 1);
	step_until(at_ns + 10 * MS - US);
	assert_int_equal(frames_of(1), 400);
	close_all();
}

static void hold(void)
{
	while (!pktgen_hold(&pg)) {
		pktgen_step(&pg, now);
		ukarch_spinwait();
	}
}

/* Time stands still until all have sent: each did at the moment itself. */
static void several_cores_begin_at_the_moment(void **state)
{
	static const unsigned queues[] = {1, 2};
	(void)state;

	for (unsigned n = 0; n < ARRAY_SIZE(queues); n++) {
		open_with(3, queues[n]);
		hold();
		begin(NULL);
		pktgen_let_go(&pg, now);
		assert_true(pktgen_others(&pg));
		for (unsigned i = 0; i < 200; i++)
			step_at(at_ns - 1);
		none_has_sent();
		while (!frames_of(0) || !frames_of(1) || !frames_of(2) ||
		       !frames_of(3))
			step_at(at_ns);
		hold();
		all_have_sent();
		close_all();
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		TEST(all_begin_at_the_moment),
		TEST(limits_count_from_the_moment),
		TEST(one_that_is_stopped_before_has_no_lag),
		TEST(who_is_held_back_meanwhile_is_not_late),
		TEST(the_moment_counts_for_who_misses_it),
		TEST(streams_of_a_port_are_spread_from_it),
		TEST(several_cores_begin_at_the_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
