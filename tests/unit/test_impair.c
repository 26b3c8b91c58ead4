/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mode impair: port 0 sends, 1 gets it and sends it through the link, out of 2
 * and into 3. What the link counts is what is measured behind it.
 */
#include "forward_rig.h"

#include <stdlib.h>

#include "pktgen/impair.h"
#include "pktgen/pktgen_seen.h"

#define MS 1000000ull
#define PERCENT (IMPAIR_SHARE_ALL / 100)
#define FRAMES_MAX 200000

/* What came out, in turn. */
static struct {
	uint64_t seq;
	int64_t took_ns;
	uint64_t at_ns;
} out[FRAMES_MAX];
static unsigned nb_out;

static void note(const uint8_t *frame, size_t len)
{
	struct signature sign;

	assert_true(signature_get(frame + len - SIGNATURE_LEN, &sign));
	assert_true(nb_out < FRAMES_MAX);
	out[nb_out].seq = sign.seq;
	out[nb_out].took_ns =
		(int64_t)((now - sign.time_ns) & SIGNATURE_TIME_MASK);
	out[nb_out++].at_ns = now;
}

static void edit_link(struct worker_how *how, const void *arg)
{
	how->impair = *(const struct impair_how *)arg;
}

static void set_link(const struct impair_how *link)
{
	struct impair_how l = *link;

	l.queue = l.queue ? l.queue : IMPAIR_QUEUE;
	edit_how_of(&pg, 2, edit_link, &l, now);
}

/* The same frames each time; they are at rest when this returns. */
static void send(uint64_t frames, uint64_t pps, unsigned size, uint64_t rest_ns)
{
	struct stream s = *pktgen_stream(&pg, 0, 0);

	s.sign = true;
	s.rate = (struct rate){RATE_PPS, pps * 1000000};
	stream_set_size(&s, (uint16_t)size);
	set_stream(0, &s);
	nb_out = 0;
	seen[2].frame = note;
	pktgen_start(&pg, 2, now);
	count(0, frames);
	run_for(frames * S / pps + rest_ns);
	assert_int_equal(stats(0)->tx_packets, stats(1)->rx_packets);
	check_balance(1);
}

static struct order_counts order(void)
{
	struct order_counts c;

	pktgen_look_order(&pg, 0, 0, &c);
	return c;
}

static void a_link_that_does_nothing_passes_all(void **state)
{
	(void)state;
	forward(1, 2, MODE_IMPAIR);
	send(10000, 1000000, 101, MS);
	assert_int_equal(nb_out, 10000);
	for (unsigned i = 0; i < nb_out; i++) {
		assert_int_equal(out[i].seq, i);
		assert_true(out[i].took_ns <= (int64_t)US);
	}
	assert_int_equal(stats(1)->forward_packets, 10000);
	check_buffers();
}

/* Of each share what is counted is what a measurement finds. */
static void counts_are_what_is_measured(void **state)
{
	const struct impair_how link = {.loss = 2 * PERCENT,
					.duplicate = PERCENT / 2,
					.reorder = PERCENT,
					.delay_ns = 15 * US};
	const struct stats *s = stats(1);
	struct pktgen_stream_view v;
	struct order_counts c;
	unsigned overtaken = 0;
	(void)state;

	set_link(&link);
	forward(1, 2, MODE_IMPAIR);
	send(100000, 100000, 64, MS);
	c = order();
	pktgen_look_stream(&pg, 0, 0, &v);
	assert_int_equal(stats(3)->rx_packets,
			 100000 - s->impair_lost + s->impair_duplicated);
	assert_int_equal(v.sent_signed - c.unique, s->impair_lost);
	assert_int_equal(c.duplicate, s->impair_duplicated);
	/* By more than one gap, and less than two: each overtakes one. */
	for (unsigned i = 1; i < nb_out; i++)
		overtaken += out[i].seq + 1 == out[i - 1].seq;
	assert_int_equal(c.reordered, overtaken);
	assert_true(overtaken > s->impair_reordered * 9 / 10 &&
		    overtaken <= s->impair_reordered);
	/* Within four deviations of what was asked for. */
	assert_true(llabs((long long)s->impair_lost - 2000) < 180);
	assert_true(llabs((long long)s->impair_duplicated - 490) < 90);
	assert_true(llabs((long long)s->impair_reordered - 985) < 130);
	assert_int_equal(s->impair_queue_full, 0);
	check_buffers();
}

