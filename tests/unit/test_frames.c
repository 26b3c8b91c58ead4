/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames by each strategy. The test is the device: it remembers every byte of
 * what it was given and gives frames back when it likes, in any order.
 */
#include <stdlib.h>
#include <string.h>

#include "pktgen/frames.h"
#include "plat/host/host.h"
#include "unit.h"

#define BURST 64
#define SPARE (BURST + STREAM_SIZES_MAX)
#define FLYING_MAX 1024

static const uint8_t mac[ETH_ALEN] = {2, 0, 0, 0, 0, 7};

/* What the device has: the frame as it was when it was sent. */
struct flying {
	struct uk_netbuf *nb;
	uint16_t len;
	uint8_t bytes[1514];
};

static struct port port;
static struct frames frames;
static struct program prog[2];
static unsigned active;
static struct program_at at; /* of the next to be made */
static struct flying store[FLYING_MAX];
static struct flying *flying[FLYING_MAX]; /* behind nb_flying: unused */
static unsigned nb_flying;
static bool spare; /* see frames_set() */
static uint64_t now_ns, made_ns, seed;

static int setup(void **state)
{
	struct host_netdev *dev[2];
	(void)state;

	host_reset();
	host_loop_pair(dev, 1500);
	assert_int_equal(port_open(&port, 0, SPARE, uk_alloc_get_default()), 0);
	assert_int_equal(frames_open(&frames, &port, uk_alloc_get_default()),
			 0);
	for (nb_flying = FLYING_MAX; nb_flying; nb_flying--)
		flying[nb_flying - 1] = &store[nb_flying - 1];
	at = (struct program_at){0};
	spare = false;
	seed = 1;
	now_ns = 1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	frames_close(&frames, uk_alloc_get_default());
	port_close(&port, uk_alloc_get_default());
	return 0;
}

static unsigned any(unsigned n)
{
	return (unsigned)((unit_random(&seed) >> 32) % n);
}

/* A stream of any kind, of sizes that fit the port. */
static void any_stream(struct stream *s)
{
	stream_init(s, mac);
	s->ipv6 = !any(3);
	s->sign = !any(2);
	s->nb_sizes = any(2) ? 1 : 1 + any(STREAM_SIZES_MAX);
	for (unsigned i = 0; i < s->nb_sizes; i++)
		s->size[i] = (struct stream_size){(uint16_t)(84 + any(1435)),
						  (uint16_t)(1 + any(9))};
	s->ttl = (uint8_t)any(256);
	s->src.ip_prefix = s->src.ip6_prefix = 128;
	s->src.ip_prefix = (uint8_t)(any(2) ? 32 : 16 + any(16));
	s->dst.ip_prefix = (uint8_t)(any(2) ? 32 : 8 + any(24));
	s->dst.ip6_prefix = (uint8_t)(any(2) ? 128 : 100 + any(28));
}

static void set(const struct stream *s, enum strategy strategy)
{
	struct program *next = &prog[!active];

	assert_int_equal(program_compile(next, s), 0);
	program_switch(&prog[active], next, &at);
	active = !active;
	frames_set(&frames, next, strategy, spare);
	assert_int_equal(frames.strategy, frames_strategy(strategy, next));
}

/* The device takes what is held, but for `leave`. */
static void take(unsigned leave)
{
	const unsigned n = frames.nb_held - leave;
	struct uk_netbuf **pkts = frames.held;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		struct flying *f = flying[nb_flying++];

		f->nb = pkts[i];
		f->len = pkts[i]->len;
		memcpy(f->bytes, pkts[i]->data, f->len);
		bytes += f->len + ETH_FCS_LEN;
	}
	assert_int_equal(frames_sent(&frames, n), bytes);
	assert_int_equal(frames.nb_held, leave);
}

/* It is done with one, which is as it was. */
static void complete(unsigned i)
{
	struct flying *f = flying[i];

	assert_int_equal(f->nb->len, f->len);
	assert_memory_equal(f->nb->data, f->bytes, f->len);
	port_frame_free(f->nb);
	nb_flying--;
	memmove(&flying[i], &flying[i + 1],
		(nb_flying - i) * sizeof(flying[0]));
	flying[nb_flying] = f;
}

