// SPDX-License-Identifier: BSD-3-Clause
/* What `selftest` finds: nothing as things are, and each way to count wrong. */
#include <string.h>

#include "app_rig.h"
#include "pktgen/selftest.h"

#define APPLIANCE 700

static struct selftest *st;
static uint64_t counted[SELFTEST_COUNTS];
static unsigned nb;
static void (*see)(struct selftest *st, const uint8_t *frame, size_t len);

static int begin(void **state)
{
	(void)state;
	nb = 0;
	st = selftest_open(APPLIANCE, uk_alloc_get_default());
	assert_non_null(st);
	see = st->see;
	return 0;
}

static int end(void **state)
{
	(void)state;
	selftest_close(st);
	return 0;
}

static bool is_right(enum selftest_row row)
{
	return selftest_is_right(st, counted, row);
}

static unsigned nb_wrong(void)
{
	unsigned n = 0;

	while (selftest_step(st, 1000))
		;
	selftest_look(st, counted);
	for (unsigned i = 0; i < SELFTEST_COUNTS; i++)
		n += !is_right((enum selftest_row)i);
	return n;
}

/* Each of the things that a wire does was done. */
static void all_is_counted(void **state)
{
	(void)state;
	assert_int_equal(nb_wrong(), 0);
	for (unsigned i = 0; i < SELFTEST_COUNTS; i++)
		assert_int_not_equal(st->told[i], 0);
	assert_int_equal(st->told[SELFTEST_unique] + st->told[SELFTEST_lost],
			 SELFTEST_FRAMES);
	assert_in_range(st->told[SELFTEST_outage_ns], 250 * MS, 260 * MS);
}

/* ---- An analyser that errs by one ---------------------------------------- */

#define ERR_AT 12345

static void see_one_less(struct selftest *t, const uint8_t *frame, size_t len)
{
	if (nb++ != ERR_AT)
		see(t, frame, len);
}

static void see_one_twice(struct selftest *t, const uint8_t *frame, size_t len)
{
	see(t, frame, len);
	if (nb++ == ERR_AT)
		see(t, frame, len);
}

static void see_one_damaged(struct selftest *t, const uint8_t *frame,
			    size_t len)
{
	uint8_t copy[SELFTEST_LEN];

	memcpy(copy, frame, len);
	copy[50] ^= nb++ == ERR_AT;
	see(t, copy, len);
}

static void see_one_late(struct selftest *t, const uint8_t *frame, size_t len)
{
	if (nb++ == ERR_AT)
		arrivals_begin(&t->arrivals, t->now_ns + 300 * MS);
	see(t, frame, len);
}

static uint8_t kept[SELFTEST_LEN];

static void see_two_swapped(struct selftest *t, const uint8_t *frame,
			    size_t len)
{
	if (nb == ERR_AT)
		memcpy(kept, frame, len);
	else
		see(t, frame, len);
	if (nb++ == ERR_AT + 1)
		see(t, kept, sizeof(kept));
}

/* The first that is tracked with DSCP 2 comes with 1. */
static void see_one_remarked(struct selftest *t, const uint8_t *frame,
			     size_t len)
{
	uint8_t copy[SELFTEST_LEN];

	memcpy(copy, frame, len);
	if (!nb && t->tracked && copy[ETH_HLEN + 1] == 2 << 2) {
		copy[ETH_HLEN + 1] = 1 << 2;
		nb++;
	}
	see(t, copy, len);
}

static void an_error_of_one_is_found(void **state)
{
	static const struct {
		void (*see)(struct selftest *t, const uint8_t *f, size_t len);
		enum selftest_row row;
	} wrong[] = {
		{see_one_less, SELFTEST_lost},
		{see_one_twice, SELFTEST_duplicate},
		{see_one_damaged, SELFTEST_bad_checksum},
		{see_one_late, SELFTEST_max_ns},
		{see_two_swapped, SELFTEST_reordered},
		{see_one_remarked, SELFTEST_dscp_1},
		{see_one_remarked, SELFTEST_dscp_2_bytes},
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (i) {
			end(state);
			begin(state);
		}
		st->see = wrong[i].see;
		assert_int_not_equal(nb_wrong(), 0);
		assert_false(is_right(wrong[i].row));
	}
}

/* The wire says one less than it did. */
static void what_is_not_told_is_found(void **state)
{
	(void)state;
	assert_int_equal(nb_wrong(), 0);
	for (unsigned i = 0; i < SELFTEST_COUNTS; i++) {
		st->told[i]--;
		assert_true(i == SELFTEST_p50_ns ||
			    !is_right((enum selftest_row)i));
		st->told[i]++;
	}
	st->told[SELFTEST_p50_ns]--;
	counted[SELFTEST_p50_ns] = 9999;
	assert_true(is_right(SELFTEST_p50_ns));
	counted[SELFTEST_p50_ns] = 9998;
	assert_false(is_right(SELFTEST_p50_ns));
	counted[SELFTEST_p50_ns] = 9999 * 129 / 128 + 1;
	assert_false(is_right(SELFTEST_p50_ns));
}

/* ---- Memory -------------------------------------------------------------- */

/* That there are, and that are still to go well. */
static int nb_allocs, nb_good;

static void *count_calloc(struct uk_alloc *a, __sz n, __sz size)
{
	(void)a;
	if (!nb_good)
		return NULL;
	nb_good--;
	nb_allocs++;
	return uk_calloc(uk_alloc_get_default(), n, size);
}

static void *count_malloc(struct uk_alloc *a, __sz size)
{
	return count_calloc(a, 1, size);
}

static void *count_memalign(struct uk_alloc *a, __sz align, __sz size)
{
	(void)a;
	if (!nb_good)
		return NULL;
	nb_good--;
	nb_allocs++;
	return uk_memalign(uk_alloc_get_default(), align, size);
}

static void count_free(struct uk_alloc *a, void *p)
{
	(void)a;
	nb_allocs -= p != NULL;
	uk_free(uk_alloc_get_default(), p);
}

/* Whatever there is too little for, and once it is over. */
static void all_memory_comes_back(void **state)
{
	struct uk_alloc a = {.malloc = count_malloc,
			     .calloc = count_calloc,
			     .memalign = count_memalign,
			     .free = count_free};
	int good = 0;

	(void)state;
	do {
		nb_good = good++;
		st = selftest_open(APPLIANCE, &a);
		assert_true(st || !nb_allocs);
	} while (!st);
	assert_true(good > 8);
	assert_int_equal(nb_wrong(), 0);
	selftest_close(st);
	assert_int_equal(nb_allocs, 0);
}

/* ---- The command --------------------------------------------------------- */

/* Ports that send, signed, to each other, at the same time. */
static void ports_go_on(void **state)
{
	(void)state;
	rig_must("signature on; rate 0 100kpps; start 0");
	rig_run(10 * MS);
	rig_must("selftest");
	rig_must("selftest --json");
	assert_non_null(strstr(rig.screen, "{\"check\":\"lost\",\"injected\""));
	assert_null(strstr(rig.screen, "FAILED"));
	rig_must("stop 0; expect 0 lost = 0; expect 0 rx.lost = 0");
	rig_must("expect 0 tx.skipped = 0; expect 0 rx.duplicate = 0");
	rig_must("expect 1 rx.packets > 100000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_is_counted, begin, end),
		cmocka_unit_test_setup_teardown(an_error_of_one_is_found, begin,
						end),
		cmocka_unit_test_setup_teardown(what_is_not_told_is_found,
						begin, end),
		cmocka_unit_test(all_memory_comes_back),
		cmocka_unit_test_setup_teardown(ports_go_on, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
