// SPDX-License-Identifier: BSD-3-Clause
/* Order of frames, against its definitions word by word. */
#include "measure/order.h"

#include <string.h>

#include "tests/unit/unit.h"

#define MANY 4000

static uint32_t room[ORDER_WINDOW_MAX + sizeof(struct density) / 4];
static struct order o;
static uint64_t seed = 1;

static unsigned any(unsigned below)
{
	return (unsigned)(unit_random(&seed) % below);
}

/* When the i-th frame comes. */
static uint64_t time_of(unsigned i)
{
	return 1000 + 1000ull * i + i * 7919u % 997;
}

static struct order_counts see(uint32_t window, uint64_t base,
			       const uint64_t *number, unsigned n)
{
	struct order_counts c;

	order_begin(&o, base, room, window);
	for (unsigned i = 0; i < n; i++)
		order_see(&o, number[i], time_of(i));
	order_look(&o, 0, &c);
	return c;
}

#define SEE(...)                                    \
	see(64, 0, (const uint64_t[]){__VA_ARGS__}, \
	    sizeof((const uint64_t[]){__VA_ARGS__}) / 8)

/* ---- By the definitions -------------------------------------------------- */

/* All that came, each once, in their order, and gaps that they made. */
static uint64_t came[MANY];
static unsigned nb_came;
static struct order_gap gaps[MANY];
static unsigned nb_gaps;

static bool has_come(uint64_t number)
{
	for (unsigned i = 0; i < nb_came; i++)
		if (came[i] == number)
			return true;
	return false;
}

static void define_reordered(struct order_counts *c, uint64_t number)
{
	unsigned first = 0, n = 0;

	while (came[first] < number)
		first++;
	c->reordered++;
	c->extent_sum += nb_came - first;
	c->extent_max = MAX(c->extent_max, (uint64_t)(nb_came - first));
	while (n < nb_came && n < ORDER_N_MAX && came[nb_came - n - 1] > number)
		n++;
	if (n)
		c->n_reordered[n - 1]++;
}

static void define_outage(struct order_counts *c)
{
	for (unsigned i = 0; i < nb_gaps; i++)
		for (uint64_t n = gaps[i].first; n < gaps[i].end; n++)
			if (!has_come(n)) {
				c->outage_ns = MAX(c->outage_ns, gaps[i].ns);
				break;
			}
}

static struct order_counts define(uint32_t window, uint64_t base,
				  const uint64_t *number, unsigned n)
{
	struct order_counts c = {.frames = n};
	uint64_t next = base, run = 0, last_ns = 0;

	nb_came = nb_gaps = 0;
	for (unsigned i = 0; i < n; i++) {
		const uint64_t is = number[i];

		if (is < base) {
			c.old++;
			c.frames--;
			continue;
		}
		if (is < next && next - is > window) {
			c.late++;
			continue;
		}
		if (has_come(is)) {
			c.duplicate++;
			continue;
		}
		if (is < next)
			define_reordered(&c, is);
		if (is > next)
			gaps[nb_gaps++] = (struct order_gap){
				next, is, 0,
				last_ns ? time_of(i) - last_ns : 0};
		last_ns = time_of(i);
		came[nb_came++] = is;
		next = MAX(next, is + 1);
	}
	for (uint64_t i = base; i < next; i++) {
		if (!has_come(i)) {
			c.lost++;
			run++;
			continue;
		}
		c.episodes += run > 0;
		c.longest = MAX(c.longest, run);
		run = 0;
	}
	c.unique = nb_came;
	define_outage(&c);
	return c;
}

/* ---- Tests --------------------------------------------------------------- */

/* Those that others count wrongly. */
static void a_swap_is_no_loss(void **state)
{
	const struct order_counts c = SEE(0, 1, 2, 4, 3, 5);

	(void)state;
	assert_int_equal(c.lost, 0);
	assert_int_equal(c.reordered, 1);
	assert_int_equal(c.extent_max, 1);
	assert_int_equal(c.n_reordered[0], 1);
	assert_int_equal(c.duplicate, 0);
	assert_int_equal(c.episodes, 0);
}

static void one_that_comes_again_is_a_duplicate(void **state)
{
	struct order_counts c = SEE(0, 1, 1);

	(void)state;
	assert_int_equal(c.duplicate, 1);
	assert_int_equal(c.lost, 0);
	assert_int_equal(c.reordered, 0);
	/* Also where it was late first. */
	c = SEE(0, 2, 1, 1, 2);
	assert_int_equal(c.duplicate, 2);
	assert_int_equal(c.reordered, 1);
	assert_int_equal(c.frames, 5);
}

