/* SPDX-License-Identifier: BSD-3-Clause */
/* Modes without a generator or a device, full rings, bursts, signed frames. */
#include <errno.h>
#include <string.h>

#include "edit_ports.h"
#include "pktgen/engine.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "plat/host/host.h"
#include "udp_csum.h"
#include "unit.h"
#include "unit_stream.h"

#define US 1000ull
#define S 1000000000ull
#define REFLECT (MODE_RX | MODE_REFLECT | MODE_ANY)

static struct pktgen pg;
static struct host_netdev *dev[2];
static uint64_t now;

/* What port 0 and port 1 sent. */
static struct seen {
	bool any; /* frame that comes is right */
	uint64_t frames, bad;
	uint64_t next_seq, gaps;
	uint8_t last[1514];
	size_t len;
} seen[2];

static uint16_t word(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Counts as bad what has wrong checksums or lengths, IPv4 and UDP. */
static void look(void *arg, const void *frame, size_t len)
{
	struct seen *s = arg;
	const uint8_t *p = frame;
	struct signature sign;
	uint8_t udp[1514];
	uint32_t src, dst;
	uint16_t csum;

	s->frames++;
	memcpy(s->last, frame, len);
	s->len = len;
	if (word(p + 12) != ETH_TYPE_IPV4 || s->any)
		return;
	memcpy(udp, p + 34, len - 34);
	memcpy(&csum, udp + 6, 2);
	memset(udp + 6, 0, 2);
	memcpy(&src, p + 26, 4);
	memcpy(&dst, p + 30, 4);
	s->bad += csum_end(csum_add(0, p + 14, 20)) != 0 ||
		  csum != csum_udp4(src, dst, udp, (uint16_t)(len - 34)) ||
		  word(p + 16) != len - 14 || word(p + 38) != len - 34;
	if (signature_get(p + len - SIGNATURE_LEN, &sign)) {
		s->gaps += sign.seq != s->next_seq;
		s->next_seq = sign.seq + 1;
		s->bad += sign.time_ns > now || sign.time_ns + S < now;
	}
}

/* Counts as bad what is not to port 0, or has a wrong length. */
static void look_large(void *arg, const void *frame, size_t len)
{
	struct seen *s = arg;
	const uint8_t *p = frame;

	s->frames++;
	s->bad += s == &seen[1] && (memcmp(p, pg.port[0].mac, ETH_ALEN) != 0 ||
				    word(p + 16) != len - ETH_HLEN);
}

static int setup(void **state)
{
	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < 2; i++)
		host_netdev_tap(dev[i], look, &seen[i]);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	now = S;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pktgen_close(&pg, uk_alloc_get_default());
	return 0;
}

static void run_for(uint64_t ns, uint64_t step)
{
	for (uint64_t end = now + ns; now < end; now += step)
		pktgen_step(&pg, now);
}

static struct worker_how how;
static struct stream wanted;

static void edit_how(struct worker_how *h, const void *arg)
{
	*h = *(const struct worker_how *)arg;
}

static void edit_stream(struct stream *s, const void *arg)
{
	*s = *(const struct stream *)arg;
}

static void set(enum strategy strategy, bool drops, unsigned burst)
{
	how = worker_how_default;
	how.strategy = strategy;
	how.drops = drops;
	how.burst = burst;
	edit_how_of(&pg, 1, edit_how, &how, now);
}

static void set_stream(void)
{
	struct pktgen_fault fault;

	assert_int_equal(
		edit_streams(&pg, 1, edit_stream, &wanted, now, &fault), 0);
}

static void count(uint64_t frames)
{
	const struct flow_limit limit = {frames, FLOW_NO_LIMIT};

	pktgen_start_limited(&pg, 1, &limit, now);
}

static void null_is_all_but_the_device(void **state)
{
	const struct stats *s = &pktgen_worker(&pg, 0, 0)->stats;
	(void)state;

	for (int k = 0; k < 4; k++) {
		teardown(NULL);
		setup(NULL);
		s = &pktgen_worker(&pg, 0, 0)->stats;
		wanted = (*pktgen_stream(&pg, 0, 0));
		set_low(&wanted, "src", k & 1 ? 8 : 0, NULL);
		set_stream();
		set((enum strategy)k, false, 64);
		pktgen_set_mode(&pg, 1, MODE_TX | MODE_NULL, now);
		count(10007);
		run_for(S / 10, US);
		assert_int_equal(s->tx_packets, 10007);
		assert_int_equal(s->tx_bytes, 10007 * 64);
		assert_int_equal(seen[0].frames, 0);
		assert_int_equal(worker_in_flight(pktgen_worker(&pg, 0, 0)), 0);
		assert_int_equal(pktgen_worker(&pg, 0, 0)->done.packets, 10007);
		/* The same frames, from where it was, once there is one. */
		pktgen_set_mode(&pg, 1, MODE_TX, now);
		count(1000);
		run_for(S / 10, US);
		assert_int_equal(seen[0].frames, 1000);
		assert_int_equal(seen[0].bad, 0);
	}
}

