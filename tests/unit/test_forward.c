/* SPDX-License-Identifier: BSD-3-Clause */
/* Mode forward: each frame goes on, is held, or is counted. */
#include <stdlib.h>

#include "forward_rig.h"
#include "pktgen/learn.h"
#include "pktgen/pktgen_seen.h"

static void frames_go_on_as_they_are(void **state)
{
	(void)state;

	forward(1, 2, 0);
	forward(2, 1, 0);
	pktgen_set_mode(&pg, 1, MODE_TX | MODE_RX, now);
	pktgen_set_mode(&pg, 8, MODE_TX | MODE_RX, now);
	set_size(0, 101);
	set_size(3, 1518);
	pktgen_start(&pg, 6, now);
	count(0, 5000);
	count(3, 3000);
	run_for(S / 10);
	assert_int_equal(stats(1)->forward_packets, 5000);
	assert_int_equal(stats(2)->forward_packets, 3000);
	assert_int_equal(stats(2)->tx_packets, 5000);
	assert_int_equal(stats(2)->tx_bytes, 5000 * 101);
	assert_int_equal(stats(1)->tx_packets, 3000);
	assert_int_equal(stats(1)->tx_bytes, 3000 * 1518);
	assert_int_equal(stats(3)->rx_packets, 5000);
	assert_int_equal(stats(0)->rx_packets, 3000);
	assert_int_equal(seen[2].bytes, 5000 * 101);
	assert_int_equal(seen[1].len, seen[3].len);
	assert_memory_equal(seen[1].last, seen[3].last, seen[3].len);
	assert_int_equal(seen[2].len, seen[0].len);
	assert_memory_equal(seen[2].last, seen[0].last, seen[0].len);
	pktgen_stop(&pg, 15);
	run_for(S / 10);
	assert_true(pktgen_drained(&pg, 15, now));
	check_balance(1);
	check_balance(2);
	check_buffers();
	/* It comes, and is counted, while nothing is forwarded. */
	count(0, 70);
	run_for(S / 10);
	assert_int_equal(stats(1)->forward_stopped, 70);
	assert_int_equal(stats(2)->tx_packets, 5000);
	check_balance(1);
}

/* Those of the port that is used stay what its own streams sent. */
static void streams_of_the_other_port_are_charged_with_their_own(void **state)
{
	struct pktgen_stream_view v;
	(void)state;

	forward(1, 2, 0);
	pktgen_set_mode(&pg, 4, MODE_TX, now);
	pktgen_start(&pg, 2, now);
	count(0, 5000);
	count(2, 4000);
	run_for(S / 10);
	pktgen_look_stream(&pg, 2, 0, &v);
	assert_int_equal(v.sent.packets, 4000);
	assert_int_equal(v.sent.bytes, 4000 * 64);
	assert_int_equal(stats(2)->tx_packets, 9000);
	assert_int_equal(worker(2)->done.packets, 4000);
	assert_int_equal(stats(3)->rx_packets, 9000);
	check_balance(1);
}

/* None is lost where it is tried again, and each is counted elsewhere. */
static void a_full_ring_holds_or_drops(void **state)
{
	(void)state;

	for (int drops = 0; drops <= 1; drops++) {
		const bool is = drops;

		teardown(NULL);
		setup(NULL);
		edit_how_of(&pg, 2, set_drops, &is, now);
		forward(1, 2, 0);
		pktgen_start(&pg, 2, now);
		host_netdev_faults(dev[2])->full = true;
		count(0, 5000);
		run_for(S / 100);
		check_balance(1);
		assert_int_equal(stats(2)->tx_packets, 0);
		assert_true(stats(2)->tx_ring_full > 0);
		assert_int_equal(stats(1)->forward_dropped,
				 drops ? stats(1)->rx_packets : 0);
		host_netdev_faults(dev[2])->full = false;
		run_for(S / 10);
		check_balance(1);
		assert_int_equal(stats(1)->rx_packets, 5000);
		assert_int_equal(stats(1)->forward_packets, drops ? 0 : 5000);
		assert_int_equal(stats(3)->rx_packets, drops ? 0 : 5000);
		check_buffers();
	}
}

/* The device of the other port fails, or refuses all. */
static void a_device_that_fails_drops_with_a_reason(void **state)
{
	static const int errs[] = {-EIO, -EINVAL};
	(void)state;

	for (int i = 0; i < 2; i++) {
		teardown(NULL);
		setup(NULL);
		forward(1, 2, 0);
		pktgen_start(&pg, 2, now);
		host_netdev_faults(dev[2])->tx = errs[i];
		count(0, 500);
		run_for(S / 100);
		assert_int_equal(stats(1)->forward_unfit, 500);
		assert_true(stats(2)->tx_errors > 0);
		check_balance(1);
		host_netdev_faults(dev[2])->tx = 0;
		count(0, 500);
		run_for(S / 100);
		assert_int_equal(stats(1)->forward_packets, 500);
		check_buffers();
	}
}

