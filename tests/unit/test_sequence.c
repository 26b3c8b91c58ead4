/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "any_value.h"
#include "any_vary.h"
#include "pktgen/sequence.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A sequence of its words, and all that it needs. */
struct made {
	struct vary v;
	struct sequence q;
	struct sequence_state s;
	void *aux;
};

static void make_of(struct made *m, const struct any_vary *a, uint64_t seed,
		    uint64_t outer_every)
{
	struct vary_pool pool = {0};
	char why[VARY_WHY_MAX];
	unsigned fault;

	if (vary_take(a->word, a->nb, a->type, a->bits, NULL, &pool, &m->v,
		      &fault, why))
		fail_msg("%s", why);
	m->aux = malloc(sequence_room(&m->v));
	sequence_make(&m->q, &m->v, &pool, a->bits, seed, outer_every, m->aux);
	sequence_seek(&m->q, &m->s, 0);
	memset(&pool, 0xff, sizeof(pool));
}

/* A number of 32 bits, or an IPv4 prefix. */
static void make(struct made *m, const char *line, uint64_t seed,
		 uint64_t outer_every)
{
	struct any_vary a;

	any_vary_line(&a, strchr(line, '/') ? VARY_IPV4 : VARY_NUMBER, 32,
		      line);
	make_of(m, &a, seed, outer_every);
}

static uint64_t next(struct made *m)
{
	return sequence_next(&m->q, &m->s);
}

static void are_as_they_say(void **state)
{
	static const struct {
		const char *line;
		uint64_t values[8];
	} t[] = {
		{"7", {7, 7, 7, 7, 7, 7, 7, 7}},
		{"1000-1003 step 3", {1000, 1003, 1000, 1003, 1000, 1003}},
		{"1000-1003", {1000, 1001, 1002, 1003, 1000, 1001, 1002, 1003}},
		{"1-3 down", {3, 2, 1, 3, 2, 1, 3, 2}},
		{"1-2 every 3", {1, 1, 1, 2, 2, 2, 1, 1}},
		{"1-9 step 4 down", {9, 5, 1, 9, 5, 1, 9, 5}},
		{"list 9,5,9,1", {9, 5, 9, 1, 9, 5, 9, 1}},
		{"list 9,5,1 down every 2", {1, 1, 5, 5, 9, 9, 1, 1}},
		{"10.1.0.2/30",
		 {0xa010002, 0xa010003, 0xa010000, 0xa010001, 0xa010002,
		  0xa010003, 0xa010000, 0xa010001}},
		{"10.1.0.2/30 down",
		 {0xa010001, 0xa010000, 0xa010003, 0xa010002, 0xa010001,
		  0xa010000, 0xa010003, 0xa010002}},
		{"10.1.0.2/30 step 2",
		 {0xa010002, 0xa010000, 0xa010002, 0xa010000, 0xa010002,
		  0xa010000, 0xa010002, 0xa010000}},
		{"0.0.0.0/0 down",
		 {0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffffc, 0xfffffffb,
		  0xfffffffa, 0xfffffff9, 0xfffffff8}},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct made m;

		make(&m, t[i].line, 1, 1);
		for (unsigned n = 0; n < 8 && t[i].values[n]; n++)
			assert_int_equal(next(&m), t[i].values[n]);
		free(m.aux);
	}
}

/* The same bytes on any machine, in any version: runs can be repeated. */
static void a_seed_stays_the_same(void **state)
{
	static const struct {
		const char *line;
		uint64_t values[4];
	} t[] = {
		{"random", {3825543409, 997551719, 1272074406, 957166720}},
		{"random 10.0.0.0/8",
		 {168110321, 175468135, 181555366, 168637568}},
		{"random 0-9999", {4189, 7975, 2949, 2929}},
		{"random mask 0xf0f0", {8432, 24672, 20640, 12416}},
		{"random list 3,7,20,21", {7, 21, 7, 7}},
		{"0-9999 shuffled", {9084, 6621, 8680, 2426}},
		{"10.0.0.0/8 shuffled",
		 {168300997, 181728498, 178565173, 177822265}},
		{"0-1000000 zipf 1.0", {28, 398725, 76527, 176172}},
		{"list 3,7,20,21 zipf 0.5 every 7", {3, 21, 3, 21}},
		{"0.0.0.0/0 zipf 1.25", {31, 13, 3, 6}},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct made m;

		make(&m, t[i].line, 42, 1);
		for (unsigned n = 0; n < 4; n++) {
			const uint64_t value = sequence_at(&m.q, 1000 * n);

			if (value != t[i].values[n])
				fail_msg("%s, frame %u: %" PRIu64, t[i].line,
					 1000 * n, value);
		}
		free(m.aux);
	}
}

