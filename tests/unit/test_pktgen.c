/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports, workers and engines on wired devices in memory. */
#include <errno.h>
#include <string.h>

#include "edit_ports.h"
#include "pktgen/engine.h"
#include "pktgen/pktgen.h"
#include "plat/host/host.h"
#include "unit.h"

#define US 1000ull
#define S 1000000000ull

static struct pktgen pg;
static struct host_netdev *dev[2];

static int setup(void **state)
{
	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	/* Frames still in the devices go down with their pools. */
	pktgen_close(&pg, uk_alloc_get_default());
	return 0;
}

static void run_for(uint64_t *now, uint64_t ns, uint64_t step)
{
	for (uint64_t end = *now + ns; *now < end; *now += step)
		pktgen_step(&pg, *now);
}

static void set_rate_edit(struct stream *s, const void *arg)
{
	s->rate = *(const struct rate *)arg;
}

static void set_size_edit(struct stream *s, const void *arg)
{
	stream_set_size(s, *(const uint16_t *)arg);
}

static void set_pps(uint64_t pps, uint64_t now)
{
	const struct rate load = {RATE_PPS, pps * 1000000};
	struct pktgen_fault fault;

	assert_int_equal(
		edit_streams(&pg, 1, set_rate_edit, &load, now, &fault), 0);
}

static void what_is_sent_is_received(void **state)
{
	uint64_t now = S;
	(void)state;

	set_pps(10000, now);
	pktgen_start(&pg, 1, now);
	run_for(&now, 2 * S, 50 * US);
	pktgen_stop(&pg, 1);
	run_for(&now, S / 10, 50 * US);
	assert_true(pktgen_drained(&pg, 1, now));
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_packets, 20000);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_bytes, 20000 * 64);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_packets, 20000);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_bytes, 20000 * 64);
	assert_int_equal(pktgen_active(&pg), 0);
}

/* Frames that lie in several receive buffers, each of which comes back. */
static void jumbo_frames_come_in_parts(void **state)
{
	uint64_t now = S;
	uint16_t size = 9018;
	struct pktgen_fault fault;
	(void)state;

	teardown(NULL);
	host_reset();
	host_loop_pair(dev, 9000);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	assert_true(pg.port[1].rx_buf_bytes < 9000);
	set_pps(10000, now);
	assert_int_equal(
		edit_streams(&pg, 1, set_size_edit, &size, now, &fault), 0);
	pktgen_start(&pg, 1, now);
	run_for(&now, S, 50 * US);
	pktgen_stop(&pg, 1);
	run_for(&now, S / 10, 50 * US);
	assert_true(pktgen_drained(&pg, 1, now));
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_packets, 10000);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_packets, 10000);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_bytes,
			 10000 * 9018);
	assert_int_equal(pg.port[1].queue[0].nb_rx_free,
			 pg.port[1].nb_rx_bufs - pg.port[1].nb_rx_desc);
}

static void a_full_ring_holds_and_loses_nothing(void **state)
{
	struct worker *tx = pktgen_worker(&pg, 0, 0);
	uint64_t now = S;
	(void)state;

	pktgen_start(&pg, 1, now);
	/* Port 1 is not stepped: its buffers run out. */
	for (int i = 0; i < 100; i++)
		worker_step(tx, now += US);
	assert_int_equal(tx->stats.tx_packets, pg.port[1].nb_rx_desc);
	assert_true(tx->stats.tx_ring_full > 0);
	assert_int_equal(tx->out.nb, WORKER_BURST);
	pktgen_stop(&pg, 1);
	run_for(&now, S / 10, 50 * US);
	assert_true(pktgen_drained(&pg, 1, now));
	assert_int_equal(tx->stats.tx_packets,
			 pg.port[1].nb_rx_desc + WORKER_BURST);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_packets,
			 tx->stats.tx_packets);
	assert_int_equal(tx->stats.tx_skipped, 0);
}

