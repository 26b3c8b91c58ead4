/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several streams on a port, several queues of it. What was sent is counted on
 * the wire, where a stream is known by its UDP port and checked byte by byte
 * against its program.
 */
#include <string.h>

#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_seen.h"
#include "plat/host/host.h"
#include "unit.h"
#include "unit_stream.h"

#define US 1000ull
#define S 1000000000ull
#define STREAMS 4

static struct pktgen pg;
static struct host_netdev *dev[2];
static uint64_t now;

/* Of each stream of port 0. */
static uint64_t on_wire[STREAMS];
static struct program_at wanted_at[STREAMS];
static unsigned most_in_a_row, in_a_row, last_seen;

static void seen(void *arg, const void *frame, size_t len)
{
	static uint8_t want[STREAM_SIZE_MAX];
	const unsigned i =
		*(const uint16_t *)(const void *)((const uint8_t *)frame +
						  UDP4_HEADERS -
						  sizeof(struct udp_hdr) + 2) >>
		8;
	struct signature sign = {0};
	(void)arg;

	assert_true(i < STREAMS);
	signature_get((const uint8_t *)frame + len - SIGNATURE_LEN, &sign);
	assert_int_equal(program_next(pg.set[0].stream[i]->flow->program,
				      &wanted_at[i], signature_stamp_of(&sign),
				      want),
			 len);
	assert_memory_equal(want, frame, len);
	on_wire[i]++;
	in_a_row = i == last_seen ? in_a_row + 1 : 1;
	last_seen = i;
	most_in_a_row = MAX(most_in_a_row, in_a_row);
}

static void open_with(unsigned queues)
{
	host_reset();
	host_loop_queues(queues);
	host_loop_pair(dev, 1500);
	pktgen_open(&pg, queues, uk_alloc_get_default());
	host_netdev_tap(dev[0], seen, NULL);
	memset(on_wire, 0, sizeof(on_wire));
	memset(wanted_at, 0, sizeof(wanted_at));
	most_in_a_row = in_a_row = 0;
	last_seen = STREAMS;
	now = S;
}

static int teardown(void **state)
{
	(void)state;
	pktgen_close(&pg, uk_alloc_get_default());
	return 0;
}

static void add_streams(unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		assert_int_equal(pktgen_add_stream(&pg, 0, i, 0, now), 0);
}

/* Stream `i`, at `pps` or without pacing (0), frames of it known by their port;
 * what it is besides differs from stream to stream. */
static void set_stream(unsigned i, uint64_t pps, bool sign)
{
	struct stream s = *pktgen_stream(&pg, 0, i);
	struct pktgen_fault fault;
	char text[16];

	s.rate = (struct rate){pps ? RATE_PPS : RATE_MAX, pps * 1000000};
	snprintf(text, sizeof(text), "%u", i);
	set_field(&s, "udp.dst", text);
	s.sign = sign;
	set_low(&s, "src", i & 1 ? 8 : 0, NULL);
	stream_set_size(&s, (uint16_t)(100 + 50 * i));
	assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, i, &s, now);
}

static void run_until(uint64_t until_ns, uint64_t step_ns)
{
	for (; now < until_ns; now += step_ns)
		pktgen_step(&pg, now);
}

static void run_to_the_end(void)
{
	for (int i = 0; !pktgen_drained(&pg, 1, now); i++) {
		assert_true(i < 1000000);
		pktgen_step(&pg, now);
		now += US;
	}
}

/* All that was sent is on the wire, has come, and nothing is out. */
static void check_balance(void)
{
	const struct worker_view *v = pktgen_count(&pg, 0, now);
	struct pktgen_stream_view s;
	uint64_t all = 0;

	for (unsigned i = 0; i < pg.set[0].nb_streams; i++) {
		pktgen_look_stream(&pg, 0, i, &s);
		assert_int_equal(s.sent.packets, on_wire[i]);
		all += on_wire[i];
	}
	assert_int_equal(v->stats.tx_packets, all);
	assert_int_equal(v->in_flight, 0);
	assert_int_equal(v->nb_held, 0);
	assert_int_equal(pktgen_look(&pg, 1)->stats.rx_packets, all);
}

/* Each stream is sent by its own. */
static void use_one_queue(void)
{
	struct worker_how how = pg.set[0].how;

	how.queues = 1;
	pktgen_set_how(&pg, 1, &how, now);
}

static void start(uint64_t frames, uint64_t time_ns)
{
	const struct flow_limit limit = {frames, time_ns};

	pktgen_start_limited(&pg, 1, &limit, now);
}