/* Frame N is what it is, however one comes there. */
static void next_is_at(void **state)
{
	uint64_t seed = 5;
	(void)state;

	for (unsigned round = 0; round < 4000; round++) {
		const uint64_t any_seed = any_below(&seed, 9);
		uint64_t outer = 1 + any_below(&seed, 4), n;
		struct any_vary a;
		struct made m;

		any_vary(&a, &seed);
		if (any_below(&seed, 20) == 0)
			outer = unit_random(&seed);
		make_of(&m, &a, any_seed, outer);
		for (unsigned seeks = 0; seeks < 3; seeks++) {
			n = unit_random(&seed) >> any_below(&seed, 64);
			/* Where the cycle ends, too. */
			if (seeks && m.v.count && m.v.count < UINT32_MAX)
				n = m.v.count * m.q.every * (11 + n % 9) - 10;
			/* No run has as many frames as to begin again. */
			n = n > UINT64_MAX - 40 ? n - 40 : n;
			sequence_seek(&m.q, &m.s, n);
			for (unsigned i = 0; i < 40; i++, n++)
				if (next(&m) != sequence_at(&m.q, n))
					fail_msg("frame %" PRIu64 " of '%s'", n,
						 a.word[0]);
		}
		free(m.aux);
	}
}

/* Nothing comes that the words do not name. */
static void stay_within(void **state)
{
	uint64_t seed = 6;
	(void)state;

	for (unsigned round = 0; round < 4000; round++) {
		struct any_vary a;
		struct made m;
		uint64_t mask;

		any_vary(&a, &seed);
		make_of(&m, &a, round, 1);
		mask = m.v.masked      ? m.v.step
		       : m.v.host_bits ? UINT64_MAX >> (64 - m.v.host_bits)
				       : UINT64_MAX;
		for (unsigned i = 0; i < 40 && !m.v.listed; i++) {
			const uint64_t v = next(&m), low = vary_low(&m.v);
			const uint64_t from = (v - low) & mask;

			assert_int_equal(v & ~mask, low & ~mask);
			if (m.v.masked)
				continue;
			assert_int_equal(from % m.v.step, 0);
			assert_true(!m.v.count || from / m.v.step < m.v.count);
		}
		free(m.aux);
	}
}

static void nest_like_an_odometer(void **state)
{
	static const char *const fields[] = {"1-254", "10.0.0.0/28 down",
					     "list 7,5,3"};
	static uint8_t seen[254 * 16 * 3];
	struct made m[3];
	uint64_t cycle = 1;
	(void)state;

	for (unsigned i = 0; i < 3; i++) {
		make(&m[i], fields[i], 3, cycle);
		cycle *= vary_cycle(&m[i].v);
	}
	assert_int_equal(cycle, sizeof(seen));
	for (unsigned round = 0; round < 2; round++) {
		memset(seen, 0, sizeof(seen));
		for (uint64_t n = 0; n < cycle; n++) {
			const uint64_t at = next(&m[0]) - 1 +
					    (next(&m[1]) & 15) * 254 +
					    (next(&m[2]) - 3) / 2 * 254 * 16;

			assert_true(at < sizeof(seen));
			assert_int_equal(seen[at]++, 0);
		}
	}
	for (unsigned i = 0; i < 3; i++)
		free(m[i].aux);
}