static void in_flight_is_what_did_not_come_back(void **state)
{
	uint64_t now = S;
	(void)state;

	host_netdev_faults(dev[0])->hold = 5;
	set_pps(1000, now);
	pktgen_start(&pg, 1, now);
	run_for(&now, S / 10, 50 * US);
	pktgen_stop(&pg, 1);
	run_for(&now, S / 10, 50 * US);
	assert_true(worker_in_flight(pktgen_worker(&pg, 0, 0)) >= 5);
	/* Who cannot ask the device does not wait for its answer. */
	assert_int_equal(pktgen_drained(&pg, 1, now), !port_can_reap());
	host_netdev_faults(dev[0])->hold = 0;
	if (port_can_reap())
		assert_int_equal(worker_in_flight(pktgen_worker(&pg, 0, 0)), 0);
	assert_true(pktgen_drained(&pg, 1, now));
}

static void a_port_that_does_not_receive_ignores(void **state)
{
	uint64_t now = S;
	(void)state;

	pktgen_set_mode(&pg, 2, 0, now);
	set_pps(1000, now);
	pktgen_start(&pg, 1, now);
	run_for(&now, S, 50 * US);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_packets, 0);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_ignored, 1000);
}

static void both_ways_at_once(void **state)
{
	const struct rate load = {RATE_PPS, 5000ull * 1000000};
	uint64_t now = S;
	struct pktgen_fault fault;
	(void)state;

	pktgen_set_mode(&pg, 3, MODE_TX | MODE_RX, now);
	assert_int_equal(
		edit_streams(&pg, 3, set_rate_edit, &load, now, &fault), 0);
	pktgen_start(&pg, 3, now);
	run_for(&now, S, 50 * US);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pktgen_worker(&pg, i, 0)->stats.tx_packets,
				 5000);
		assert_int_equal(pktgen_worker(&pg, i, 0)->stats.rx_packets,
				 5000);
	}
}

static void a_mode_without_tx_owes_nothing(void **state)
{
	uint64_t now = S;
	(void)state;

	set_pps(1000, now);
	pktgen_start(&pg, 1, now);
	run_for(&now, S, 50 * US);
	pktgen_set_mode(&pg, 1, 0, now);
	run_for(&now, 10 * S, S / 1000);
	pktgen_set_mode(&pg, 1, MODE_TX, now);
	run_for(&now, S, 50 * US);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_packets, 2000);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_skipped, 0);
}

static void refused_edits_change_no_port(void **state)
{
	const struct rate never = {RATE_PPS, 0};
	uint16_t size = 9018;
	struct pktgen_fault fault = {.port = 9};
	(void)state;

	assert_int_equal(edit_streams(&pg, 3, set_size_edit, &size, 0, &fault),
			 -EMSGSIZE);
	assert_int_equal(fault.port, 0);
	assert_int_equal(fault.size, 9018);
	assert_int_equal(fault.min, 64);
	assert_int_equal(fault.max, 1518);
	assert_int_equal(edit_streams(&pg, 3, set_rate_edit, &never, 0, &fault),
			 -ERANGE);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pktgen_stream(&pg, i, 0)->sizes.entry[0].size,
				 64);
		assert_int_equal(pktgen_stream(&pg, i, 0)->rate.unit, RATE_MAX);
		assert_int_equal(pktgen_worker(&pg, i, 0)
					 ->flow[0]
					 ->program->variant[0]
					 .len,
				 60);
	}
}

static void a_new_size_counts_from_the_next_burst(void **state)
{
	uint16_t size = 1518;
	uint64_t now = S;
	struct pktgen_fault fault;
	(void)state;

	set_pps(1000, now);
	pktgen_start(&pg, 1, now);
	run_for(&now, S, 50 * US);
	assert_int_equal(
		edit_streams(&pg, 1, set_size_edit, &size, now, &fault), 0);
	run_for(&now, S, 50 * US);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_packets, 2000);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_bytes,
			 1000 * (64 + 1518));
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_bytes,
			 1000 * (64 + 1518));
}

static void a_refused_frame_is_counted_and_freed(void **state)
{
	uint64_t now = S;
	(void)state;

	host_netdev_faults(dev[0])->tx = -EINVAL;
	set_pps(1000, now);
	pktgen_start(&pg, 1, now);
	run_for(&now, S / 10, 50 * US);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_packets, 0);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_errors, 100);
	assert_int_equal(worker_in_flight(pktgen_worker(&pg, 0, 0)), 0);
}

