/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two ports that are wired to each other, with several queues: each frame of
 * port 0's stream is seen on the wire, and compared with what its number makes.
 */
#ifndef TESTS_QUEUES_RIG_H
#define TESTS_QUEUES_RIG_H

#include <string.h>

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

static inline void seen(void *arg, const void *frame, size_t len)
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

static inline void open_with(unsigned queues)
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

static inline void close_all(void)
{
	pktgen_close(&pg, uk_alloc_get_default());
}

static inline void set_stream(void (*edit)(struct stream *s), uint64_t pps)
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

static inline void run_until(uint64_t until_ns, uint64_t step_ns)
{
	for (; now < until_ns; now += step_ns)
		pktgen_step(&pg, now);
}

static inline void run_to_the_end(void)
{
	for (int i = 0; !pktgen_drained(&pg, 1, now); i++) {
		assert_true(i < 3000000);
		pktgen_step(&pg, now);
		now += US;
	}
}

static inline void start(uint64_t frames, uint64_t time_ns)
{
	const struct flow_limit limit = {frames, time_ns};

	pktgen_start_limited(&pg, 1, &limit, now);
}

/* Each number below `n` was on the wire once. */
static inline void check_numbers(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(times[i], 1);
	assert_int_equal(nb_seen, n);
}

static inline void check_measured(uint64_t n)
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

static inline void plain_range(struct stream *s)
{
	set_low(s, "src", 8, NULL);
}

/* Nobody has sent a number twice, or left one out below where all are. */
static inline void check_so_far(void)
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

#endif /* TESTS_QUEUES_RIG_H */
