// SPDX-License-Identifier: BSD-3-Clause
/*
 * Densities against the procedures of RFC 5236 sections 7.1 and 7.2, written
 * out here on all numbers at once, which say of the RFC's examples what its
 * tables do. A number as argument is how many sequences there are.
 *
 * In one point its procedures are not followed by the letter: section 7.2 does
 * not keep a frame that comes when the buffer is full and has to wait still.
 * By section 3.8 "the newly arrived packet" is in the buffer, so it is here.
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
static unsigned dt = DT, bt = DT; /* thresholds of the procedures */
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
	while (nb_window < dt + 1 && arrival < nb_once)
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
		if (abs(d) <= (int)dt) {
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
		if (s != e && b == bt)
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

/* ---- Of the RFC itself --------------------------------------------------- */

struct example {
	unsigned dt, bt;
	uint64_t came[9]; /* numbers from 1 on; 0: no more */
	uint64_t fd[5];   /* of displacements from -2 to 2 */
	uint64_t fb[4];   /* of frames in the buffer, from 0 to 3 */
};

static const struct example examples[] = {
	/* Section 8 a: tables 1 to 4. */
	{4, 4, {1, 4, 2, 5, 3, 6, 7, 8}, {1, 1, 4, 1, 1}, {5, 2, 1}},
	/* Section 8 b: tables 5 and 6. */
	{3, 3, {1, 2, 4, 5, 6, 7}, {0, 0, 6}, {3, 1, 1, 1}},
	/* Section 8 c: tables 7 and 8. */
	{2, 2, {1, 3, 2, 3, 4, 5}, {0, 1, 3, 1}, {4, 1}},
	/* Section 3.1: examples 1 and 2. */
	{4, 4, {2, 1, 4, 5, 3}, {0, 3, 0, 1, 1}, {2, 2, 1}},
	{4, 4, {1, 4, 3, 5, 3}, {0, 1, 2, 1}, {1, 1, 1, 1}},
	/* Section 3.3: example 3. */
	{4, 4, {1, 4, 3, 5, 3, 8, 7, 6}, {1, 1, 3, 1, 1}, {0}},
	/* Section 3.8. */
	{4, 4, {1, 2, 4, 5, 3}, {0, 2, 2, 0, 1}, {3, 1, 1}},
	/* Section 4: examples 4 and 5. */
	{4, 4, {1, 2, 3, 5, 4, 6}, {0, 1, 4, 1}, {5, 1}},
	{4, 4, {1, 2, 5, 3, 6, 2}, {1, 0, 3, 0, 1}, {2, 2, 1}},
};

static void take(const struct example *e)
{
	nb_came = 0;
	for (unsigned i = 0; i < 9 && e->came[i]; i++)
		came[nb_came++] = e->came[i] - 1;
}

static void the_procedures_give_its_tables(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(examples); i++) {
		const struct example *const e = &examples[i];
		uint64_t fd[2 * DT + 1] = {0}, fb[DT + 1] = {0};

		take(e);
		take_once();
		dt = e->dt;
		bt = e->bt;
		define_displaced(fd);
		define_occupied(fb);
		dt = bt = DT;
		assert_memory_equal(fd + DT - 2, e->fd, sizeof(e->fd));
		if (e->fb[0])
			assert_memory_equal(fb, e->fb, sizeof(e->fb));
	}
}

/* Its sequences, where thresholds of 8 change nothing. */
static void its_examples_are_told(void **state)
{
	struct order o;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(examples); i++) {
		const struct example *const e = &examples[i];
		struct density_counts c;

		take(e);
		check();
		see_all(&o);
		c = look(&o);
		assert_memory_equal(c.displaced + DT - 2, e->fd, sizeof(e->fd));
		/* Of table 6 the threshold is 3. */
		if (e->fb[0] && e->bt != 3)
			assert_memory_equal(c.occupied, e->fb, sizeof(e->fb));
	}
	/* As table 6, with a buffer of 8: the ninth that is early ends it. */
	CAME(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11);
	see_all(&o);
	assert_int_equal(look(&o).occupied[0], 3);
	for (unsigned i = 1; i <= DT; i++)
		assert_int_equal(look(&o).occupied[i], 1);
	/* Section 6: one from far ahead is discarded, and moves no other. */
	CAME(0, 900, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
	see_all(&o);
	assert_int_equal(look(&o).displaced[DT], 11);
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
		cmocka_unit_test(the_procedures_give_its_tables),
		cmocka_unit_test(its_examples_are_told),
		cmocka_unit_test(any_order_is_told_by_the_procedures),
		cmocka_unit_test(runs_are_as_their_frames),
		cmocka_unit_test(a_short_window_has_none),
	};

	if (argc > 1)
		turns = (unsigned)strtoul(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