/* Nothing is sent, or waits, where nobody would get it. */
static void a_link_that_is_down_takes_none(void **state)
{
	struct worker_order order = {.kind = ORDER_LINK, .unplugged = true};
	(void)state;

	forward(1, 2, 0);
	pktgen_start(&pg, 2, now);
	worker_give(worker(2), &order);
	count(0, 500);
	run_for(S / 100);
	assert_int_equal(stats(1)->forward_link_down, 500);
	assert_int_equal(stats(2)->tx_packets, 0);
	check_balance(1);
	order.unplugged = false;
	worker_give(worker(2), &order);
	count(0, 500);
	run_for(S / 100);
	assert_int_equal(stats(1)->forward_packets, 500);
	check_balance(1);
	check_buffers();
}

/* Frames of several buffers go on as one, or are too long. */
static void jumbo_frames_are_forwarded(void **state)
{
	(void)state;
	for (int fits = 0; fits <= 1; fits++) {
		teardown(NULL);
		open_ports(9000, fits ? 9000 : 1500);
		forward(1, 2, 0);
		set_size(0, 9018);
		pktgen_start(&pg, 2, now);
		count(0, 300);
		run_for(S / 10);
		assert_int_equal(stats(1)->rx_packets, 300);
		assert_int_equal(stats(1)->rx_bytes, 300 * 9018);
		assert_int_equal(stats(1)->forward_packets, fits ? 300 : 0);
		assert_int_equal(stats(1)->forward_unfit, fits ? 0 : 300);
		assert_int_equal(stats(3)->rx_bytes, fits ? 300 * 9018 : 0);
		if (fits)
			assert_memory_equal(seen[2].last, seen[0].last, 9014);
		check_balance(1);
		check_buffers();
	}
}

/* Of one that holds frames; where they are sent after it is changed. */
static void a_change_drops_what_is_held(void **state)
{
	uint64_t held;
	(void)state;

	forward(1, 2, 0);
	pktgen_start(&pg, 2, now);
	host_netdev_faults(dev[2])->full = true;
	count(0, 5000);
	run_for(S / 100);
	held = forward_held(worker(1));
	assert_true(held > 0);
	forward(1, 3, 0);
	assert_int_equal(stats(1)->forward_stopped, held);
	assert_int_equal(forward_held(worker(1)), 0);
	run_for(S / 10);
	check_balance(1);
	assert_int_equal(stats(3)->tx_packets, 5000 - held);
	assert_int_equal(stats(2)->rx_packets, 5000 - held);
	host_netdev_faults(dev[2])->full = false;
	/* One that is stopped gets rid of what it holds, or gives it up. */
	host_netdev_faults(dev[3])->full = true;
	count(0, 1000);
	run_for(S / 100);
	held = forward_held(worker(1));
	assert_true(held > 0);
	pktgen_stop(&pg, 2);
	run_for(S / 100);
	assert_int_equal(worker(1)->state, WORKER_DRAINING);
	assert_int_equal(forward_held(worker(1)), held);
	pktgen_abandon(&pg, 2);
	assert_int_equal(forward_held(worker(1)), 0);
	host_netdev_faults(dev[3])->full = false;
	run_for(S / 10);
	check_balance(1);
	check_buffers();
}

/* The one that gets them keeps some: they are in flight. */
static void what_a_device_keeps_is_in_flight(void **state)
{
	(void)state;
	if (!port_can_reap())
		return;
	forward(1, 2, 0);
	pktgen_start(&pg, 2, now);
	host_netdev_faults(dev[2])->hold = 100;
	count(0, 150);
	run_for(S / 100);
	assert_int_equal(worker_in_flight(worker(1)), 100);
	/* Also where they go elsewhere by now. */
	forward(1, 3, 0);
	assert_int_equal(worker_in_flight(worker(1)), 100);
	pktgen_stop(&pg, 2);
	run_for(S / 100);
	assert_int_equal(worker(1)->state, WORKER_DRAINING);
	host_netdev_faults(dev[2])->hold = 0;
	run_for(S / 10);
	assert_int_equal(worker(1)->state, WORKER_IDLE);
	check_buffers();
}

/* ---- By address ---------------------------------------------------------- */

/* A frame from one station to another comes in at a port, out of nowhere. */
static void arrive(unsigned port, const char *dst, const char *src)
{
	uint8_t frame[60] = {0};

	memcpy(frame, dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, src, ETH_ALEN);
	host_loop_put(dev[port], frame, sizeof(frame));
	run_for(3 * US);
}