/* What the other end gets is what it expects of an answer. */
static void reflected_is_turned_round(void **state)
{
	static const uint8_t src4[] = {198, 18, 0, 1}, dst4[] = {198, 18, 0, 2},
			     src6[16] = {0x20, 1, 0, 2, [15] = 1},
			     dst6[16] = {0x20, 1, 0, 2, [15] = 2};
	const uint8_t *p = seen[1].last;
	(void)state;

	wanted = (*pktgen_stream(&pg, 0, 0));
	set_field(&wanted, "eth.src", "02:01:02:03:04:05");
	set_field(&wanted, "eth.dst", "02:06:07:08:09:0a");
	set_field(&wanted, "udp.dst", "53");
	wanted.sign = true;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const uint8_t *udp = p + (ipv6 ? 54 : 34);
		const size_t addr = ipv6 ? IPV6_ALEN : IPV4_ALEN;

		set_ip(&wanted, ipv6);
		stream_set_size(&wanted, 101);
		set_stream();
		pktgen_set_mode(&pg, 2, REFLECT, now);
		pktgen_set_mode(&pg, 1, MODE_TX | MODE_RX, now);
		pktgen_start(&pg, 2, now);
		count(5000);
		run_for(S / 10, US);
		assert_memory_equal(p, "\x02\1\2\3\4\5", 6);
		assert_memory_equal(p + 6, "\x02\6\7\x8\x9\xa", 6);
		assert_memory_equal(udp - 2 * addr, ipv6 ? dst6 : dst4, addr);
		assert_memory_equal(udp - addr, ipv6 ? src6 : src4, addr);
		assert_int_equal(word(udp), 53);
		assert_int_equal(word(udp + 2), 5001);
		/* All else, checksums among it, is as it was sent. */
		assert_memory_equal(udp + 4, seen[0].last + (udp - p) + 4,
				    97u - 4u - (size_t)(udp - p));
		assert_memory_equal(p + 12, seen[0].last + 12,
				    (size_t)(udp - p) - 2 * addr - 12);
		pktgen_stop(&pg, 3);
		run_for(S / 10, US);
		assert_true(pktgen_drained(&pg, 3, now));
		assert_int_equal(seen[1].frames, 5000u * (1u + (unsigned)ipv6));
		assert_int_equal(seen[1].bad, 0);
		assert_int_equal(seen[1].gaps, 0);
		assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.tx_packets,
				 seen[1].frames);
		assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.tx_bytes,
				 seen[1].frames * 101);
		assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.rx_packets,
				 seen[1].frames);
		assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.tx_dropped, 0);
	}
}

/* A group address is nobody's source. */
static void reflected_broadcast_has_a_source(void **state)
{
	(void)state;

	pktgen_set_mode(&pg, 2, REFLECT, now);
	/* Not before it is started. */
	count(10);
	run_for(S / 100, US);
	assert_int_equal(seen[1].frames, 0);
	pktgen_start(&pg, 2, now);
	count(10);
	run_for(S / 100, US);
	assert_int_equal(seen[1].frames, 10);
	assert_memory_equal(seen[1].last, pg.port[0].mac, 6);
	assert_memory_equal(seen[1].last + 6, pg.port[1].mac, 6);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_packets, 20);
}

/* What does not go back is counted, each frame by one reason. */
static void not_reflected_is_counted(void **state)
{
	static const struct {
		const char *dst, *src;
		uint64_t group, foreign, own, sent;
	} cases[] = {
		{"ff:ff:ff:ff:ff:ff", "02:00:00:00:00:09", 10, 0, 0, 0},
		{"02:06:07:08:09:0a", "02:00:00:00:00:09", 10, 10, 0, 0},
		{NULL, NULL, 10, 10, 10, 0},
		{NULL, "02:00:00:00:00:09", 10, 10, 10, 10},
	};
	const struct stats *s = &pktgen_worker(&pg, 1, 0)->stats;
	const uint8_t *m = pg.port[1].mac;
	char mac[18];
	(void)state;

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
		 m[2], m[3], m[4], m[5]);
	pktgen_set_mode(&pg, 2, MODE_RX | MODE_REFLECT, now);
	pktgen_start(&pg, 2, now);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wanted = (*pktgen_stream(&pg, 0, 0));
		set_field(&wanted, "eth.dst",
			  cases[i].dst ? cases[i].dst : mac);
		set_field(&wanted, "eth.src",
			  cases[i].src ? cases[i].src : mac);
		set_stream();
		count(10);
		run_for(S / 100, US);
		assert_int_equal(s->reflect_multicast, cases[i].group);
		assert_int_equal(s->reflect_foreign, cases[i].foreign);
		assert_int_equal(s->reflect_own, cases[i].own);
		assert_int_equal(s->tx_packets, cases[i].sent);
		assert_int_equal(s->rx_packets, 10 * (i + 1));
	}
	assert_int_equal(s->tx_dropped, 0);
}

