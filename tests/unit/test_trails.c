/* SPDX-License-Identifier: BSD-3-Clause */
/* The numbers that a trail takes, and the memory that trails share. */
#include "many_rig.h"
#include "measure/signature.h"

static struct trails ts;

static void see(struct trail *t, uint64_t number)
{
	trail_see_one(t, signature_stamp_at(signature_stamp(0, t->run), 5),
		      number & SIGNATURE_SEQ_MASK, 7);
}

static void no_number_is_too_large(void **state)
{
	static const unsigned bits[] = {32, 40, 41};
	struct order_counts c;

	(void)state;
	assert_int_equal(trails_open(&ts, 1, uk_alloc_get_default()), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		const uint64_t wraps = 1ull << bits[i];
		struct trail *t = trail_new(&ts, 0, 1, wraps - 1000);

		for (uint64_t n = wraps - 1000; n < wraps + 1000; n++)
			if (n != wraps - 1 && n != wraps)
				see(t, n);
		see(t, wraps);
		see(t, wraps - 1001);
		trail_look(t, 0, &c);
		assert_int_equal(c.unique, 1999);
		assert_int_equal(c.lost, 1);
		assert_int_equal(c.reordered, 1);
		assert_int_equal(c.old, 1);
		trail_free(&ts, t);
	}
	trails_close(&ts);
}

static __ssz small(struct uk_alloc *a)
{
	(void)a;
	return 1 << 20;
}

/* As streams are added windows shrink, and nothing of them is forgotten. */
static void windows_shrink_with_streams(void **state)
{
	enum { MANY = 700 };
	static struct trail *t[MANY];
	struct uk_alloc a = heap;
	struct order_counts c;
	unsigned nb = 0;

	(void)state;
	a.availmem = small;
	memory = UINT64_MAX;
	assert_int_equal(trails_open(&ts, 1, &a), 0);
	for (; nb < MANY; nb++) {
		t[nb] = trail_new(&ts, 0, 1, 0);
		assert_non_null(t[nb]);
		for (unsigned n = 0; n < 40; n++)
			if (n != 10 && n != 20)
				see(t[nb], n);
		assert_true(!t[nb]->ordered ||
			    nb * trail_window(t[0]) * 4ul <= ts.room);
		if (!t[nb]->ordered)
			break;
		see(t[nb], 20);
	}
	assert_int_equal(trail_window(t[0]), ORDER_WINDOW_MIN);
	assert_true(nb >= (1 << 17) / 4 / ORDER_WINDOW_MIN);
	for (unsigned i = 0; i < nb; i++) {
		trail_look(t[i], 0, &c);
		assert_int_equal(c.lost, 1);
		assert_int_equal(c.reordered, 1);
		assert_int_equal(c.unique, 39);
		see(t[i], 10);
		trail_look(t[i], 0, &c);
		assert_int_equal(c.lost, 0);
	}
	for (unsigned i = 0; i <= nb; i++)
		trail_free(&ts, t[i]);
	/* With few of them they are long again. */
	t[0] = trail_new(&ts, 0, 1, 0);
	assert_int_equal(trail_window(t[0]), 1 << 15);
	trail_free(&ts, t[0]);
	trails_close(&ts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_number_is_too_large),
		cmocka_unit_test(windows_shrink_with_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
