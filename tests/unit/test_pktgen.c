/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports, workers and engines on wired devices in memory. */
#include <errno.h>
#include <string.h>

#include "pktgen/engine.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_seen.h"
#include "pktgen_rig.h"

static void set_size_edit(struct stream *s, const void *arg)
{
	stream_set_size(s, *(const uint16_t *)arg);
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