/* Those that were just made are the next of the program. */
static void check_made(struct program_at from, unsigned n)
{
	static uint8_t wanted[STREAM_SIZE_MAX];
	uint64_t bytes = 0;

	assert_int_equal(frames.nb_held, n);
	for (unsigned i = 0; i < n; i++) {
		const struct uk_netbuf *nb = frames.held[i];
		uint16_t len =
			program_next(&prog[active], &from, made_ns, wanted);

		assert_int_equal(nb->len, len);
		assert_memory_equal(nb->data, wanted, len);
		bytes += len + ETH_FCS_LEN;
	}
	assert_int_equal(from.frame, at.frame);
	assert_int_equal(from.order, at.order);
	assert_int_equal(frames.held_bytes, bytes);
}

static unsigned make(unsigned n)
{
	const struct program_at from = at;
	unsigned made;

	made_ns = now_ns;
	made = frames_make(&frames, &prog[active], &at, n, now_ns);
	assert_true(made <= n);
	check_made(from, made);
	return made;
}

static void check_in_flight(void)
{
	assert_int_equal(frames_in_flight(&frames), nb_flying);
}

/* As the ring allows; the device gives back in order, or anyhow. */
static void one_step(bool in_order)
{
	unsigned room = port.nb_tx_desc - nb_flying;

	now_ns += any(1000);
	if (!frames.nb_held)
		make(1 + any(BURST));
	take(frames.nb_held > room ? frames.nb_held - room : 0);
	for (unsigned n = any(2) ? any(nb_flying + 1) : 0; n; n--)
		complete(in_order ? 0 : any(nb_flying));
	if (!any(8))
		check_in_flight();
}

static void whatever_changes(enum strategy strategy, bool in_order)
{
	struct stream s;

	for (int round = 0; round < 200; round++) {
		any_stream(&s);
		set(&s, strategy == STRATEGY_SHARED && !any(4)
				? (enum strategy)any(4)
				: strategy);
		for (unsigned steps = any(40); steps; steps--)
			one_step(in_order);
	}
	frames_drop(&frames, frames.nb_held);
	while (nb_flying)
		complete(0);
	check_in_flight();
}

static void created(void **state)
{
	(void)state;
	whatever_changes(STRATEGY_CREATE, false);
}

static void copied(void **state)
{
	(void)state;
	whatever_changes(STRATEGY_COPY, false);
}

static void pooled(void **state)
{
	(void)state;
	whatever_changes(STRATEGY_POOL, true);
}

static void pooled_out_of_order(void **state)
{
	(void)state;
	whatever_changes(STRATEGY_POOL, false);
}

static void shared_or_else(void **state)
{
	(void)state;
	whatever_changes(STRATEGY_SHARED, true);
}

static void shared_or_else_out_of_order(void **state)
{
	(void)state;
	whatever_changes(STRATEGY_SHARED, false);
}

/* A ring full of frames that differ, and a burst that waits. */
static void a_burst_can_always_be_made(void **state)
{
	struct stream s;
	(void)state;

	spare = true;
	for (int k = 0; k < 4; k++) {
		stream_init(&s, mac);
		s.sign = true;
		set(&s, (enum strategy)k);
		while (nb_flying < port.nb_tx_desc) {
			if (!frames.nb_held)
				assert_true(make(BURST) > 0);
			take(nb_flying + frames.nb_held > port.nb_tx_desc
				     ? nb_flying + frames.nb_held -
					       port.nb_tx_desc
				     : 0);
		}
		frames_drop(&frames, frames.nb_held);
		assert_true(make(1) == 1);
		check_in_flight();
		/* What is to be shared then finds its buffers. */
		s.sign = false;
		for (unsigned i = 0; i < STREAM_SIZES_MAX; i++)
			s.size[i] = (struct stream_size){(uint16_t)(64 + i), 1};
		s.nb_sizes = STREAM_SIZES_MAX;
		for (int i = 0; i < 20; i++)
			set(&s, STRATEGY_SHARED);
		frames_drop(&frames, frames.nb_held);
		make(BURST);
		frames_drop(&frames, frames.nb_held);
		while (nb_flying)
			complete(0);
		check_in_flight();
	}
}