static void a_broken_device_stops_its_worker(void **state)
{
	uint64_t now = S;
	(void)state;

	host_netdev_faults(dev[0])->tx = -EIO;
	pktgen_start(&pg, 1, now);
	run_for(&now, S / 10, 50 * US);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->err, -EIO);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->state, WORKER_IDLE);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_errors, 1);
	assert_int_equal(worker_in_flight(pktgen_worker(&pg, 0, 0)), 0);
}

static void every_step_of_bring_up_can_fail(void **state)
{
	static const struct {
		enum port_step step;
		struct host_faults faults;
	} rows[] = {
		{PORT_STEP_PROBE, {.probe = -ENOTSUP}},
		{PORT_STEP_CONFIGURE, {.configure = -EIO}},
		{PORT_STEP_RXQ, {.rxq = -ENOMEM}},
		{PORT_STEP_TXQ, {.txq = -ENOMEM}},
		{PORT_STEP_START, {.start = -EIO}},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		teardown(NULL);
		host_reset();
		host_loop_pair(dev, 1500);
		*host_netdev_faults(dev[1]) = rows[i].faults;
		pktgen_open(&pg, 1, uk_alloc_get_default());
		assert_int_equal(pg.nb_ports, 2);
		assert_int_equal(pktgen_first_down(&pg, pktgen_all(&pg)), 1);
		assert_int_equal(pktgen_first_down(&pg, 1), -1);
		assert_int_equal(pg.port[1].step, rows[i].step);
		assert_true(pg.port[1].err < 0);
		assert_true(port_up(&pg.port[0]));
		pktgen_step(&pg, S);
	}
}

static void wrong_calls_to_the_device_change_nothing(void **state)
{
	struct uk_netdev *d = uk_netdev_get(0);
	const struct uk_netdev_conf conf = {1, 1};
	struct uk_netdev_rxqueue_conf rx = {0};
	struct uk_netdev_txqueue_conf tx = {0};
	(void)state;

	assert_null(uk_netdev_get(2));
	assert_int_equal(uk_netdev_probe(d), -EINVAL);
	assert_int_equal(uk_netdev_configure(d, &conf), -EINVAL);
	assert_int_equal(uk_netdev_rxq_configure(d, 0, 0, &rx), -EINVAL);
	assert_int_equal(uk_netdev_txq_configure(d, 0, 0, &tx), -EINVAL);
	assert_int_equal(uk_netdev_start(d), -EINVAL);
	assert_int_equal(uk_netdev_state_get(d), UK_NETDEV_RUNNING);
}

/* Both send all they can: what is ignored does not hold the other up. */
static void ignoring_is_quick_enough(void **state)
{
	uint64_t now = S;
	(void)state;

	pktgen_set_mode(&pg, 3, MODE_TX, now);
	pktgen_start(&pg, 3, now);
	run_for(&now, 1000 * US, US);
	for (int i = 0; i < 2; i++) {
		const struct stats *s = &pktgen_worker(&pg, i, 0)->stats;

		assert_int_equal(s->tx_packets, 1000 * WORKER_BURST);
		assert_int_equal(s->tx_ring_full, 0);
		assert_in_range(s->rx_ignored, s->tx_packets - 4 * WORKER_BURST,
				s->tx_packets);
	}
}

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
	set_pps(1000, now);
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

/*
 * One frame of `len` bytes and that type comes to port 1 from outside; false:
 * its ring has no room.
 */
static bool inject(uint16_t len, uint16_t type)
{
	struct uk_netbuf *nb = port_frame_alloc(&pg.port[0].queue[0]);

	assert_non_null(nb);
	nb->len = len;
	memset(nb->data, 0, len);
	((struct eth_hdr *)nb->data)->type = net16(type);
	if (uk_netdev_status_successful(
		    uk_netdev_tx_one(pg.port[0].dev, 0, nb)))
		return true;
	uk_netbuf_free(nb);
	return false;
}

#define INJECT_NS 12500 /* 80,000 frames a second */

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

