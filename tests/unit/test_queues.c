/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream that several queues send is the one that a single queue would send:
 * each number once, the bytes of each, the time of each, and no more; and what
 * is told of it when it comes back by several queues.
 */
#include <string.h>
#include <unistd.h>

#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_seen.h"
#include "plat/host/host.h"
#include "unit.h"
#include "unit_stream.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull
#define NUMBERS 300000

static struct pktgen pg;
static struct host_netdev *dev[2];
static uint64_t now;

/* Of port 0's stream, by number: how often it was on the wire, and when. */
static uint8_t times[NUMBERS];
static uint64_t at_ns[NUMBERS];
static uint64_t nb_seen, highest;

static void seen(void *arg, const void *frame, size_t len)
{
	static uint8_t want[STREAM_SIZE_MAX];
	const struct program *prog = pg.set[0].stream[0]->flow->program;
	struct program_at at = {0};
	struct signature sign = {0};
	(void)arg;

	nb_seen++;
	if (!prog->sign)
		return;
	assert_true(signature_get((const uint8_t *)frame + len - SIGNATURE_LEN,
				  &sign));
	assert_true(sign.seq < NUMBERS);
	times[sign.seq]++;
	at_ns[sign.seq] = now;
	highest = MAX(highest, sign.seq);
	at.frame = sign.seq;
	at.order = (unsigned)(sign.seq % prog->nb_order);
	assert_int_equal(
		program_next(prog, &at, signature_stamp_of(&sign), want), len);
	assert_memory_equal(want, frame, len);
}

static void open_with(unsigned queues)
{
	host_reset();
	host_loop_queues(queues);
	host_loop_pair(dev, 1500);
	pktgen_open(&pg, queues, uk_alloc_get_default());
	assert_int_equal(pg.port[0].nb_queues, queues);
	host_netdev_tap(dev[0], seen, NULL);
	memset(times, 0, sizeof(times));
	nb_seen = highest = 0;
	now = S;
}

static void close_all(void)
{
	pktgen_close(&pg, uk_alloc_get_default());
}

static void set_stream(void (*edit)(struct stream *s), uint64_t pps)
{
	struct stream s = *pktgen_stream(&pg, 0, 0);
	struct pktgen_fault fault;

	s.rate = (struct rate){pps ? RATE_PPS : RATE_MAX, pps * 1000000};
	s.sign = true;
	stream_set_size(&s, 100);
	if (edit)
		edit(&s);
	assert_int_equal(pktgen_try_stream(&pg, 0, 0, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, 0, &s, now);
}

static void run_until(uint64_t until_ns, uint64_t step_ns)
{
	for (; now < until_ns; now += step_ns)
		pktgen_step(&pg, now);
}

static void run_to_the_end(void)
{
	for (int i = 0; !pktgen_drained(&pg, 1, now); i++) {
		assert_true(i < 3000000);
		pktgen_step(&pg, now);
		now += US;
	}
}

static void start(uint64_t frames, uint64_t time_ns)
{
	const struct flow_limit limit = {frames, time_ns};

	pktgen_start_limited(&pg, 1, &limit, now);
}

/* Each number below `n` was on the wire once. */
static void check_numbers(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(times[i], 1);
	assert_int_equal(nb_seen, n);
}

static void check_measured(uint64_t n)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&pg, 0, 0, &v);
	assert_int_equal(v.sent.packets, n);
	assert_int_equal(v.sent.built, n);
	assert_int_equal(v.sent_signed, n);
	assert_int_equal(v.received.packets, n);
	assert_int_equal(v.order.lost, 0);
	assert_int_equal(v.order.duplicate, 0);
	assert_int_equal(v.order.reordered, 0);
	assert_int_equal(v.order.late, 0);
}

/* ---- Programs ------------------------------------------------------------ */

static void plain_range(struct stream *s)
{
	set_low(s, "src", 8, NULL);
}

static void a_thirtieth(struct stream *s)
{
	set_field(s, "ipv4.dst", "198.18.0.0/30");
}

static void five(struct stream *s)
{
	set_field(s, "ipv4.src", "10.0.0.0-10.0.3.232");
	set_field(s, "ipv4.dst", "10.1.0.0/16 random");
	set_field(s, "udp.src", "1000-1099 step 3");
	set_field(s, "udp.dst", "2000-2999 shuffled");
	set_field(s, "ipv4.dscp", "0-62 every 5");
}

static void shuffled(struct stream *s)
{
	set_field(s, "ipv4.src", "10.0.0.0/12 shuffled");
}

static void mixed(struct stream *s)
{
	s->sizes = (struct sizes){.kind = SIZES_MIX, .count = 3};
	s->sizes.entry[0].size = 100, s->sizes.entry[0].weight = 7;
	s->sizes.entry[1].size = 570, s->sizes.entry[1].weight = 4;
	s->sizes.entry[2].size = 1518, s->sizes.entry[2].weight = 1;
}

static void mixed_finely(struct stream *s)
{
	mixed(s);
	s->sizes.entry[0].weight = 583;
	s->sizes.entry[1].weight = 333;
	s->sizes.entry[2].weight = 84;
}

static void ranged(struct stream *s)
{
	s->sizes = (struct sizes){.kind = SIZES_RANGE};
	s->sizes.range.from = 90;
	s->sizes.range.to = 400;
	s->sizes.range.step = 3;
	plain_range(s);
}

static void (*const programs[])(struct stream *s) = {
	NULL,     plain_range, a_thirtieth,  five,
	shuffled, mixed,       mixed_finely, ranged,
};

