// SPDX-License-Identifier: BSD-3-Clause
/*
 * Densities against the procedures of RFC 5236 sections 4 and 5, written out
 * here on all numbers at once. A number as argument is how many sequences
 * there are.
 */
#include "measure/density.h"

#include <stdlib.h>
#include <string.h>

#include "measure/order.h"
#include "tests/unit/unit.h"

#define MANY 3000
#define DT DENSITY_MAX

static uint64_t seed = 1, came[MANY], once[MANY];
static unsigned nb_came, nb_once, turns = 2000;
static uint8_t missing[1 << 17];

static unsigned any(unsigned below)
{
	return (unsigned)(unit_random(&seed) % below);
}

/* ---- By the RFC ---------------------------------------------------------- */

/* Numbers that are in a set, and those of a window in their order. */
static bool in_buffer[2 * MANY];
static unsigned window[DT + 1], nb_window, arrival;

/* No copy is in the sequence. */
static void take_once(void)
{
	static bool seen[2 * MANY];

	memset(seen, 0, sizeof(seen));
	nb_once = 0;
	for (unsigned i = 0; i < nb_came; i++)
		if (!seen[came[i]]) {
			seen[came[i]] = true;
			once[nb_once++] = came[i];
		}
}

static bool in_window(unsigned number)
{
	for (unsigned i = 0; i < nb_window; i++)
		if (window[i] == number)
			return true;
	return false;
}

static void next_arrival(unsigned ri)
{
	while (arrival < nb_once) {
		const unsigned s = (unsigned)once[arrival++];

		if (s < ri || in_buffer[s] || in_window(s))
			continue;
		window[nb_window++] = s;
		return;
	}
}

static unsigned minimum(void)
{
	unsigned m = UINT32_MAX;

	for (unsigned i = 0; i < nb_window; i++)
		m = window[i] < m ? window[i] : m;
	for (unsigned i = 0; i < 2 * MANY; i++)
		if (in_buffer[i])
			return i < m ? i : m;
	return m;
}

static void define_displaced(uint64_t fd[2 * DT + 1])
{
	unsigned ri = 0;

	memset(in_buffer, 0, sizeof(in_buffer));
	arrival = nb_window = 0;
	while (nb_window < DT + 1 && arrival < nb_once)
		next_arrival(0);
	while (nb_window) {
		int d;
		unsigned s;

		if (!in_window(ri) && !in_buffer[ri]) {
			const unsigned m = minimum();

			ri = ri < m ? m : ri + 1;
			continue;
		}
		s = window[0];
		memmove(window, window + 1, --nb_window * sizeof(window[0]));
		d = (int)ri - (int)s;
		if (abs(d) <= DT) {
			fd[d + DT]++;
			in_buffer[ri] = false;
			if (d < 0)
				in_buffer[s] = true;
			ri++;
		}
		next_arrival(ri);
	}
}

static void define_occupied(uint64_t fb[DT + 1])
{
	unsigned e = 0, b = 0;

	memset(in_buffer, 0, sizeof(in_buffer));
	for (unsigned i = 0; i < nb_once; i++) {
		const unsigned s = (unsigned)once[i];

		if (in_buffer[s] || s < e)
			continue;
		/* The one that is waited for is lost: those that came go. */
		if (s != e && b == DT)
			while (!in_buffer[e] && e != s)
				e++;
		in_buffer[s] = true;
		for (b++; in_buffer[e]; b--)
			in_buffer[e++] = false;
		fb[b]++;
	}
}

/* ---- Tests --------------------------------------------------------------- */

static struct density_counts look(const struct order *o)
{
	struct density_counts c;

	assert_true(order_look_density(o, &c));
	return c;
}

static void see_all(struct order *o)
{
	order_begin(o, 0, (void *)missing, 1024);
	for (unsigned i = 0; i < nb_came; i++)
		order_see(o, came[i], 1 + i);
}

static void check(void)
{
	struct density_counts be = {0}, is;
	struct order o;

	see_all(&o);
	take_once();
	define_displaced(be.displaced);
	define_occupied(be.occupied);
	is = look(&o);
	assert_memory_equal(&is, &be, sizeof(is));
	/* Looking changes nothing. */
	is = look(&o);
	assert_memory_equal(&is, &be, sizeof(is));
}

#define CAME(...)                                     \
	do {                                          \
		const uint64_t is[] = {__VA_ARGS__};  \
                                                      \
		memcpy(came, is, sizeof(is));         \
		nb_came = sizeof(is) / sizeof(is[0]); \
		check();                              \
	} while (0)

static void by_hand(void **state)
{
	struct density_counts c;
	struct order o;
	(void)state;

	CAME(0, 1, 2, 3);
	/* RFC 5236 section 4: 1, 2, 4, 3 less one. */
	CAME(0, 1, 3, 2, 4);
	see_all(&o);
	c = look(&o);
	assert_int_equal(c.displaced[DT], 3);
	assert_int_equal(c.displaced[DT - 1], 1);
	assert_int_equal(c.displaced[DT + 1], 1);
	assert_int_equal(c.occupied[1], 1);
	assert_int_equal(c.occupied[0], 4);
	/* Neither loss nor copies displace any. */
	CAME(0, 1, 1, 4, 5, 6, 0);
	see_all(&o);
	c = look(&o);
	assert_int_equal(c.displaced[DT], 5);
	/* Too late is lost. */
	CAME(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 12);
	CAME(30, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
}

/* Loses some, doubles some, moves some by a few or by many. */
static void make(void)
{
	const unsigned n = 1 + any(300), lost = any(3) ? 0 : any(300);
	const unsigned moved = any(400), twice = any(2) ? 0 : any(200);
	const unsigned far = 1 + any(30);

	nb_came = 0;
	for (unsigned i = 0; i < n; i++) {
		if (any(1000) >= lost)
			came[nb_came++] = i;
		if (any(1000) < twice)
			came[nb_came++] = any(i + 1);
	}
	for (unsigned i = 0; i < nb_came; i++) {
		const unsigned to = i + any(far);
		const uint64_t is = came[i];

		if (any(1000) >= moved || to >= nb_came)
			continue;
		memmove(came + i, came + i + 1, (to - i) * sizeof(is));
		came[to] = is;
	}
}

static void any_order_is_told_by_the_procedures(void **state)
{
	(void)state;
	for (unsigned i = 0; i < turns; i++) {
		make();
		check();
	}
}

/* What follows in order is counted at once, whatever there was before. */
static void runs_are_as_their_frames(void **state)
{
	(void)state;
	for (unsigned i = 0; i < turns; i++) {
		struct density one = {0}, all = {0};
		uint64_t next;

		make();
		density_begin(&one, 0);
		density_begin(&all, 0);
		for (unsigned k = 0; k < nb_came; k++) {
			density_see(&one, came[k], 1);
			density_see(&all, came[k], 1);
		}
		next = 1000 + any(3);
		density_see(&all, next, 500);
		for (unsigned k = 0; k < 500; k++)
			density_see(&one, next + k, 1);
		density_end(&all);
		density_end(&one);
		assert_memory_equal(&one.counts, &all.counts,
				    sizeof(one.counts));
	}
}

static void a_short_window_has_none(void **state)
{
	struct density_counts c;
	struct order o;
	(void)state;

	order_begin(&o, 0, (void *)missing, 512);
	order_see(&o, 5, 1);
	assert_false(order_look_density(&o, &c));
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(any_order_is_told_by_the_procedures),
		cmocka_unit_test(runs_are_as_their_frames),
		cmocka_unit_test(a_short_window_has_none),
	};

	if (argc > 1)
		turns = (unsigned)strtoul(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