/* Those are the ports that it left by. */
static void check_left(uint64_t mask)
{
	for (unsigned i = 0; i < PORTS; i++) {
		assert_int_equal(seen[i].frames, mask >> i & 1);
		seen[i].frames = 0;
	}
}

#define A "\2\0\0\0\0\1"
#define B "\2\0\0\0\0\2"
#define ALL "\xff\xff\xff\xff\xff\xff"

/* Its wire goes nowhere. */
static void swallow(void *arg, const void *frame, size_t len)
{
	(void)arg;
	(void)frame;
	(void)len;
}

static void a_bridge_learns_where_stations_are(void **state)
{
	(void)state;

	pktgen_set_mode(&pg, 8, MODE_RX, now);
	pktgen_set_mode(&pg, 7, MODE_BRIDGE, now);
	for (int i = 0; i < 3; i++)
		host_netdev_wire(dev[i], swallow, NULL);
	pktgen_start(&pg, 7, now);
	arrive(0, B, A);
	check_left(6);
	arrive(1, A, B);
	check_left(1);
	assert_int_equal(stats(1)->forward_flooded, 0);
	arrive(0, B, A);
	check_left(2);
	arrive(0, ALL, A);
	check_left(6);
	/* On the same side; between bridges; too short. */
	arrive(1, B, A);
	check_left(0);
	arrive(0, "\x01\x80\xc2\0\0\x0e", B);
	check_left(0);
	assert_int_equal(stats(0)->forward_filtered, 1);
	assert_int_equal(stats(1)->forward_filtered, 1);
	assert_int_equal(pktgen_learnt(&pg), 2);
	/* A has moved, and so has B. */
	arrive(2, A, B);
	check_left(2);
	arrive(1, B, A);
	check_left(4);
	assert_int_equal(stats(0)->forward_flooded, 2);
	assert_int_equal(stats(0)->forward_copies, 2);
	for (unsigned i = 0; i < 3; i++)
		check_balance(i);
	/* Nothing was heard of them for long. */
	now += 400 * S;
	for (unsigned i = 0; i < 400; i++)
		learn_forget(pg.learnt, 1);
	assert_int_equal(pktgen_learnt(&pg), 0);
	pktgen_set_mode(&pg, 7, MODE_RX, now);
	assert_null(pg.learnt);
}

/* As many as it says, and where all chains run into each other. */
static void a_table_holds_what_it_says(void **state)
{
	static struct learnt t;
	static uint64_t macs[LEARN_MAX + 1];
	uint64_t seed = 5;
	(void)state;

	for (int k = 0; k < 3; k++) {
		memset(&t, 0, sizeof(t));
		for (unsigned i = 0; i <= LEARN_MAX; i++) {
			macs[i] = k ? (unit_random(&seed) >> 16 & ~1ull) | 2
				    : (uint64_t)(i + 1) << 32 | 2;
			learn_see(&t, macs[i], i % 64);
		}
		assert_int_equal(t.nb, LEARN_MAX);
		assert_int_equal(learn_find(&t, macs[LEARN_MAX]),
				 LEARN_UNKNOWN);
		for (unsigned i = 0; i < LEARN_MAX; i++)
			assert_int_equal(learn_find(&t, macs[i]), i % 64);
		/* A third of them is heard of again. */
		for (unsigned s = 0; s < LEARN_AGE_S; s++)
			learn_forget(&t, 1);
		for (unsigned i = 0; i < LEARN_MAX; i += 3)
			learn_see(&t, macs[i], i % 63);
		learn_forget(&t, 1);
		assert_int_equal(t.nb, (LEARN_MAX + 2) / 3);
		for (unsigned i = 0; i < LEARN_MAX; i++)
			assert_int_equal(learn_find(&t, macs[i]),
					 i % 3 ? LEARN_UNKNOWN : (int)(i % 63));
	}
}

/* ---- Any commands ------------------------------------------------------- */

static uint64_t seeds = 100;

/* Frames that came while the mode was another. */
static uint64_t plain[PORTS], since[PORTS];

static void set_mode(unsigned port, unsigned mode)
{
	if (!(pg.set[port].mode & MODE_FORWARD))
		plain[port] += stats(port)->rx_packets - since[port];
	since[port] = stats(port)->rx_packets;
	pktgen_set_mode(&pg, 1ull << port, mode, now);
}

/* Any link. */
static void set_link(struct worker_how *how, const void *arg)
{
	const uint64_t r = *(const uint64_t *)arg / 100;

	how->impair = (struct impair_how){
		.loss = r & 1 ? 10000 : 0,
		.duplicate = r & 2 ? 20000 : 0,
		.reorder = r & 4 ? 30000 : 0,
		.delay_ns = r & 8 ? 50 * US : 0,
		.jitter_ns = r & 16 ? 20 * US : 0,
		.normal = r >> 5 & 1,
		.queue = r & 64 ? 10 : 1000,
		.rate_bps = r & 128 ? 500000000 : 0,
		.seed = (uint32_t)(r >> 8 & 1),
	};
}

