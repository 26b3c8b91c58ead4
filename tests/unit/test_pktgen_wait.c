/* SPDX-License-Identifier: BSD-3-Clause */
/* When workers wait, sleep and wake, and which of them stall. */
#include "pktgen/engine.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen_rig.h"

#define INJECT_NS 12500 /* 80,000 frames a second */

static void set_wait(struct worker_how *how, const void *arg)
{
	how->wait = *(const enum wait_kind *)arg;
}

/* The ring of port 0 is full, until the test lets go. */
static void fill_ring(uint64_t *now)
{
	host_netdev_faults(dev[0])->hold = 10000;
	run_for(now, 100 * US, US);
	assert_true(pktgen_worker(&pg, 0, 0)->stats.tx_ring_full > 0);
}

static void waits_as_the_least_patient_wants(void **state)
{
	static const enum wait_kind halt = WAIT_HALT, spin = WAIT_SPIN,
				    automatic = WAIT_AUTO;
	struct worker *w = pktgen_worker(&pg, 0, 0);
	uint64_t now = S;
	(void)state;

	edit_how_of(&pg, 1, set_wait, &halt, now);
	/* A paced port's next frame comes soon. */
	set_pps(10000, now);
	pktgen_start(&pg, 3, now);
	run_for(&now, 10 * US, US);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_PAUSE);
	/* A full ring; the other port only receives. */
	edit_streams(&pg, 1, set_rate_edit, &(struct rate){RATE_MAX, 0}, now,
		     &(struct pktgen_fault){0});
	fill_ring(&now);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_HALT);
	/* One that sends back what comes, at once. */
	pktgen_set_mode(&pg, 2, MODE_RX | MODE_REFLECT | MODE_ANY, now);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_PAUSE);
	pktgen_set_mode(&pg, 2, MODE_RX, now);
	/* A change counts at once. */
	edit_how_of(&pg, 1, set_wait, &spin, now);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_SPIN);
	/* Each start measures, unless told. */
	edit_how_of(&pg, 1, set_wait, &automatic, now);
	for (int i = 0; i < 200; i++)
		pktgen_wait(&pg, now += 1000 * US);
	assert_true(w->wait.decided);
	pktgen_stop(&pg, 3);
	host_netdev_faults(dev[0])->hold = 0;
	run_for(&now, 1000 * US, US);
	pktgen_start(&pg, 1, now);
	assert_false(w->wait.decided);
}

static void edit_wait(enum wait_kind kind, uint64_t now)
{
	edit_how_of(&pg, 1, set_wait, &kind, now);
}

/* Between frames that are far apart, where a frame that comes ends it. */
static void who_halts_naps_between_frames(void **state)
{
	const struct core *c = &pg.core;
	struct worker *w = pktgen_worker(&pg, 0, 0);
	uint64_t now = S, due;
	(void)state;

	pg.core.wakes = true;
	edit_wait(WAIT_HALT, now);
	set_pps(1000, now);
	pktgen_start(&pg, 3, now);
	pktgen_step(&pg, now);
	due = now + 1000 * US;
	assert_int_equal(w->stats.tx_packets, 1);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_HALT);
	assert_int_equal(core_halt_until(c, now), now + WAIT_NAP_MAX_NS);
	now = due - WAIT_NAP_END_NS - WAIT_NAP_MIN_NS;
	assert_int_equal(pktgen_wait(&pg, now), WAIT_HALT);
	assert_int_equal(core_halt_until(c, now), due - WAIT_NAP_END_NS);
	/* It is soon due. */
	assert_int_equal(pktgen_wait(&pg, now + 1), WAIT_PAUSE);
	/* Nothing would end it; or others have this port's queues. */
	pg.core.wakes = false;
	assert_int_equal(core_halt_until(c, now), now + WAIT_HALT_NS);
	pg.core.wakes = true;
	pg.core.also = CORE_BESIDE;
	assert_int_equal(core_halt_until(c, now), now + WAIT_HALT_NS);
	pg.core.also = 0;
	/* A full ring, and a port that sends back what comes. */
	edit_streams(&pg, 1, set_rate_edit, &(struct rate){RATE_MAX, 0}, now,
		     &(struct pktgen_fault){0});
	fill_ring(&now);
	assert_int_equal(core_halt_until(c, now), now + WAIT_HALT_NS);
	pktgen_set_mode(&pg, 2, MODE_RX | MODE_REFLECT | MODE_ANY, now);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_PAUSE);
	/* One that has not been told to. */
	edit_wait(WAIT_PAUSE, now);
	pktgen_set_mode(&pg, 2, MODE_RX, now);
	assert_int_equal(core_halt_until(c, now), now + WAIT_HALT_NS);
}