/* Port 0 is on a network of larger frames than port 1. */
static int setup_unlike(void **state)
{
	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	host_netdev_set_mtu(dev[0], 9000);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	return 0;
}

/* In a counter of their own, whether they fit a receive buffer or not. */
static void frames_beyond_the_mtu_are_counted(void **state)
{
	static const struct {
		uint16_t len, type;
		bool good;
	} frames[] = {
		{60, ETH_TYPE_IPV4, true},    {1514, ETH_TYPE_IPV4, true},
		{1515, ETH_TYPE_IPV4, false}, {1518, ETH_TYPE_IPV4, false},
		{1515, ETH_TYPE_VLAN, true},  {1518, ETH_TYPE_VLAN, true},
		{1518, ETH_TYPE_QINQ, true},  {1519, ETH_TYPE_VLAN, false},
		{2034, ETH_TYPE_IPV4, false}, {2036, ETH_TYPE_IPV4, false},
		{9014, ETH_TYPE_IPV4, false}, {9014, ETH_TYPE_VLAN, false},
	};
	struct stats *s = &pktgen_worker(&pg, 1, 0)->stats, was;
	uint64_t now = S;

	(void)state;
	for (unsigned i = 0; i < 200 * ARRAY_SIZE(frames); i++) {
		const unsigned k = i % ARRAY_SIZE(frames);

		was = *s;
		assert_true(inject(frames[k].len, frames[k].type));
		assert_int_equal(pktgen_step(&pg, now += US), 1);
		assert_int_equal(s->rx_packets - was.rx_packets,
				 frames[k].good);
		assert_int_equal(s->rx_oversize - was.rx_oversize,
				 !frames[k].good);
		assert_int_equal(s->rx_bytes - was.rx_bytes,
				 frames[k].good ? frames[k].len + 4 : 0);
	}
	assert_int_equal(s->rx_ignored, 0);
	/* Who does not receive ignores all alike. */
	was = *s;
	pktgen_set_mode(&pg, 2, 0, now);
	assert_true(inject(9014, 0));
	pktgen_step(&pg, now += US);
	assert_int_equal(s->rx_oversize, was.rx_oversize);
	assert_int_equal(s->rx_ignored, 1);
	/* None is sent back, and all in one burst. */
	pktgen_set_mode(&pg, 2, MODE_RX | MODE_REFLECT | MODE_ANY, now);
	pktgen_start(&pg, 2, now);
	for (unsigned i = 0; i < ARRAY_SIZE(frames); i++)
		assert_true(inject(frames[i].len, frames[i].type));
	run_for(&now, 10 * US, US);
	assert_int_equal(s->rx_oversize - was.rx_oversize, 7);
	assert_int_equal(s->rx_packets - was.rx_packets, 5);
	assert_int_equal(s->rx_underrun, 0);
	assert_int_equal(worker_in_flight(pktgen_worker(&pg, 1, 0)), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_sent_is_received),
		TEST(jumbo_frames_come_in_parts),
		TEST(a_full_ring_holds_and_loses_nothing),
		TEST(in_flight_is_what_did_not_come_back),
		TEST(a_port_that_does_not_receive_ignores),
		TEST(both_ways_at_once),
		TEST(a_mode_without_tx_owes_nothing),
		TEST(ignoring_is_quick_enough),
		cmocka_unit_test_setup_teardown(
			frames_beyond_the_mtu_are_counted, setup_unlike,
			teardown),
		TEST(what_reflects_stalls_too),
		TEST(a_mode_without_tx_does_not_stall),
		TEST(an_idle_receiver_stays_awake),
		TEST(a_quiet_receiver_falls_asleep),
		TEST(a_receiver_that_wakes_falls_asleep),
		TEST(waits_as_the_least_patient_wants),
		TEST(refused_edits_change_no_port),
		TEST(a_new_size_counts_from_the_next_burst),
		TEST(a_refused_frame_is_counted_and_freed),
		TEST(a_broken_device_stops_its_worker),
		TEST(every_step_of_bring_up_can_fail),
		TEST(wrong_calls_to_the_device_change_nothing),
	};

	return cmocka_run_group_tests_name("pktgen, api " PORT_API, tests, NULL,
					   NULL);
}