static void each_number_is_sent_once(void **state)
{
	static const uint64_t counts[] = {1, 64, 65, 1001, 5001};
	(void)state;

	for (unsigned queues = 1; queues <= 4; queues++)
		for (unsigned i = 0; i < ARRAY_SIZE(programs); i++)
			for (unsigned k = 0; k < ARRAY_SIZE(counts); k++) {
				open_with(queues);
				set_stream(programs[i], i & 1 ? 0 : 4000000);
				start(counts[k], FLOW_NO_LIMIT);
				run_to_the_end();
				check_numbers(counts[k]);
				check_measured(counts[k]);
				close_all();
			}
}

static void a_rate_is_that_of_the_sum(void **state)
{
	(void)state;
	for (unsigned queues = 2; queues <= 4; queues++) {
		open_with(queues);
		set_stream(plain_range, 200000);
		start(FLOW_NO_LIMIT, S / 4);
		run_to_the_end();
		check_numbers(50000);
		check_measured(50000);
		/* When it is due, on whichever queue. */
		for (uint64_t i = 0; i < 50000; i++)
			assert_in_range(at_ns[i] + US - at_ns[0], i * 5 * US,
					i * 5 * US + 2 * US);
		for (unsigned q = 0; q < queues; q++)
			assert_in_range(
				pktgen_look_queue(&pg, 0, q)->stats.tx_packets,
				50000 / queues - 64, 50000 / queues + 64);
		close_all();
	}
}

static void poisson(struct stream *s)
{
	s->pace.shape = PACE_POISSON;
}

static void bursts(struct stream *s)
{
	s->pace.shape = PACE_BURST;
	s->pace.group = 10;
}

static void gaps_are_those_of_one_queue(void **state)
{
	static void (*const shapes[])(struct stream *) = {poisson, bursts};
	static uint64_t one[5000];
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(shapes); i++)
		for (unsigned queues = 1; queues <= 3; queues++) {
			open_with(queues);
			set_stream(shapes[i], 100000);
			start(5000, FLOW_NO_LIMIT);
			run_to_the_end();
			check_numbers(5000);
			if (queues == 1)
				memcpy(one, at_ns, sizeof(one));
			for (unsigned k = 0; k < 5000; k++)
				assert_in_range(at_ns[k], one[k] - US,
						one[k] + US);
			close_all();
		}
}

/* ---- Under way ----------------------------------------------------------- */

/* Nobody has sent a number twice, or left one out below where all are. */
static void check_so_far(void)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&pg, 0, 0, &v);
	assert_int_equal(v.sent.packets, nb_seen);
	assert_int_equal(v.order.lost, v.sent_signed - v.received.packets);
	assert_int_equal(v.order.duplicate, 0);
	assert_int_equal(v.order.reordered, 0);
	for (uint64_t i = 0; i < NUMBERS; i++)
		assert_true(times[i] <= 1);
}

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

/* ---- What is told -------------------------------------------------------- */

static void steering_is_told_from_reordering(void **state)
{
	struct pktgen_stream_view v;
	struct order_counts c;
	(void)state;

	open_with(2);
	set_stream(plain_range, 0);
	/* What the second queue gets comes behind what the first does. */
	start(256, FLOW_NO_LIMIT);
	run_to_the_end();
	pktgen_look_order(&pg, 0, 0, &c);
	assert_int_equal(c.lost + c.reordered + c.duplicate, 0);
	close_all();

	/* One frame in 50 is lost: so many are, each by its number. */
	open_with(2);
	set_stream(plain_range, 0);
	host_netdev_faults(dev[1])->lose = 50;
	start(10000, FLOW_NO_LIMIT);
	run_to_the_end();
	pktgen_look_stream(&pg, 0, 0, &v);
	assert_int_equal(v.order.lost, host_netdev_faults(dev[1])->nb_lost);
	assert_int_equal(v.order.reordered, 0);
	close_all();
}

/*
 * However far one queue is ahead of another, who looks is answered: one by one
 * this would be 10^12 numbers.
 */
static void queues_may_be_far_apart(void **state)
{
	static const uint64_t ahead[] = {128, 128000, 1ull << 40};
	struct pktgen_stream_view v;
	(void)state;

	alarm(120);
	for (unsigned i = 0; i < ARRAY_SIZE(ahead); i++) {
		struct flow *f;

		open_with(2);
		set_stream(plain_range, 0);
		pktgen_start(&pg, 1, now);
		run_until(now + 211 * US, US);
		f = pg.set[0].stream[0]->part[i & 1];
		/* So many more were made, none of which came. */
		f->at.frame += ahead[i];
		pktgen_stop(&pg, 1);
		run_to_the_end();
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.order.lost, ahead[i] / 2);
		assert_int_equal(v.order.unique, v.received.packets);
		/* A run begins anew, and may be cleared under way. */
		start(1000, FLOW_NO_LIMIT);
		run_to_the_end();
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.order.lost, ahead[i] / 2);
		f->at.frame += ahead[i];
		pktgen_clear_streams(&pg, 0);
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.order.lost, 0);
		close_all();
	}
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_is_sent_once),
		cmocka_unit_test(a_rate_is_that_of_the_sum),
		cmocka_unit_test(gaps_are_those_of_one_queue),
		cmocka_unit_test(what_is_stopped_lacks_nothing),
		cmocka_unit_test(what_is_set_under_way_keeps_the_schedule),
		cmocka_unit_test(what_is_given_up_is_told_once),
		cmocka_unit_test(a_rate_after_full_speed_is_that_of_the_sum),
		cmocka_unit_test(no_time_is_before_the_one_that_all_had),
		cmocka_unit_test(counts_begin_anew_under_way),
		cmocka_unit_test(a_queue_may_be_idle),
		cmocka_unit_test(steering_is_told_from_reordering),
		cmocka_unit_test(queues_may_be_far_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
