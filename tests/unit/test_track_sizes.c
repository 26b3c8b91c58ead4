// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is told by the size of frames: loss, as what was sent of each size is
 * known, and times with their quantiles. A number as argument is how many
 * random wires there are.
 */
#include "track_rig.h"

static uint64_t sent_of[STREAM_SIZE_MAX + 1], came_of[STREAM_SIZE_MAX + 1];
static unsigned drop_above;

static void send_some(void *arg, const void *data, size_t len)
{
	(void)arg;
	sent_of[len + 4]++;
	if (len + 4 > drop_above)
		return;
	came_of[len + 4]++;
	assert_true(host_netdev_receive(dev[1], data, len));
}

static void set_sizes(const char *sizes)
{
	struct stream s = *pktgen_stream(&pg, 0, 0);
	struct pktgen_fault fault;

	take_sizes(&s, sizes);
	s.rate = (struct rate){RATE_PPS, 100000ull * 1000000};
	s.sign = true;
	assert_int_equal(pktgen_try_stream(&pg, 0, 0, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, 0, &s, now);
}

static void begin_sizes(unsigned above)
{
	host_netdev_tap(dev[0], NULL, NULL);
	host_netdev_wire(dev[0], send_some, NULL);
	memset(sent_of, 0, sizeof(sent_of));
	memset(came_of, 0, sizeof(came_of));
	drop_above = above;
	nb_way = 0;
}

/* All sizes, in their order; returns what of all is lost in 1/100 percent. */
static unsigned check_sizes(void)
{
	struct pktgen_track_sum sum;
	uint64_t size = 0, lost = 0, all = 0;
	unsigned n = 0, is = 0;

	pktgen_track_sum(&pg, 1, &sum);
	for (unsigned i = 0; i <= STREAM_SIZE_MAX; i++)
		n += sent_of[i] > 0;
	for (; pktgen_track_next(&pg, 1, !is, &size); is++) {
		struct pktgen_tracked t;

		pktgen_track_look(&pg, 1, size, &t);
		assert_true(t.has_sent && t.has_lost);
		assert_int_equal(t.sent, sent_of[size]);
		assert_int_equal(t.row.frames, came_of[size]);
		assert_int_equal(t.lost, sent_of[size] - came_of[size]);
		lost += t.lost;
		all += t.sent;
	}
	assert_int_equal(is, n);
	return (unsigned)((lost * 10000 + all / 2) / all);
}

static void a_mix_that_loses_its_longest_loses_a_twelfth(void **state)
{
	struct pktgen_tracked t;
	(void)state;

	begin_sizes(1400);
	set_sizes("imix");
	track("size");
	run(12000);
	assert_int_equal(check_sizes(), 833);
	pktgen_track_look(&pg, 1, 64, &t);
	assert_int_equal(t.lost, 0);
	pktgen_track_look(&pg, 1, 594, &t);
	assert_int_equal(t.lost, 0);
	pktgen_track_look(&pg, 1, 1518, &t);
	assert_int_equal(t.lost, 1000);
	assert_int_equal(t.row.frames, 0);
}

/* Whatever the sizes, over several runs, and where they change on the way. */
static void what_was_sent_of_each_size_is_known(void **state)
{
	static const char *const some[] = {
		"imix",
		"64",
		"100,200,300",
		"1518-1400 step 7",
		"90:58.67,92:2,594:23.66,1418:15.67",
		"imix abba",
	};
	const struct flow_limit limit = {FLOW_NO_LIMIT, FLOW_NO_LIMIT};
	(void)state;

	for (unsigned i = 0; i < turns / 3; i++) {
		if (i) {
			teardown(NULL);
			setup(NULL);
		}
		begin_sizes((unsigned)(unit_random(&seed) % 1600));
		/* Where none comes nobody knows where they go. */
		drop_above = MAX(drop_above, 300);
		set_sizes("100");
		track("size");
		for (unsigned k = 0; k < 3; k++) {
			set_sizes(some[unit_random(&seed) % 6]);
			run(1 + (unsigned)(unit_random(&seed) % 5000));
		}
		run(1);
		pktgen_start_limited(&pg, 1, &limit, now);
		for (unsigned k = 0; k < 3; k++) {
			set_sizes(some[unit_random(&seed) % 6]);
			run_until(now + unit_random(&seed) % (30 * MS),
				  10 * US);
		}
		set_sizes("100");
		run_until(now + MS, 10 * US);
		pktgen_stop(&pg, 1);
		drain();
		check_sizes();
	}
}

static void of_sizes_at_random_it_is_not_known(void **state)
{
	struct pktgen_track_sum sum;
	struct pktgen_tracked t;
	uint64_t size = 0;
	(void)state;

	begin_sizes(1600);
	set_sizes("random 64-1518");
	track("size");
	run(10);
	pktgen_track_sum(&pg, 1, &sum);
	assert_true(pktgen_track_next(&pg, 1, true, &size));
	pktgen_track_look(&pg, 1, size, &t);
	assert_false(t.has_sent || t.has_lost);
}

/* ---- Times --------------------------------------------------------------- */

#define TIMES_MAX 4000

static uint64_t took[256][TIMES_MAX];
static unsigned nb_took[256];
static uint64_t bins[LATENCY_BUCKETS];

static void count_by_size(const struct on_way *w)
{
	const unsigned size = w->len + 4u;

	assert_true(size < 256 && nb_took[size] < TIMES_MAX);
	took[size][nb_took[size]++] = now - w->sent_ns;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Known where 10 frames lie beyond, never too low, and 1/128 too high. */
static void check_quantile(const struct pktgen_tracked *t, unsigned size,
			   unsigned millionths)
{
	const struct latency l = {
		.frames = t->row.frames - t->row.untimed,
		.max_ns = t->row.max_ns,
		.count = bins,
	};
	const uint64_t n = nb_took[size];
	const bool known = n * (1000000 - millionths) >= 10000000ull;
	uint64_t ns, be;

	assert_int_equal(latency_quantile_ns(&l, millionths, &ns), known);
	if (!known)
		return;
	be = took[size][(n * millionths + 999999) / 1000000 - 1];
	assert_in_range(ns, be, be + be / 128);
}

/* Whatever the sizes are, each has quantiles of its own. */
static void each_size_has_its_times(void **state)
{
	static const char *const some[] = {"64:7,100:4,200", "64", "80-90"};
	struct pktgen_tracked t;
	(void)state;

	for (unsigned i = 0; i < turns / 3; i++) {
		if (i) {
			teardown(NULL);
			setup(NULL);
		}
		begin_sizes(0);
		host_netdev_wire(dev[0], send, NULL);
		count = count_by_size;
		memset(nb_took, 0, sizeof(nb_took));
		lose = twice = 0;
		late = (unsigned)(unit_random(&seed) % 50);
		set_sizes(some[i % 3]);
		track("size");
		run(1 + (unsigned)(unit_random(&seed) % 3000));
		for (unsigned size = 64; size < 256; size++) {
			if (!nb_took[size])
				continue;
			qsort(took[size], nb_took[size], sizeof(took[0][0]),
			      compare);
			pktgen_track_look(&pg, 1, size, &t);
			assert_int_equal(t.row.frames, nb_took[size]);
			if (!pktgen_track_bins(&pg, 1, size, bins))
				continue;
			check_quantile(&t, size, 500000);
			check_quantile(&t, size, 900000);
			check_quantile(&t, size, 999000);
		}
		assert_true(
			pktgen_track_bins(&pg, 1, i % 3 == 2 ? 90 : 64, bins));
	}
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(a_mix_that_loses_its_longest_loses_a_twelfth),
		TEST(what_was_sent_of_each_size_is_known),
		TEST(of_sizes_at_random_it_is_not_known),
		TEST(each_size_has_its_times),
	};

	if (argc > 1)
		turns = (unsigned)strtoul(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