static void nest_two_prefixes(void **state)
{
	struct made src, dst;
	unsigned seen = 0;
	(void)state;

	make(&dst, "10.0.1.0/30", 1, 1);
	make(&src, "10.0.0.0/30 every 1", 1, vary_cycle(&dst.v));
	for (unsigned n = 0; n < 16; n++)
		seen |= 1u << ((next(&src) & 3) << 2 | (next(&dst) & 3));
	assert_int_equal(seen, 0xffff);
	free(src.aux);
	free(dst.aux);
}

/* Marks what comes in a cycle; fails on what comes twice. */
static void take_cycle(struct made *m, uint64_t count, uint8_t *seen,
		       uint32_t *order)
{
	memset(seen, 0, count);
	for (uint64_t n = 0; n < count; n++) {
		order[n] = (uint32_t)next(m);
		assert_true(order[n] < count);
		assert_int_equal(seen[order[n]]++, 0);
	}
}

static unsigned alike(const uint32_t *a, const uint32_t *b, uint64_t count)
{
	unsigned same = 0;

	for (uint64_t n = 0; n < count; n++)
		same += a[n] == b[n];
	return same;
}

#define SHUFFLED_MAX 70000

static void shuffled_has_each_once(void **state)
{
	static const uint64_t large[] = {12192, 65535, 65536, 65537, 70000};
	static uint8_t seen[SHUFFLED_MAX];
	static uint32_t order[4][SHUFFLED_MAX];
	(void)state;

	for (uint64_t i = 2; i < 300 + COUNT(large); i++) {
		const uint64_t count = i < 300 ? i : large[i - 300];
		char line[40];
		struct made m;

		snprintf(line, sizeof(line), "0-%" PRIu64 " shuffled",
			 count - 1);
		for (unsigned j = 0; j < 4; j += 2) {
			make(&m, line, j, 1);
			take_cycle(&m, count, seen, order[j]);
			take_cycle(&m, count, seen, order[j + 1]);
			free(m.aux);
		}
		for (unsigned j = 0; j < 6 && count > 10000; j++) {
			static const uint8_t pairs[6][2] = {
				{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};

			assert_true(alike(order[pairs[j][0]],
					  order[pairs[j][1]],
					  count) < count / 1000);
		}
	}
}

/* Of 256 equally likely ones; 255 +- 4 standard deviations. */
static void assert_even(const unsigned *bins, unsigned draws)
{
	double sum = 0;

	for (unsigned i = 0; i < 256; i++) {
		const double off = bins[i] - draws / 256.;

		sum += off * off / (draws / 256.);
	}
	if (sum < 255 - 4 * 22.6 || sum > 255 + 4 * 22.6)
		fail_msg("chi-square %.1f", sum);
}

/* Bytes of values and of what is between them are as likely each. */
static void no_order_shows(void **state)
{
	static const char *const lines[] = {
		"10.0.0.0/8 random",   "random",
		"0-99999999 random",   "random mask 0xf0f00ff0",
		"10.0.0.0/8 shuffled", "0.0.0.0/0 shuffled",
		"0-99999999 shuffled",
	};
	const unsigned draws = 200000;
	(void)state;

	for (size_t i = 0; i < COUNT(lines); i++) {
		unsigned low[256] = {0}, upper[256] = {0}, step[256] = {0};
		uint64_t last = 0;
		struct made m;

		make(&m, lines[i], 11, 1);
		for (unsigned n = 0; n < draws; n++) {
			const uint64_t v = next(&m) >> (i == 3 ? 4 : 0);

			low[v & 255]++;
			upper[v >> 8 & 255]++;
			step[(v - last) & 255]++;
			last = v;
		}
		assert_even(low, draws);
		if (i != 3)
			assert_even(upper, draws);
		assert_even(step, draws);
		free(m.aux);
	}
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void random_repeats_little(void **state)
{
	static uint64_t drawn[30000];
	unsigned different = 0;
	struct made m;
	(void)state;

	make(&m, "random 10.0.0.0/8", 1, 1);
	for (size_t i = 0; i < COUNT(drawn); i++)
		drawn[i] = next(&m);
	qsort(drawn, COUNT(drawn), sizeof(drawn[0]), by_value);
	for (size_t i = 0; i < COUNT(drawn); i++)
		different += !i || drawn[i] != drawn[i - 1];
	assert_true(different >= 29900);
	free(m.aux);
}

/* The share of the first ranks, by theory. */
static double zipf_share(double first, double all, double exponent)
{
	double sum = 0, part = 0;

	for (double k = 1; k <= all; k++) {
		sum += pow(k, -exponent);
		if (k <= first)
			part = sum;
	}
	return part / sum;
}

static void zipf_has_its_shares(void **state)
{
	static const double exponents[] = {0.5, 1.0, 2.0};
	static const uint64_t sizes[] = {2, 3, 200, 1000, 1000000};
	const unsigned draws = 2000000;
	(void)state;

	for (size_t i = 0; i < COUNT(exponents) * COUNT(sizes); i++) {
		const double exponent = exponents[i % COUNT(exponents)];
		const uint64_t size = sizes[i / COUNT(exponents)];
		unsigned count[4] = {0};
		char line[48];
		struct made m;

		snprintf(line, sizeof(line), "1-%" PRIu64 " zipf %.1f", size,
			 exponent);
		make(&m, line, i, 1);
		for (unsigned n = 0; n < draws; n++) {
			const uint64_t rank = next(&m);

			assert_in_range(rank, 1, size);
			for (unsigned j = 0, most = 1; j < 4; j++, most *= 10)
				count[j] += rank <= most;
		}
		for (unsigned j = 0, most = 1; j < 4 && most < size;
		     j++, most *= 10) {
			const double share =
				zipf_share(most, (double)size, exponent);

			if (fabs(count[j] / (draws * share) - 1) > 0.01)
				fail_msg("%s, rank %u: %u, not %.0f", line,
					 most, count[j], draws * share);
		}
		free(m.aux);
	}
}

/* Of 10 million frames, each rank by itself: what no chance would bring. */
static void zipf_has_the_share_of_each_rank(void **state)
{
	const unsigned draws = 10000000, size = 1000000;
	unsigned count[4] = {0};
	struct made m;
	(void)state;

	make(&m, "1-1000000 zipf 1.0", 3, 1);
	for (unsigned n = 0; n < draws; n++) {
		const uint64_t rank = next(&m);

		for (unsigned j = 0, k = 1; j < 4; j++, k *= 10)
			count[j] += rank == k;
	}
	for (unsigned j = 0, k = 1; j < 4; j++, k *= 10) {
		const double want = draws * zipf_share(1, size, 1) / k;

		if (fabs(count[j] / want - 1) > 0.01)
			fail_msg("rank %u: %u, not %.1f", k, count[j], want);
	}
	free(m.aux);
}

static void zipf_takes_lists_and_down(void **state)
{
	static const char *const lines[] = {"list 9,5,1 zipf 2", "1-9 zipf 2 "
								 "down step 4"};
	(void)state;

	for (unsigned i = 0; i < 2; i++) {
		unsigned count[10] = {0};
		struct made m;

		make(&m, lines[i], 1, 1);
		for (unsigned n = 0; n < 65536; n++)
			count[next(&m)]++;
		/* 36, 9 and 4 of 49. */
		assert_in_range(count[9], 48100, 48200);
		assert_in_range(count[5], 12000, 12080);
		assert_int_equal(count[9] + count[5] + count[1], 65536);
		free(m.aux);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_as_they_say),
		cmocka_unit_test(a_seed_stays_the_same),
		cmocka_unit_test(next_is_at),
		cmocka_unit_test(stay_within),
		cmocka_unit_test(nest_like_an_odometer),
		cmocka_unit_test(nest_two_prefixes),
		cmocka_unit_test(shuffled_has_each_once),
		cmocka_unit_test(no_order_shows),
		cmocka_unit_test(random_repeats_little),
		cmocka_unit_test(zipf_has_its_shares),
		cmocka_unit_test(zipf_has_the_share_of_each_rank),
		cmocka_unit_test(zipf_takes_lists_and_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