/* Between two that reflect no frame goes to and fro. */
static void two_that_reflect(void **state)
{
	(void)state;

	pktgen_set_mode(&pg, 2, MODE_RX | MODE_REFLECT | MODE_ANY, now);
	pktgen_start(&pg, 2, now);
	count(10);
	run_for(S / 1000000, US);
	pktgen_set_mode(&pg, 1, MODE_RX | MODE_REFLECT | MODE_ANY, now);
	pktgen_start(&pg, 1, now);
	run_for(S / 100, US);
	assert_in_range(seen[0].frames + seen[1].frames, 10, 30);
	assert_true(pktgen_worker(&pg, 0, 0)->stats.reflect_own +
		    pktgen_worker(&pg, 1, 0)->stats.reflect_own);
}

/*
 * A device that keeps some has them in flight; and while one that nobody takes
 * frames from is full, none is lost or goes unseen.
 */
static void reflecting_into_a_full_ring(void **state)
{
	const struct stats *s = &pktgen_worker(&pg, 1, 0)->stats;
	const unsigned bufs = pg.port[1].nb_rx_bufs;
	unsigned in_flight;
	(void)state;

	if (!port_can_reap())
		return;
	host_netdev_faults(dev[1])->hold = 100;
	pktgen_set_mode(&pg, 2, REFLECT, now);
	pktgen_start(&pg, 2, now);
	count(50);
	run_for(S / 100, US);
	assert_int_equal(worker_in_flight(pktgen_worker(&pg, 1, 0)), 50);
	host_netdev_faults(dev[1])->hold = 1000;
	count(5000);
	/* Port 0 has no turn to take what comes back. */
	for (int i = 0; i < 1000; i++) {
		now += US;
		if (pktgen_worker(&pg, 0, 0)->state == WORKER_RUNNING)
			pktgen_step(&pg, now);
		else
			worker_step(pktgen_worker(&pg, 1, 0), now);
	}
	pktgen_stop(&pg, 3);
	for (int i = 0; i < 1000; i++) {
		now += US;
		pktgen_step(&pg, now);
	}
	in_flight = worker_in_flight(pktgen_worker(&pg, 1, 0));
	assert_int_equal(s->tx_packets, seen[1].frames);
	assert_true(in_flight > 100 && in_flight <= bufs);
	host_netdev_faults(dev[1])->hold = 0;
	assert_int_equal(worker_in_flight(pktgen_worker(&pg, 1, 0)), 0);
	run_for(S / 10, US);
	assert_int_equal(worker_in_flight(pktgen_worker(&pg, 1, 0)), 0);
	pktgen_step(&pg, now);
	assert_int_equal(s->rx_packets, seen[0].frames);
	/* All but what came when it was stopped. */
	assert_true(s->tx_packets <= s->rx_packets);
	assert_true(s->tx_packets > in_flight);
	assert_int_equal(s->tx_dropped, 0);
	/* Every buffer is back where it belongs. */
	assert_int_equal(pg.port[1].queue[0].nb_rx_free,
			 bufs - pg.port[1].nb_rx_desc);
}

/* Frames of several buffers go back in one piece, among others. */
static void jumbo_frames_are_reflected(void **state)
{
	const struct stats *s;
	(void)state;
	teardown(NULL);
	host_reset();
	host_loop_pair(dev, 9000);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	wanted = (*pktgen_stream(&pg, 0, 0));
	set_field(&wanted, "ipv4.dst", "198.18.0.2");
	wanted.sizes.count = 2;
	wanted.sizes.entry[0].size = 9018;
	wanted.sizes.entry[1].size = 64;
	wanted.sizes.entry[0].weight = wanted.sizes.entry[1].weight = 1;
	set_stream();
	for (int i = 0; i < 2; i++) {
		host_netdev_tap(dev[i], look_large, &seen[i]);
	}
	pktgen_set_mode(&pg, 2, REFLECT, now);
	pktgen_set_mode(&pg, 1, MODE_TX | MODE_RX, now);
	pktgen_start(&pg, 2, now);
	count(1000);
	run_for(S / 100, US);
	s = &pktgen_worker(&pg, 1, 0)->stats;
	assert_int_equal(s->rx_packets, 1000);
	assert_int_equal(s->rx_bytes, 500 * (9018 + 64));
	assert_int_equal(s->tx_packets, 1000);
	assert_int_equal(s->tx_bytes, s->rx_bytes);
	assert_int_equal(s->tx_dropped, 0);
	assert_int_equal(seen[1].frames, 1000);
	assert_int_equal(seen[1].bad, 0);
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.rx_bytes, s->tx_bytes);
	if (port_can_reap())
		assert_int_equal(worker_in_flight(pktgen_worker(&pg, 1, 0)), 0);
}