/* The same seed does the same to the same frames, another does not. */
static void a_seed_repeats_itself(void **state)
{
	struct impair_how link = {.loss = 10 * PERCENT, .seed = 7};
	static uint64_t first[FRAMES_MAX];
	unsigned nb_first = 0;
	(void)state;

	forward(1, 2, MODE_IMPAIR);
	for (int k = 0; k < 4; k++) {
		/* That others are set moves no loss. */
		if (k == 2)
			link.duplicate = link.reorder = link.jitter_ns = 1;
		if (k == 3)
			link.seed = 8;
		set_link(&link);
		send(5000, 1000000, 64, MS);
		if (!k) {
			nb_first = nb_out;
			for (unsigned i = 0; i < nb_out; i++)
				first[i] = out[i].seq;
		} else if (k < 3) {
			assert_int_equal(nb_out, nb_first);
			for (unsigned i = 0; i < nb_out; i++)
				assert_int_equal(out[i].seq, first[i]);
		} else {
			unsigned same = 0;

			for (unsigned i = 0; i < MIN(nb_out, nb_first); i++)
				same += out[i].seq == first[i];
			assert_true(same < nb_first / 2);
		}
		pktgen_stop(&pg, 3);
		run_for(10 * MS);
	}
}

/* Each delay is what it has to be, and they are spread as they should. */
static void delays_are_within_a_microsecond(void **state)
{
	static const struct impair_how links[] = {
		{.delay_ns = 1 * MS},
		{.delay_ns = 1 * MS, .jitter_ns = 200 * US},
		{.delay_ns = 1 * MS, .jitter_ns = 200 * US, .normal = 1},
	};
	(void)state;

	step_ns = 200;
	for (int k = 0; k < 3; k++) {
		const double jitter = (double)links[k].jitter_ns;
		double sum = 0, squares = 0, is, wanted;

		teardown(NULL);
		setup(NULL);
		set_link(&links[k]);
		forward(1, 2, MODE_IMPAIR);
		send(20000, 200000, 64, 5 * MS);
		assert_int_equal(nb_out, 20000);
		for (unsigned i = 0; i < nb_out; i++) {
			const double ns = (double)out[i].took_ns - 1e6;

			if (!jitter)
				assert_true(ns >= 0 && ns <= 1000);
			else if (!links[k].normal)
				assert_true(__builtin_fabs(ns) <=
					    jitter + 1000);
			sum += ns;
			squares += ns * ns;
		}
		sum /= nb_out;
		is = squares / nb_out - sum * sum;
		wanted =
			links[k].normal ? jitter * jitter : jitter * jitter / 3;
		/* The mean of so many has a deviation of its own. */
		assert_true(__builtin_fabs(sum) <= 1000 + 4 * jitter / 141);
		assert_true(__builtin_fabs(is - wanted) <= 1e5 + wanted * 0.04);
	}
	step_ns = US;
}

/* Twice the rate: half is lost, and what is not waits for all before it. */
static void a_rate_spaces_frames_and_fills_the_queue(void **state)
{
	const struct impair_how link = {.rate_bps = 100000000, .queue = 50};
	const uint64_t gap_ns = 1000 * 8 * 10; /* a frame of 1,000 bytes */
	(void)state;

	set_link(&link);
	forward(1, 2, MODE_IMPAIR);
	send(2000, 25000, 1000, 10 * MS);
	assert_int_equal(nb_out + stats(1)->impair_queue_full, 2000);
	assert_true(stats(1)->impair_queue_full >= 2000 / 2 - 52 &&
		    stats(1)->impair_queue_full <= 2000 / 2);
	for (unsigned i = 1; i < nb_out; i++) {
		const uint64_t ns = out[i].at_ns - out[i - 1].at_ns;

		assert_true(ns + US >= gap_ns && ns <= gap_ns + US);
		assert_true(out[i].seq > out[i - 1].seq);
	}
	for (unsigned i = 0; i < nb_out; i++)
		assert_true(out[i].took_ns <=
			    (int64_t)(gap_ns * link.queue + 2 * US));
	assert_true(out[nb_out - 1].took_ns >=
		    (int64_t)(gap_ns * (link.queue - 1)));
	check_buffers();
}

/* Whatever it is, it is the one that was set. */
static void a_rate_is_as_low_as_it_is_set(void **state)
{
	static const uint64_t rates[] = {1, 500, 1000, 64000};
	struct impair *im = impair_new(64, uk_alloc_get_default());
	uint8_t bytes[60] = {0};
	struct uk_netbuf nb = {.data = bytes, .len = sizeof(bytes)};
	struct stats s = {0};
	uint64_t at = now;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
		const struct impair_how link = {.rate_bps = rates[i],
						.queue = 1};
		const uint64_t ns = 64 * 8 * S / rates[i];

		impair_set(im, &link);
		assert_false(impair_take(im, &nb, nb.len, true, at, &s));
		assert_int_equal(impair_due(im, at + ns - 1), 0);
		assert_int_equal(impair_due(im, at + ns), nb.len);
		impair_give(im, bytes);
		at += ns;
	}
	impair_delete(im, uk_alloc_get_default());
}

