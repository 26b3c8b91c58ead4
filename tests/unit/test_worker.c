/* SPDX-License-Identifier: BSD-3-Clause */
/* When a worker sends, and what it notes of that. */
#include "edit_ports.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_seen.h"
#include "plat/host/host.h"
#include "unit.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull

static struct pktgen pg;
static struct worker *tx;
static uint64_t now;

static int setup(void **state)
{
	struct host_netdev *dev[2];

	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	tx = pktgen_worker(&pg, 0, 0);
	now = S;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pktgen_close(&pg, uk_alloc_get_default());
	return 0;
}

static void set_rate(struct stream *s, const void *arg)
{
	s->rate = (struct rate){RATE_PPS, *(const uint64_t *)arg * 1000000};
}

static void set_pps(uint64_t pps)
{
	struct pktgen_fault fault;

	assert_int_equal(edit_streams(&pg, 1, set_rate, &pps, now, &fault), 0);
}

static void set_pace(struct stream *s, const void *arg)
{
	s->pace = *(const struct pace *)arg;
}

static uint64_t lag_frames(void)
{
	static const struct histogram none;

	return histogram_total(&tx->lag, &none);
}

static void time_counts_from_the_first_step(void **state)
{
	const struct flow_limit limit = {FLOW_NO_LIMIT, 10 * MS};
	(void)state;

	set_pps(10000);
	pktgen_start_limited(&pg, 1, &limit, now);
	/* The console had something to do. */
	now += 250 * US;
	while (pktgen_active(&pg) && now < 2 * S) {
		pktgen_step(&pg, now);
		now += 10 * US;
	}
	assert_int_equal(tx->stats.tx_packets, 100);
	assert_int_equal(tx->done.at_ns, S + 250 * US + 10 * MS);
	assert_int_equal(lag_frames(), 100);
	assert_int_equal(tx->lag.sum_ns, 0);
}

static void lag_is_that_of_a_bursts_first_frame(void **state)
{
	uint64_t sum = 0;
	(void)state;

	set_pps(100000);
	pktgen_start(&pg, 1, now);
	pktgen_step(&pg, now);
	/* Those due 10, 20 and 30 us later at once, late by 25 us and less. */
	pktgen_step(&pg, now + 35 * US);
	assert_int_equal(lag_frames(), 4);
	assert_int_equal(tx->lag.sum_ns, 3 * 25 * US);
	/* What a full ring holds back is late, too. */
	now += 40 * US;
	while (!tx->out.nb) {
		worker_step(tx, now);
		now += 10 * US;
	}
	sum = tx->lag.sum_ns;
	now += MS;
	worker_step(pktgen_worker(&pg, 1, 0), now);
	worker_step(tx, now);
	assert_true(tx->lag.sum_ns - sum >= MS);
	assert_int_equal(lag_frames(), tx->stats.tx_packets);
}

static void without_a_rate_nothing_is_late(void **state)
{
	(void)state;
	pktgen_start(&pg, 1, now);
	for (int i = 0; i < 100; i++)
		pktgen_step(&pg, now += US);
	assert_true(tx->stats.tx_packets > 1000);
	assert_int_equal(lag_frames(), 0);
}

/*
 * However rate, shape and debt change, the next frame is no later than asked.
 */
static void a_change_makes_no_pause(void **state)
{
	struct pktgen_fault fault;
	uint64_t seed = 3;
	(void)state;

	set_pps(1);
	pktgen_start(&pg, 1, now);
	pktgen_step(&pg, now);
	for (int i = 0; i < 2000; i++) {
		const uint64_t before = tx->stats.tx_packets;
		const uint64_t pps = 100 + unit_random(&seed) % 100000;
		const struct pace pace = {
			.shape = (enum pace_shape)(unit_random(&seed) % 3),
			.debt = (enum pace_debt)(unit_random(&seed) % 3),
			.group = 1 + (unsigned)(unit_random(&seed) % 50),
		};
		uint64_t wait = S / pps;

		if (pace.shape != PACE_EVEN)
			wait *= pace.shape == PACE_BURST ? pace.group : 8;
		if (i & 1)
			set_pps(pps);
		assert_int_equal(
			edit_streams(&pg, 1, set_pace, &pace, now, &fault), 0);
		if (!(i & 1))
			set_pps(pps);
		for (uint64_t end = now + wait + 20 * US;
		     now < end && tx->stats.tx_packets == before; now += 5 * US)
			pktgen_step(&pg, now);
		assert_true(tx->stats.tx_packets > before);
		now += unit_random(&seed) % MS;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(time_counts_from_the_first_step,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			lag_is_that_of_a_bursts_first_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_rate_nothing_is_late,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_change_makes_no_pause, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
