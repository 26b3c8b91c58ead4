/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames by each strategy, whatever changes meanwhile. */
#include "frames_rig.h"

/* As the ring allows; the device gives back in order, or anyhow. */
static void one_step(bool in_order)
{
	unsigned room = port.nb_tx_desc - nb_flying;

	now_ns += any(1000);
	if (!out.nb)
		make(1 + any(BURST));
	take(out.nb > room ? out.nb - room : 0);
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
	outbox_drop(&out, out.nb);
	complete_all();
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
			if (!out.nb)
				assert_true(make(BURST) > 0);
			take(nb_flying + out.nb > port.nb_tx_desc
				     ? nb_flying + out.nb - port.nb_tx_desc
				     : 0);
		}
		outbox_drop(&out, out.nb);
		assert_true(make(1) == 1);
		check_in_flight();
		/* What is to be shared then finds its buffers. */
		s.sign = false;
		for (unsigned i = 0; i < PROGRAM_VARIANTS_MAX; i++)
			s.sizes.entry[i] =
				(struct size_weight){(uint16_t)(64 + i), 1};
		s.sizes.count = PROGRAM_VARIANTS_MAX;
		for (int i = 0; i < 20; i++)
			set(&s, STRATEGY_SHARED);
		outbox_drop(&out, out.nb);
		make(BURST);
		outbox_drop(&out, out.nb);
		complete_all();
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
			all += out.nb;
			take(0);
		}
		assert_true(all > port.nb_tx_desc);
		assert_true(all <= port.nb_tx_bufs);
		check_in_flight();
		complete_all();
		assert_true(make(FRAMES_BURST_MAX) > 0);
		outbox_drop(&out, out.nb);
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
	nb = out.pkt[0];
	for (unsigned i = 0; i < BURST; i++)
		assert_ptr_equal(out.pkt[i], nb);
	take(0);
	make(BURST);
	assert_ptr_equal(out.pkt[0], nb);
	assert_int_equal(port_tx_out(&port.queue[0]), 0);
	/*
	 * None of the buffers is taken. The same stream again is another netbuf
	 * while that is out.
	 */
	set(&s, STRATEGY_SHARED);
	assert_int_equal(port_tx_out(&port.queue[0]), 0);
	assert_ptr_equal(out.pkt[0], nb);
	take(0);
	check_in_flight();
	make(1);
	assert_ptr_not_equal(out.pkt[0], nb);
	complete_all();
	check_in_flight();
	assert_int_equal(port_tx_out(&port.queue[0]), 0);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRAMES_TEST(created),
		FRAMES_TEST(copied),
		FRAMES_TEST(pooled),
		FRAMES_TEST(pooled_out_of_order),
		FRAMES_TEST(shared_or_else),
		FRAMES_TEST(shared_or_else_out_of_order),
		FRAMES_TEST(a_burst_can_always_be_made),
		FRAMES_TEST(long_bursts),
#ifdef PORT_SHARED
		FRAMES_TEST(shared_means_one),
#endif
	};

	return cmocka_run_group_tests_name("frames, " PORT_TX_FRAMES, tests,
					   NULL, NULL);
}