/* More than there are buffers for: as many as there are, in order. */
static void long_bursts(void **state)
{
	struct stream s;
	(void)state;

	spare = true;
	for (int k = 0; k < 4; k++) {
		unsigned all = 0;

		stream_init(&s, mac);
		s.sign = true;
		set(&s, (enum strategy)k);
		while (nb_flying < FLYING_MAX - FRAMES_BURST_MAX &&
		       make(FRAMES_BURST_MAX)) {
			all += frames.nb_held;
			take(0);
		}
		assert_true(all > port.nb_tx_desc);
		assert_true(all <= port.nb_tx_bufs);
		check_in_flight();
		while (nb_flying)
			complete(0);
		assert_true(make(FRAMES_BURST_MAX) > 0);
		frames_drop(&frames, frames.nb_held);
	}
}

/* What is edited in place is no more than the ring holds. */
static void a_pool_is_no_larger_than_the_ring(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	s.sign = true;
	set(&s, STRATEGY_POOL);
	while (make(BURST))
		take(0);
#ifdef PORT_SHARED
	assert_int_equal(nb_flying, port.nb_tx_desc);
#endif
	assert_true(frames.starved);
	complete(0);
	assert_int_equal(make(BURST), 1);
	assert_true(frames.starved);
	take(0);
	while (nb_flying)
		complete(0);
	/* With room for more there are more, and fewer again. */
	spare = true;
	set(&s, STRATEGY_POOL);
	while (make(BURST))
		take(0);
	assert_int_equal(nb_flying, port.nb_tx_bufs);
	while (nb_flying)
		complete(0);
	spare = false;
	set(&s, STRATEGY_POOL);
	while (make(BURST))
		take(0);
#ifdef PORT_SHARED
	assert_int_equal(nb_flying, port.nb_tx_desc);
#endif
	while (nb_flying)
		complete(0);
	check_in_flight();
}

/* With the ring full, whatever is dropped can be made again, each time. */
static void drops_go_on(void **state)
{
	struct stream s;
	unsigned made = 0;
	(void)state;

	spare = true;
	stream_init(&s, mac);
	s.sign = true;
	for (int k = 0; k < 2; k++) {
		s.src.ip_prefix = (uint8_t)(32 - 17 * k);
		set(&s, STRATEGY_POOL);
		while (nb_flying < port.nb_tx_desc) {
			make(MIN(BURST, port.nb_tx_desc - nb_flying));
			take(0);
		}
		for (int i = 0; i < 3000; i++) {
			now_ns += 1000;
			assert_true(make(BURST) > 0);
			made += frames.nb_held;
			/* One fits now and then. */
			if (!any(10)) {
				complete(0);
				take(frames.nb_held - 1);
			}
			frames_drop(&frames, frames.nb_held);
			check_in_flight();
		}
		while (nb_flying)
			complete(0);
	}
	/* A burst may be cut in two where slots begin again. */
	assert_true(made > 2 * 3000 * BURST / 2);
}

/* A device that keeps some for good costs no more than those. */
static void lost_ones_are_worked_around(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	s.sign = true;
	set(&s, STRATEGY_POOL);
	make(BURST);
	take(0);
	while (nb_flying > 10)
		complete(any(nb_flying));
	for (int i = 0; i < 500; i++) {
		make(BURST);
		take(0);
		check_in_flight();
		while (nb_flying > 10)
			complete(10);
	}
	while (nb_flying)
		complete(0);
	check_in_flight();
}

/*
 * Long enough for whatever counts to go round more than once, by a device that
 * is in order, but for a while.
 */