/* Frames of all sizes, jumbo ones of several buffers among them. */
static void frames_come_through_whole(void **state)
{
	static const unsigned sizes[] = {64,  92,   93,   212,
					 213, 1518, 2100, 9018};
	const struct impair_how link = {.delay_ns = 50 * US,
					.duplicate = 10 * PERCENT};
	(void)state;

	teardown(NULL);
	open_ports(9000, 9000);
	set_link(&link);
	forward(1, 2, MODE_IMPAIR);
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		send(100, 100000, sizes[i], MS);
		assert_int_equal(seen[2].len, sizes[i] - ETH_FCS_LEN);
		assert_memory_equal(seen[2].last, seen[0].last, seen[2].len);
		pktgen_stop(&pg, 1);
		run_for(MS);
	}
	assert_int_equal(stats(1)->impair_queue_full, 0);
	check_buffers();
}

/* What there is no memory for is counted; all of it comes back. */
static void memory_is_bounded(void **state)
{
	const struct impair_how link = {.delay_ns = 200 * MS};
	uint64_t lost;
	(void)state;

	set_link(&link);
	forward(1, 2, MODE_IMPAIR);
	for (int k = 0; k < 2; k++) {
		send(150000, 1500000, 64, 10 * US);
		assert_int_equal(forward_held(worker(1)),
				 pktgen_impair_room(&pg, 1));
		lost = stats(1)->impair_queue_full;
		assert_true(lost > 0);
		run_for(250 * MS);
		assert_int_equal(forward_held(worker(1)), 0);
		assert_int_equal(stats(1)->impair_queue_full, lost);
		check_balance(1);
	}
	check_buffers();
}

/* What is under way arrives after `stop`, and is counted where it cannot. */
static void a_stop_waits_for_what_is_under_way(void **state)
{
	const struct impair_how link = {.delay_ns = 20 * MS};
	(void)state;

	set_link(&link);
	forward(1, 2, MODE_IMPAIR);
	send(1000, 1000000, 64, 10 * US);
	assert_int_equal(forward_held(worker(1)), 1000);
	pktgen_stop(&pg, 2);
	run_for(10 * MS);
	assert_int_equal(worker(1)->state, WORKER_DRAINING);
	run_for(50 * MS);
	assert_int_equal(worker(1)->state, WORKER_IDLE);
	assert_int_equal(stats(1)->forward_packets, 1000);
	send(1000, 1000000, 64, 10 * US);
	forward(1, 2, 0);
	assert_int_equal(stats(1)->forward_stopped, 1000);
	check_balance(1);
	run_for(MS);
	check_buffers();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Those of the link are under way all the time, and none of its. */
static void a_run_ends_beside_a_link(void **state)
{
	const struct impair_how link = {.delay_ns = 50 * US};
	struct stream s = *pktgen_stream(&pg, 0, 0);
	uint64_t from;
	(void)state;

	host_netdev_faults(dev[2])->hold = 4;
	s.rate = (struct rate){RATE_PPS, 100000ull * 1000000};
	set_stream(0, &s);
	pktgen_set_mode(&pg, 1, MODE_TX, now);
	pktgen_set_mode(&pg, 4, MODE_TX, now);
	set_link(&link);
	forward(1, 2, MODE_IMPAIR);
	pktgen_start(&pg, 3, now);
	run_for(10 * MS);
	count(2, 100);
	from = now;
	while (worker(2)->state != WORKER_IDLE && now < from + S)
		run_for(10 * US);
	assert_true(now < from + 100 * MS);
	assert_int_equal(worker(2)->done.in_flight, 0);
	assert_true(stats(1)->forward_packets > 0);
	host_netdev_faults(dev[2])->hold = 0;
	pktgen_stop(&pg, 7);
	run_for(100 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_link_that_does_nothing_passes_all),
		TEST(counts_are_what_is_measured),
		TEST(a_seed_repeats_itself),
		TEST(delays_are_within_a_microsecond),
		TEST(a_rate_spaces_frames_and_fills_the_queue),
		TEST(a_rate_is_as_low_as_it_is_set),
		TEST(frames_come_through_whole),
		TEST(memory_is_bounded),
		TEST(a_stop_waits_for_what_is_under_way),
		TEST(a_run_ends_beside_a_link),
	};

	return cmocka_run_group_tests_name("impair", tests, NULL, NULL);
}