/* The one that is due first says until when. */
static void of_several_streams_the_first_ends_a_nap(void **state)
{
	uint64_t now = S;
	(void)state;

	pg.core.wakes = true;
	edit_wait(WAIT_HALT, now);
	assert_int_equal(pktgen_add_stream(&pg, 0, 1, 0, now), 0);
	edit_streams(&pg, 1, set_rate_edit,
		     &(struct rate){RATE_PPS, 2500ull * 1000000}, now,
		     &(struct pktgen_fault){0});
	pktgen_start(&pg, 1, now);
	pktgen_step(&pg, now);
	assert_int_equal(core_halt_until(&pg.core, now),
			 now + 400 * US - WAIT_NAP_END_NS);
}

/*
 * As main() does: steps, and sleeps where it may, while frames come for
 * `time_ns`. Returns how many found no room, later than `head_ns` after the
 * first.
 */
static unsigned sleep_and_receive(uint64_t *now, uint64_t time_ns,
				  uint64_t head_ns)
{
	const uint64_t begin = *now, end = begin + time_ns;
	unsigned lost = 0;
	uint64_t due = begin;

	while (*now < end) {
		if (!pktgen_step(&pg, *now))
			*now += pktgen_sleep_ns(&pg, *now);
		*now += US;
		for (; due < *now; due += INJECT_NS)
			lost += !inject(60, 0) && due >= begin + head_ns;
	}
	return lost;
}

/* Nobody has started it, and in mode off it does not even count. */
static void an_idle_receiver_stays_awake(void **state)
{
	const struct stats *rx = &pktgen_worker(&pg, 1, 0)->stats;
	uint64_t now = S, got;

	(void)state;
	pktgen_step(&pg, now);
	assert_int_equal(pktgen_sleep_ns(&pg, now), CORE_SLEEP_NS);
	/* What comes while it sleeps is up to the ring. */
	assert_int_equal(
		sleep_and_receive(&now, 300000 * US, CORE_SLEEP_NS + 100 * US),
		0);
	assert_in_range(rx->rx_packets, 23000, 24000);
	pktgen_set_mode(&pg, 2, 0, now);
	got = rx->rx_packets;
	assert_int_equal(sleep_and_receive(&now, 300000 * US, 0), 0);
	assert_in_range(rx->rx_ignored, 23900, 24000);
	assert_int_equal(rx->rx_packets, got);
}

/* Where a frame ends its sleep, it falls asleep at once. */
static void a_receiver_that_wakes_falls_asleep(void **state)
{
	uint64_t now = S;

	(void)state;
	pg.core.wakes = true;
	assert_true(inject(60, 0));
	pktgen_step(&pg, now);
	assert_int_equal(pktgen_sleep_ns(&pg, now + CORE_AWAKE_NS - 1), 0);
	assert_int_equal(pktgen_sleep_ns(&pg, now + CORE_AWAKE_NS),
			 CORE_SLEEP_NS);
	/* The loop device has no interrupts. */
	assert_true(pktgen_wake(&pg, true));
}

/* It goes to sleep by degrees, and a frame wakes it. */
static void a_quiet_receiver_falls_asleep(void **state)
{
	uint64_t now = S, last;

	(void)state;
	assert_true(inject(60, 0));
	pktgen_step(&pg, last = now);
	assert_int_equal(pktgen_sleep_ns(&pg, now), 0);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_PAUSE);
	now = last + CORE_PAUSE_NS;
	assert_int_equal(pktgen_wait(&pg, now), WAIT_HALT);
	now = last + CORE_AWAKE_NS - 1;
	assert_int_equal(pktgen_sleep_ns(&pg, now), 0);
	for (now++; now < last + 80000 * US; now += 1000 * US)
		assert_int_equal(pktgen_sleep_ns(&pg, now),
				 (now - last) / CORE_QUIET_PART);
	assert_int_equal(pktgen_sleep_ns(&pg, now + 3600 * S), CORE_SLEEP_NS);
	pktgen_start(&pg, 2, now);
	assert_int_equal(pktgen_sleep_ns(&pg, now), 0);
	assert_int_equal(pktgen_wait(&pg, now), WAIT_PAUSE);
}