static void make_for_long(const struct stream *s)
{
	static const uint64_t starts[] = {0, 65500, (1ull << 32) - 100,
					  (1ull << 48) - 1000};

	for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++) {
		set(s, STRATEGY_POOL);
		at.frame = starts[k];
		while (at.frame - starts[k] < 140000) {
			const bool in_order = any(50) > 0;

			now_ns += 1 + any(1000);
			make(1 + any(2 * BURST));
			take(0);
			while (nb_flying > BURST)
				complete(in_order ? 0 : any(nb_flying));
		}
		/* A run begins again, with the same program. */
		at.frame = 0;
		for (int i = 0; i < 10; i++) {
			make(BURST);
			take(0);
			while (nb_flying)
				complete(0);
		}
	}
}

static void signed_for_long(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	s.sign = true;
	make_for_long(&s);
}

/* Few and many of them, from one address or two. */
static void flows_for_long(void **state)
{
	static const struct {
		bool ipv6, sign;
		uint8_t src, dst; /* bits below the prefix */
	} flows[] = {{false, false, 20, 0},  {false, true, 20, 0},
		     {false, false, 16, 20}, {false, true, 3, 17},
		     {true, false, 1, 0},    {true, true, 20, 0},
		     {true, true, 16, 9},    {true, false, 24, 30}};
	struct stream s;
	(void)state;

	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		stream_init(&s, mac);
		s.ipv6 = flows[i].ipv6;
		s.sign = flows[i].sign;
		s.size[0].size = 84;
		s.src.ip_prefix = (uint8_t)(32 - flows[i].src);
		s.dst.ip_prefix = (uint8_t)(32 - flows[i].dst);
		s.src.ip6_prefix = (uint8_t)(128 - flows[i].src);
		s.dst.ip6_prefix = (uint8_t)(128 - flows[i].dst);
		/* Not from the start of a word, either. */
		s.src.ip[3] = s.src.ip6[15] = 0xf5;
		s.dst.ip[2] = s.dst.ip6[14] = 0xff;
		make_for_long(&s);
	}
}

#ifdef PORT_SHARED
/* What is free to be shared is, and nothing is written to it. */
static void shared_means_one(void **state)
{
	struct stream s;
	struct uk_netbuf *nb;
	(void)state;

	stream_init(&s, mac);
	set(&s, STRATEGY_SHARED);
	make(BURST);
	nb = frames.held[0];
	for (unsigned i = 0; i < BURST; i++)
		assert_ptr_equal(frames.held[i], nb);
	take(0);
	make(BURST);
	assert_ptr_equal(frames.held[0], nb);
	assert_int_equal(port_tx_out(&port), 1);
	/* The same stream again is another netbuf while that is out. */
	set(&s, STRATEGY_SHARED);
	assert_int_equal(port_tx_out(&port), 2);
	assert_ptr_equal(frames.held[0], nb);
	take(0);
	check_in_flight();
	make(1);
	assert_ptr_not_equal(frames.held[0], nb);
	while (nb_flying)
		complete(0);
	check_in_flight();
	assert_int_equal(port_tx_out(&port), 1);
}

/* Where the device is quick the same few slots do. */
static void a_pool_is_no_larger_than_needed(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	s.sign = true;
	set(&s, STRATEGY_POOL);
	for (int i = 0; i < 100; i++) {
		make(BURST);
		take(0);
		while (nb_flying)
			complete(0);
	}
	assert_true(port_tx_out(&port) <= 2 * BURST);
}
#endif

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(created),
		TEST(copied),
		TEST(pooled),
		TEST(pooled_out_of_order),
		TEST(shared_or_else),
		TEST(shared_or_else_out_of_order),
		TEST(a_burst_can_always_be_made),
		TEST(long_bursts),
		TEST(a_pool_is_no_larger_than_the_ring),
		TEST(drops_go_on),
		TEST(lost_ones_are_worked_around),
		TEST(signed_for_long),
		TEST(flows_for_long),
#ifdef PORT_SHARED
		TEST(shared_means_one),
		TEST(a_pool_is_no_larger_than_needed),
#endif
	};

	return cmocka_run_group_tests_name("frames, " PORT_TX_FRAMES, tests,
					   NULL, NULL);
}
