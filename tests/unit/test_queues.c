/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream that several queues send is the one that a single queue would send:
 * each number once, the bytes of each, the time of each, and no more; and what
 * is told of it when it comes back by several queues.
 */
#include <unistd.h>

#include "queues_rig.h"

/* ---- Programs ------------------------------------------------------------ */

static void a_thirtieth(struct stream *s)
{
	set_field(s, "ipv4.dst", "198.18.0.0/30");
}

static void five(struct stream *s)
{
	set_field(s, "ipv4.src", "10.0.0.0-10.0.3.232");
	set_field(s, "ipv4.dst", "10.1.0.0/16 random");
	set_field(s, "udp.src", "1000-1099 step 3");
	set_field(s, "udp.dst", "2000-2999 shuffled");
	set_field(s, "ipv4.dscp", "0-62 every 5");
}

static void shuffled(struct stream *s)
{
	set_field(s, "ipv4.src", "10.0.0.0/12 shuffled");
}

static void mixed(struct stream *s)
{
	s->sizes = (struct sizes){.kind = SIZES_MIX, .count = 3};
	s->sizes.entry[0].size = 100, s->sizes.entry[0].weight = 7;
	s->sizes.entry[1].size = 570, s->sizes.entry[1].weight = 4;
	s->sizes.entry[2].size = 1518, s->sizes.entry[2].weight = 1;
}

static void mixed_finely(struct stream *s)
{
	mixed(s);
	s->sizes.entry[0].weight = 583;
	s->sizes.entry[1].weight = 333;
	s->sizes.entry[2].weight = 84;
}

static void ranged(struct stream *s)
{
	s->sizes = (struct sizes){.kind = SIZES_RANGE};
	s->sizes.range.from = 90;
	s->sizes.range.to = 400;
	s->sizes.range.step = 3;
	plain_range(s);
}

static void (*const programs[])(struct stream *s) = {
	NULL,     plain_range, a_thirtieth,  five,
	shuffled, mixed,       mixed_finely, ranged,
};

static void each_number_is_sent_once(void **state)
{
	static const uint64_t counts[] = {1, 64, 65, 1001, 5001};
	(void)state;

	for (unsigned queues = 1; queues <= 4; queues++)
		for (unsigned i = 0; i < ARRAY_SIZE(programs); i++)
			for (unsigned k = 0; k < ARRAY_SIZE(counts); k++) {
				open_with(queues);
				set_stream(programs[i], i & 1 ? 0 : 4000000);
				start(counts[k], FLOW_NO_LIMIT);
				run_to_the_end();
				check_numbers(counts[k]);
				check_measured(counts[k]);
				close_all();
			}
}

static void a_rate_is_that_of_the_sum(void **state)
{
	(void)state;
	for (unsigned queues = 2; queues <= 4; queues++) {
		open_with(queues);
		set_stream(plain_range, 200000);
		start(FLOW_NO_LIMIT, S / 4);
		run_to_the_end();
		check_numbers(50000);
		check_measured(50000);
		/* When it is due, on whichever queue. */
		for (uint64_t i = 0; i < 50000; i++)
			assert_in_range(at_ns[i] + US - at_ns[0], i * 5 * US,
					i * 5 * US + 2 * US);
		for (unsigned q = 0; q < queues; q++)
			assert_in_range(
				pktgen_look_queue(&pg, 0, q)->stats.tx_packets,
				50000 / queues - 64, 50000 / queues + 64);
		close_all();
	}
}

static void poisson(struct stream *s)
{
	s->pace.shape = PACE_POISSON;
}

static void bursts(struct stream *s)
{
	s->pace.shape = PACE_BURST;
	s->pace.group = 10;
}

static void gaps_are_those_of_one_queue(void **state)
{
	static void (*const shapes[])(struct stream *) = {poisson, bursts};
	static uint64_t one[5000];
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(shapes); i++)
		for (unsigned queues = 1; queues <= 3; queues++) {
			open_with(queues);
			set_stream(shapes[i], 100000);
			start(5000, FLOW_NO_LIMIT);
			run_to_the_end();
			check_numbers(5000);
			if (queues == 1)
				memcpy(one, at_ns, sizeof(one));
			for (unsigned k = 0; k < 5000; k++)
				assert_in_range(at_ns[k], one[k] - US,
						one[k] + US);
			close_all();
		}
}

/* ---- What is told -------------------------------------------------------- */

static void steering_is_told_from_reordering(void **state)
{
	struct pktgen_stream_view v;
	struct order_counts c;
	(void)state;

	open_with(2);
	set_stream(plain_range, 0);
	/* What the second queue gets comes behind what the first does. */
	start(256, FLOW_NO_LIMIT);
	run_to_the_end();
	pktgen_look_order(&pg, 0, 0, &c);
	assert_int_equal(c.lost + c.reordered + c.duplicate, 0);
	close_all();

	/* One frame in 50 is lost: so many are, each by its number. */
	open_with(2);
	set_stream(plain_range, 0);
	host_netdev_faults(dev[1])->lose = 50;
	start(10000, FLOW_NO_LIMIT);
	run_to_the_end();
	pktgen_look_stream(&pg, 0, 0, &v);
	assert_int_equal(v.order.lost, host_netdev_faults(dev[1])->nb_lost);
	assert_int_equal(v.order.reordered, 0);
	close_all();
}

/*
 * However far one queue is ahead of another, who looks is answered: one by one
 * this would be 10^12 numbers.
 */
static void queues_may_be_far_apart(void **state)
{
	static const uint64_t ahead[] = {128, 128000, 1ull << 40};
	struct pktgen_stream_view v;
	(void)state;

	alarm(120);
	for (unsigned i = 0; i < ARRAY_SIZE(ahead); i++) {
		struct flow *f;

		open_with(2);
		set_stream(plain_range, 0);
		pktgen_start(&pg, 1, now);
		run_until(now + 211 * US, US);
		f = pg.set[0].stream[0]->part[i & 1];
		/* So many more were made, none of which came. */
		f->at.frame += ahead[i];
		pktgen_stop(&pg, 1);
		run_to_the_end();
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.order.lost, ahead[i] / 2);
		assert_int_equal(v.order.unique, v.received.packets);
		/* A run begins anew, and may be cleared under way. */
		start(1000, FLOW_NO_LIMIT);
		run_to_the_end();
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.order.lost, ahead[i] / 2);
		f->at.frame += ahead[i];
		pktgen_clear_streams(&pg, 0);
		pktgen_look_stream(&pg, 0, 0, &v);
		assert_int_equal(v.order.lost, 0);
		close_all();
	}
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_is_sent_once),
		cmocka_unit_test(a_rate_is_that_of_the_sum),
		cmocka_unit_test(gaps_are_those_of_one_queue),
		cmocka_unit_test(steering_is_told_from_reordering),
		cmocka_unit_test(queues_may_be_far_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