static void two_flows_share_a_port_one_to_three(void **state)
{
	(void)state;
	for (int sign = 0; sign <= 1; sign++) {
		open_with(1);
		add_streams(2);
		set_stream(0, 100000, sign);
		set_stream(1, 300000, sign);
		start(FLOW_NO_LIMIT, S);
		run_until(now + 2 * S, 2 * US);
		run_to_the_end();
		assert_int_equal(on_wire[0], 100000);
		assert_int_equal(on_wire[1], 300000);
		/* By deadline: three of one, then one of the other. */
		assert_true(most_in_a_row <= 4);
		check_balance();
		if (!sign)
			pktgen_close(&pg, uk_alloc_get_default());
	}
}

static void each_flow_sends_its_count(void **state)
{
	(void)state;
	open_with(1);
	add_streams(STREAMS);
	for (unsigned i = 0; i < STREAMS; i++)
		set_stream(i, i ? 1000 * i : 0, i & 2);
	start(500, FLOW_NO_LIMIT);
	run_to_the_end();
	for (unsigned i = 0; i < STREAMS; i++)
		assert_int_equal(on_wire[i], 500);
	assert_int_equal(pktgen_look(&pg, 0)->done.runs, 1);
	assert_int_equal(pktgen_look(&pg, 0)->done.packets, 500 * STREAMS);
	check_balance();
}

/* One that takes all there is leaves to the others what is theirs. */
static void what_is_not_paced_starves_nobody(void **state)
{
	(void)state;
	open_with(1);
	add_streams(3);
	set_stream(0, 0, false);
	set_stream(1, 0, true);
	set_stream(2, 10000, true);
	start(FLOW_NO_LIMIT, S / 10);
	run_until(now + S / 10, 5 * US);
	run_to_the_end();
	assert_int_equal(on_wire[2], 1000);
	assert_true(on_wire[0] > 10000);
	/* Its bursts end where its slots do. */
	assert_in_range(on_wire[1], on_wire[0] / 2, on_wire[0]);
	check_balance();
}

/* Any settings, while it runs: each frame is its program's next. */
static void streams_are_set_while_they_are_sent(void **state)
{
	uint64_t seed = 7;
	(void)state;

	open_with(1);
	add_streams(2);
	set_stream(0, 0, false);
	set_stream(1, 0, true);
	pktgen_start(&pg, 1, now);
	for (int round = 0; round < 400; round++) {
		const unsigned i = unit_random(&seed) >> 32 & 1;

		/* Frames that are held are the old program's. */
		while (pktgen_look(&pg, 0)->nb_held)
			run_until(now + US, US);
		set_stream(i, unit_random(&seed) % 2000000,
			   unit_random(&seed) >> 32 & 1);
		run_until(now + unit_random(&seed) % (100 * US), US);
	}
	pktgen_stop(&pg, 1);
	run_to_the_end();
	assert_true(on_wire[0] > 1000 && on_wire[1] > 1000);
	check_balance();
}

static void two_queues_have_a_flow_each(void **state)
{
	(void)state;
	open_with(2);
	use_one_queue();
	assert_int_equal(pg.port[0].nb_queues, 2);
	assert_int_equal(pktgen_add_stream(&pg, 0, 1, 1, now), 0);
	set_stream(0, 50000, true);
	set_stream(1, 200000, false);
	start(FLOW_NO_LIMIT, S);
	run_until(now + 2 * S, 4 * US);
	run_to_the_end();
	assert_int_equal(on_wire[0], 50000);
	assert_int_equal(on_wire[1], 200000);
	check_balance();
	for (unsigned q = 0; q < 2; q++) {
		assert_int_equal(pktgen_worker(&pg, 0, q)->stats.tx_packets,
				 on_wire[q]);
		assert_int_equal(pktgen_worker(&pg, 1, q)->stats.rx_packets,
				 on_wire[q]);
	}
}

/* A port is as busy as the busiest of its queues, and failed as any of them. */
static void queues_are_seen_as_one_port(void **state)
{
	(void)state;
	open_with(2);
	pktgen_add_stream(&pg, 0, 1, 1, now);
	set_stream(0, 0, false);
	set_stream(1, 0, true);
	start(100, FLOW_NO_LIMIT);
	assert_int_equal(pktgen_look(&pg, 0)->state, WORKER_RUNNING);
	assert_true(pktgen_look(&pg, 0)->limited);
	pktgen_stop(&pg, 1);
	assert_int_equal(pktgen_look(&pg, 0)->state, WORKER_DRAINING);
	run_to_the_end();
	assert_int_equal(pktgen_active(&pg), 0);
	host_netdev_faults(dev[0])->tx = -EIO;
	pktgen_start(&pg, 1, now);
	run_until(now + 10 * US, US);
	assert_int_equal(pktgen_look(&pg, 0)->err, -EIO);
}