/* Some frames from outside, one in ten milliseconds. */
static void inject_slowly(uint64_t *now, unsigned n)
{
	while (n--) {
		assert_true(inject(60, 0));
		run_for(now, 10000 * US, 20 * US);
	}
}

static void set_drops(struct worker_how *how, const void *arg)
{
	how->drops = *(const bool *)arg;
}

/* Frames that are thrown away instead of waiting are due all the same. */
static void what_reflects_stalls_too(void **state)
{
	uint64_t now = S;
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		const bool drops = i;
		const struct stats *s;

		teardown(NULL);
		setup(NULL);
		s = &pktgen_worker(&pg, 1, 0)->stats;
		pktgen_set_mode(&pg, 2, MODE_RX | MODE_REFLECT | MODE_ANY, now);
		edit_how_of(&pg, 2, set_drops, &drops, now);
		pktgen_start(&pg, 2, now);
		host_netdev_faults(dev[1])->hold = UINT32_MAX;
		for (unsigned k = 0; k < pg.port[1].nb_tx_desc; k++) {
			assert_true(inject(60, 0));
			pktgen_step(&pg, now);
		}
		/* None comes, so none is due. */
		now += 10 * S;
		pktgen_step(&pg, now);
		assert_int_equal(s->tx_stalls, 0);
		inject_slowly(&now, drops ? 150 : 1);
		run_for(&now, 2 * S, 1000 * US);
		assert_int_equal(s->tx_stalls, 1);
		assert_true(worker_look(pktgen_worker(&pg, 1, 0))->stalled);
		host_netdev_faults(dev[1])->hold = 0;
		run_for(&now, S / 10, 1000 * US);
		inject_slowly(&now, 2);
		assert_false(worker_look(pktgen_worker(&pg, 1, 0))->stalled);
		assert_int_equal(s->tx_stalls, 1);
	}
}

static void set_signed(struct stream *s, const void *arg __unused)
{
	stream_set_size(s, 100);
	s->sign = true;
}

/* All its buffers are out; in a mode that does not send none is wanted. */
static void a_mode_without_tx_does_not_stall(void **state)
{
	struct worker *w = pktgen_worker(&pg, 0, 0);
	struct pktgen_fault fault;
	uint64_t now = S;
	(void)state;

	/* Where frames are copied there are more buffers: a burst is held. */
	if (!port_can_reap())
		return;
	assert_int_equal(edit_streams(&pg, 1, set_signed, NULL, now, &fault),
			 0);
	host_netdev_faults(dev[0])->hold = UINT32_MAX;
	pktgen_start(&pg, 1, now);
	run_for(&now, 2 * S, 1000 * US);
	assert_true(worker_look(w)->stalled);
	assert_int_equal(w->out.nb, 0);
	pktgen_set_mode(&pg, 1, MODE_RX, now);
	run_for(&now, S, 1000 * US);
	assert_false(worker_look(w)->stalled);
	pktgen_set_mode(&pg, 1, MODE_TX, now);
	run_for(&now, S / 2, 1000 * US);
	assert_false(worker_look(w)->stalled);
	run_for(&now, S, 1000 * US);
	assert_true(worker_look(w)->stalled);
	assert_int_equal(w->stats.tx_stalls, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_reflects_stalls_too),
		TEST(a_mode_without_tx_does_not_stall),
		TEST(an_idle_receiver_stays_awake),
		TEST(a_quiet_receiver_falls_asleep),
		TEST(a_receiver_that_wakes_falls_asleep),
		TEST(waits_as_the_least_patient_wants),
		TEST(who_halts_naps_between_frames),
		TEST(of_several_streams_the_first_ends_a_nap),
	};

	return cmocka_run_group_tests_name("pktgen wait, api " PORT_API, tests,
					   NULL, NULL);
}