static void any_command(uint64_t *seed)
{
	static const unsigned modes[] = {0, MODE_TX, MODE_RX, MODE_TX | MODE_RX,
					 MODE_RX | MODE_REFLECT};
	const unsigned port = (unsigned)(unit_random(seed) >> 32) % PORTS;
	const uint64_t r = unit_random(seed) >> 32;
	struct host_faults *f = host_netdev_faults(dev[port]);
	const bool drops = r / 100 & 1;

	switch (r % 14) {
	case 0:
		set_mode(port, modes[r / 100 % 5]);
		break;
	case 1:
	case 2:
	case 3:
		set_mode(port,
			 MODE_TO((port + 1 + r / 100 % (PORTS - 1)) % PORTS) |
				 (r / 1000 & 1 ? MODE_IMPAIR : 0));
		break;
	case 4:
		pktgen_stop(&pg, 1ull << port);
		break;
	case 5:
	case 6:
		pktgen_start(&pg, 1ull << port, now);
		break;
	case 7:
		f->full = r / 100 & 1;
		break;
	case 8:
		f->hold = (unsigned)(r / 100 % 3 * 40);
		break;
	case 9:
		edit_how_of(&pg, 1ull << port, set_drops, &drops, now);
		break;
	case 10:
		set_size(port, (unsigned)(64 + r / 100 % 1455));
		break;
	case 12:
		set_mode(port, MODE_BRIDGE);
		break;
	case 11:
		edit_how_of(&pg, 1ull << port, set_link, &r, now);
		break;
	default:
		if (worker(port)->state == WORKER_DRAINING)
			pktgen_abandon(&pg, 1ull << port);
	}
}

static void check_all(void)
{
	for (unsigned i = 0; i < PORTS; i++) {
		uint64_t other = plain[i];

		if (!(pg.set[i].mode & MODE_FORWARD))
			other += stats(i)->rx_packets - since[i];
		assert_int_equal(came(i), accounted(i) + other);
		assert_int_equal(stats(i)->tx_packets, seen[i].frames);
		assert_int_equal(stats(i)->tx_bytes, seen[i].bytes);
	}
	/* What one sends the other gets, or finds on its way. */
	for (unsigned i = 0; i < PORTS; i++)
		assert_true(stats(i)->rx_packets + stats(i)->rx_ignored <=
			    stats(i ^ 1)->tx_packets);
}

static void any_commands_keep_the_balance(void **state)
{
	(void)state;
	for (uint64_t k = 1; k <= seeds; k++) {
		uint64_t seed = k * 0x9e3779b97f4a7c15ull;

		teardown(NULL);
		setup(NULL);
		memset(plain, 0, sizeof(plain));
		memset(since, 0, sizeof(since));
		for (unsigned i = 0; i < PORTS; i++) {
			struct stream s = *pktgen_stream(&pg, i, 0);

			s.rate = (struct rate){RATE_PPS, 2000000ull * 1000000};
			set_stream(i, &s);
		}
		for (int i = 0; i < 60; i++) {
			any_command(&seed);
			run_for((1 + (unit_random(&seed) >> 32) % 100) * US);
			check_all();
		}
		/* All comes to rest, and each buffer is where it belongs. */
		for (unsigned i = 0; i < PORTS; i++) {
			host_netdev_faults(dev[i])->full = false;
			host_netdev_faults(dev[i])->hold = 0;
		}
		pktgen_stop(&pg, 15);
		run_for(500 * US);
		pktgen_abandon(&pg, 15);
		run_for(500 * US);
		check_all();
		check_buffers();
		for (unsigned i = 0; i < PORTS; i++)
			assert_int_equal(stats(i)->rx_packets +
						 stats(i)->rx_ignored,
					 stats(i ^ 1)->tx_packets);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* [SEEDS] */
int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(frames_go_on_as_they_are),
		TEST(streams_of_the_other_port_are_charged_with_their_own),
		TEST(a_full_ring_holds_or_drops),
		TEST(a_device_that_fails_drops_with_a_reason),
		TEST(a_link_that_is_down_takes_none),
		TEST(jumbo_frames_are_forwarded),
		TEST(a_change_drops_what_is_held),
		TEST(what_a_device_keeps_is_in_flight),
		TEST(a_bridge_learns_where_stations_are),
		TEST(a_table_holds_what_it_says),
		TEST(any_commands_keep_the_balance),
	};

	if (argc > 1)
		seeds = strtoull(argv[1], NULL, 10);
	return cmocka_run_group_tests_name("forward, api " PORT_API, tests,
					   NULL, NULL);
}