/* All that fell due was sent or thrown away. */
static void onfull_drop_drops(void **state)
{
	const struct worker *w = pktgen_worker(&pg, 0, 0);
	(void)state;

	for (int k = 0; k < 4; k++) {
		teardown(NULL);
		setup(NULL);
		w = pktgen_worker(&pg, 0, 0);
		set((enum strategy)k, true, 64);
		count(1000);
		/* Port 1 takes none. */
		for (int i = 0; i < 100; i++)
			worker_step(pktgen_worker(&pg, 0, 0), now += US);
		assert_int_equal(w->stats.tx_packets, pg.port[1].nb_rx_desc);
		assert_int_equal(w->stats.tx_dropped,
				 1000 - pg.port[1].nb_rx_desc);
		assert_int_equal(w->out.nb, 0);
		run_for(S / 100, US);
		assert_int_equal(w->done.packets, w->stats.tx_packets);
		assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_packets,
				 w->stats.tx_packets);
		assert_int_equal(worker_in_flight(pktgen_worker(&pg, 0, 0)), 0);
	}
}

/* Changes on the way, a receiver that now and then stops: none is missing. */
static void any_burst_and_strategy_keeps_the_count(void **state)
{
	static const unsigned bursts[] = {1, 3, 64, 65, 255, 256};
	uint64_t seed = 7;
	(void)state;

	for (int k = 0; k < 6; k++) {
		const struct worker *w;

		teardown(NULL);
		setup(NULL);
		w = pktgen_worker(&pg, 0, 0);
		wanted = (*pktgen_stream(&pg, 0, 0));
		wanted.sign = true;
		wanted.rate = (struct rate){RATE_PPS, 20000000ull * 1000000};
		set_stream();
		set(STRATEGY_SHARED, false, bursts[k]);
		count(200000);
		for (int i = 0; worker_runs(w->state) || w->out.nb; i++) {
			const uint64_t r = unit_random(&seed) >> 32;
			char ttl[8];

			assert_true(i < 1000000);
			now += US;
			worker_step(pktgen_worker(&pg, 0, 0), now);
			if (r % 5)
				worker_step(pktgen_worker(&pg, 1, 0), now);
			if (r % 50 == 1) {
				stream_set_size(&wanted,
						(uint16_t)(64 + r / 50 % 300));
				snprintf(ttl, sizeof(ttl), "%u",
					 (unsigned)(r / 50 % 256));
				set_field(&wanted, "ipv4.ttl", ttl);
				set_stream();
			} else if (r % 50 == 2) {
				set((enum strategy)(r / 50 % 4), false,
				    bursts[r / 200 % 6]);
			}
		}
		run_for(S / 100, US);
		assert_int_equal(w->stats.tx_packets, 200000);
		assert_int_equal(w->stats.tx_skipped, 0);
		assert_int_equal(w->stats.tx_errors, 0);
		assert_int_equal(seen[0].frames, 200000);
		assert_int_equal(seen[0].bad, 0);
		assert_int_equal(seen[0].gaps, 0);
		assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_packets,
				 200000);
		assert_int_equal(pktgen_worker(&pg, 1, 0)->stats.rx_bytes,
				 w->stats.tx_bytes);
		if (port_can_reap())
			assert_int_equal(
				worker_in_flight(pktgen_worker(&pg, 0, 0)), 0);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(null_is_all_but_the_device),
		TEST(reflected_is_turned_round),
		TEST(reflected_broadcast_has_a_source),
		TEST(not_reflected_is_counted),
		TEST(two_that_reflect),
		TEST(reflecting_into_a_full_ring),
		TEST(jumbo_frames_are_reflected),
		TEST(onfull_drop_drops),
		TEST(any_burst_and_strategy_keeps_the_count),
	};

	return cmocka_run_group_tests_name("modes, api " PORT_API, tests, NULL,
					   NULL);
}