static void what_is_passed_over_is_lost_until_it_comes(void **state)
{
	static const uint64_t first[] = {10, 15, 11};
	struct order_counts c = see(64, 10, first, 3);

	(void)state;
	assert_int_equal(c.lost, 3);
	assert_int_equal(c.reordered, 1);
	assert_int_equal(c.episodes, 1);
	assert_int_equal(c.longest, 3);
	/* From 0 on, ten more have not come. */
	c = see(64, 0, first, 3);
	assert_int_equal(c.lost, 13);
	assert_int_equal(c.episodes, 2);
	assert_int_equal(c.longest, 10);
}

static void one_that_is_too_late_stays_lost_once(void **state)
{
	struct order_counts c;

	(void)state;
	order_begin(&o, 0, room, ORDER_WINDOW_MAX);
	for (uint64_t i = 0; i < 80000; i++)
		if (i != 5)
			order_see(&o, i, 1);
	order_look(&o, 0, &c);
	assert_int_equal(c.lost, 1);
	order_see(&o, 5, 1);
	order_look(&o, 0, &c);
	assert_int_equal(c.lost, 1);
	assert_int_equal(c.late, 1);
	assert_int_equal(c.reordered, 0);
	/* The last that is not too late. */
	order_see(&o, 80000, 1);
	order_see(&o, 80000 + ORDER_WINDOW_MAX, 1);
	order_see(&o, 80001, 1);
	order_look(&o, 0, &c);
	assert_int_equal(c.late, 1);
	assert_int_equal(c.reordered, 1);
	assert_int_equal(c.lost, 1 + ORDER_WINDOW_MAX - 2);
}

static void a_long_silence_is_one_episode(void **state)
{
	struct order_counts c;

	(void)state;
	order_begin(&o, 0, room, 64);
	order_see(&o, 0, 1);
	order_see(&o, 1ull << 39, 1);
	order_look(&o, 0, &c);
	assert_true(c.lost == (1ull << 39) - 1);
	assert_int_equal(c.episodes, 1);
	assert_true(c.longest == c.lost);
}

static void one_of_ten_million_is_seen(void **state)
{
	struct order_counts c;

	(void)state;
	order_begin(&o, 0, room, 64);
	for (uint64_t i = 0; i < 10000000; i++)
		if (i != 123456)
			order_see(&o, i, 1);
	order_look(&o, 0, &c);
	assert_int_equal(c.lost, 1);
	assert_int_equal(c.episodes, 1);
	assert_int_equal(c.longest, 1);
}

/* Loss, bursts of it, copies and delay, each more or less. */
static unsigned make(uint64_t *to, uint64_t base)
{
	const unsigned n = 1 + any(300);
	const unsigned loss = any(4) ? any(30) : 0,
		       copies = any(3) ? any(30) : 0;
	const unsigned moved = any(3) ? any(60) : 0, far = 1 + any(200);
	unsigned nb = 0;

	for (unsigned i = 0; i < n; i++) {
		if (any(100) < loss)
			i += any(3) ? 0 : any(100);
		to[nb++] = base + i;
		if (any(100) < copies)
			to[nb++] = base + i;
	}
	for (unsigned i = 0; i < nb; i++) {
		const unsigned with = i + any(far);
		const uint64_t was = to[i];

		if (any(100) >= moved || with >= nb)
			continue;
		to[i] = to[with];
		to[with] = was;
	}
	return nb;
}

static void all_figures_are_as_defined(void **state)
{
	static uint64_t number[MANY];
	unsigned nb_unknown = 0;

	(void)state;
	for (unsigned trial = 0; trial < 3000; trial++) {
		const uint32_t window = 64u << any(3);
		const uint64_t base = any(2) ? any(1000) : 0;
		const unsigned n = make(number, base + any(2) * any(200));
		const struct order_counts is = see(window, base, number, n);
		struct order_counts be = define(window, base, number, n);

		/* Of many gaps the longest may all be filled in the end. */
		if (nb_gaps > ORDER_GAPS && is.outage_ns < be.outage_ns) {
			be.outage_ns = is.outage_ns;
			nb_unknown++;
		}
		if (memcmp(&is, &be, sizeof(is)) != 0)
			print_error("trial %u, window %u, %u frames\n", trial,
				    window, n);
		assert_memory_equal(&is, &be, sizeof(is));
	}
	assert_true(nb_unknown < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_swap_is_no_loss),
		cmocka_unit_test(one_that_comes_again_is_a_duplicate),
		cmocka_unit_test(what_is_passed_over_is_lost_until_it_comes),
		cmocka_unit_test(one_that_is_too_late_stays_lost_once),
		cmocka_unit_test(a_long_silence_is_one_episode),
		cmocka_unit_test(one_of_ten_million_is_seen),
		cmocka_unit_test(all_figures_are_as_defined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
