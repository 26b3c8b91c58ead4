/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool: how many slots it has, who is next, and what they get for long. */
#include "frames_rig.h"

/* What is edited in place is no more than the ring holds. */
static void a_pool_is_no_larger_than_the_ring(void **state)
{
	(void)state;

	set_signed(STRATEGY_POOL);
	while (make(BURST))
		take(0);
	assert_int_equal(nb_flying, port.nb_tx_desc);
	assert_true(frames.starved);
	complete(0);
	assert_int_equal(make(BURST), 1);
	assert_true(frames.starved);
	take(0);
	complete_all();
	/* With room for more there are more, and fewer again. */
	spare = true;
	set_signed(STRATEGY_POOL);
	while (make(BURST))
		take(0);
	assert_int_equal(nb_flying, port.nb_tx_bufs);
	complete_all();
	spare = false;
	set_signed(STRATEGY_POOL);
	while (make(BURST))
		take(0);
	assert_int_equal(nb_flying, port.nb_tx_desc);
	complete_all();
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
		set_low(&s, "src", 17 * (unsigned)k, NULL);
		set(&s, STRATEGY_POOL);
		while (nb_flying < port.nb_tx_desc) {
			make(MIN(BURST, port.nb_tx_desc - nb_flying));
			take(0);
		}
		for (int i = 0; i < 3000; i++) {
			now_ns += 1000;
			assert_true(make(BURST) > 0);
			made += out.nb;
			/* One fits now and then. */
			if (!any(10)) {
				complete(0);
				take(out.nb - 1);
			}
			outbox_drop(&out, out.nb);
			check_in_flight();
		}
		complete_all();
	}
	/* A burst may be cut in two where slots begin again. */
	assert_true(made > 2 * 3000 * BURST / 2);
}

/* A device that keeps some for good costs no more than those. */
static void lost_ones_are_worked_around(void **state)
{
	(void)state;

	set_signed(STRATEGY_POOL);
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
	complete_all();
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
			complete_all();
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
		set_ip(&s, flows[i].ipv6);
		s.sign = flows[i].sign;
		s.sizes.entry[0].size = 84;
		/* Not from the start of a word, either. */
		set_low(&s, "src", flows[i].src,
			flows[i].ipv6 ? "2001:2::f5" : "198.18.0.245");
		set_low(&s, "dst", flows[i].dst,
			flows[i].ipv6 ? "2001:2::ff02" : "198.18.255.2");
		make_for_long(&s);
	}
}

/* Of other fields, whose upper words change now and then. */
static void ranges_for_long(void **state)
{
	struct stream s;
	(void)state;

	stream_init(&s, mac);
	stream_set_size(&s, 84);
	set_field(&s, "eth.dst", "02:00:00:00:ff:01-02:00:00:01:01:ff");
	set_field(&s, "ipv4.src", "10.0.0.1-10.7.200.1 step 7 down");
	set_field(&s, "ipv4.ttl", "1-250");
	set_field(&s, "udp.dst", "1000-65000 step 3");
	make_for_long(&s);
	s.sign = true;
	make_for_long(&s);
}

/* Where the device is quick the same few slots do. */
static void a_pool_is_no_larger_than_needed(void **state)
{
	(void)state;

	set_signed(STRATEGY_POOL);
	for (int i = 0; i < 100; i++) {
		make(BURST);
		take(0);
		complete_all();
	}
	assert_true(port_tx_out(&port.queue[0]) <= 2 * BURST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRAMES_TEST(a_pool_is_no_larger_than_needed),
		FRAMES_TEST(a_pool_is_no_larger_than_the_ring),
		FRAMES_TEST(drops_go_on),
		FRAMES_TEST(lost_ones_are_worked_around),
		FRAMES_TEST(signed_for_long),
		FRAMES_TEST(flows_for_long),
		FRAMES_TEST(ranges_for_long),
	};

	return cmocka_run_group_tests_name("frames of the pool", tests, NULL,
					   NULL);
}