static void there_is_an_end_to_streams(void **state)
{
	(void)state;
	open_with(1);
	add_streams(PKTGEN_MAX_STREAMS);
	assert_int_equal(pktgen_add_stream(&pg, 0, PKTGEN_MAX_STREAMS, 0, now),
			 -ENOSPC);
	assert_int_equal(pktgen_add_stream(&pg, 0, 1, 0, now), -EEXIST);
	assert_int_equal(pg.set[0].nb_streams, PKTGEN_MAX_STREAMS);
}

static uint64_t stopwatch(void)
{
	return now + 7 * US;
}

/* Behind another's burst it is later: what is sent then was due then. */
static void each_burst_has_its_own_time(void **state)
{
	static const struct histogram none;
	const struct worker *w;
	struct subjects one;
	(void)state;

	open_with(2);
	pktgen_add_stream(&pg, 0, 1, 1, now);
	set_stream(0, 1000, false);
	set_stream(1, 1000, false);
	pg.core.clock_ns = stopwatch;
	/* Each for itself, so that both are due at once. */
	subjects_take("0.0", 2, &one);
	pktgen_start_streams(&pg, &one, now);
	subjects_take("0.1", 2, &one);
	pktgen_start_streams(&pg, &one, now);
	pktgen_step(&pg, now);
	w = pktgen_worker(&pg, 0, 0);
	assert_int_equal(histogram_total(&w->lag, &none), 1);
	assert_int_equal(w->lag.sum_ns, 0);
	w = pktgen_worker(&pg, 0, 1);
	assert_int_equal(histogram_total(&w->lag, &none), 1);
	assert_int_equal(w->lag.sum_ns, 7 * US);
}

/* Who asks what steps take, on a clock that runs on while frames are sent. */
static void steps_are_timed_for_who_asks(void **state)
{
	struct core_times times = {0};
	(void)state;

	open_with(1);
	set_stream(0, 1000, false);
	pg.core.clock_ns = stopwatch;
	pg.core.times = &times;
	pktgen_start(&pg, 1, now);
	for (int i = 0; i < 10; i++) {
		pktgen_step(&pg, now);
		now += 500 * US;
	}
	assert_int_equal(histogram_total(&times.poll, NULL), 9);
	assert_int_equal(times.poll.sum_ns, 9 * 500 * US);
	/* A frame each millisecond. */
	assert_int_equal(histogram_total(&times.hand_over, NULL), 5);
	assert_int_equal(times.hand_over.sum_ns, 5 * 7 * US);
}

/* The later time of a worker behind another is that of the whole step. */
static void a_run_behind_another_is_not_over_too_soon(void **state)
{
	const struct flow_limit limit = {300, FLOW_NO_LIMIT};
	(void)state;

	open_with(1);
	host_netdev_tap(dev[0], NULL, NULL);
	pg.core.clock_ns = stopwatch;
	pktgen_set_mode(&pg, 3, MODE_TX | MODE_RX, now);
	host_netdev_faults(dev[1])->hold = 5;
	pktgen_start_limited(&pg, 3, &limit, now);
	for (int i = 0; i < 1000; i++) {
		pktgen_step(&pg, now);
		assert_true(pg.core.now_ns >= now);
		now += US;
	}
	assert_int_equal(pktgen_look(&pg, 1)->stats.tx_packets, 300);
	assert_int_equal(pktgen_look(&pg, 1)->state, WORKER_DRAINING);
	host_netdev_faults(dev[1])->hold = 0;
	pktgen_step(&pg, now);
	assert_int_equal(pktgen_active(&pg), 0);
	assert_int_equal(pktgen_look(&pg, 1)->done.in_flight, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_flows_share_a_port_one_to_three),
		TEST(each_flow_sends_its_count),
		TEST(what_is_not_paced_starves_nobody),
		TEST(streams_are_set_while_they_are_sent),
		TEST(two_queues_have_a_flow_each),
		TEST(queues_are_seen_as_one_port),
		TEST(each_burst_has_its_own_time),
		TEST(steps_are_timed_for_who_asks),
		TEST(a_run_behind_another_is_not_over_too_soon),
		TEST(there_is_an_end_to_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
