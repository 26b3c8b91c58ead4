/* SPDX-License-Identifier: BSD-3-Clause */
/* Slots of counters in a ring of bytes, beside all that it was given. */
#include <string.h>

#include "stats/series.h"
#include "unit.h"

#define SLOTS 4000

static unsigned char ring[4096];
static struct series s;

/* What was given: of each slot, or that it is in a gap. */
static struct {
	bool gap;
	uint64_t v[SERIES_VALUES];
} given[SLOTS];
static uint64_t nb_given;

static void begin(size_t size, uint64_t slots)
{
	series_init(&s, ring, size, slots, 0);
	nb_given = 0;
}

static void add(const uint64_t v[SERIES_VALUES])
{
	series_add(&s, v);
	given[nb_given].gap = false;
	memcpy(given[nb_given++].v, v, sizeof(given[0].v));
}

static void gap(uint64_t n)
{
	series_gap(&s, n);
	while (n--)
		given[nb_given++].gap = true;
}

/* All that it keeps is what was given, and what it lost is in the sums. */
static void agrees(void)
{
	uint64_t sum[SERIES_VALUES] = {0}, all[SERIES_VALUES] = {0};
	struct series_at at = {.at = 0};
	struct series_row row;
	uint64_t slot = s.first;

	while (series_read(&s, &at, &row)) {
		assert_int_equal(row.slot, slot);
		assert_true(slot + row.slots <= nb_given);
		for (uint64_t i = 0; i < row.slots; i++)
			assert_int_equal(given[slot + i].gap, row.gap);
		assert_true(row.gap || row.slots == 1);
		if (!row.gap)
			assert_memory_equal(row.v, given[slot].v,
					    sizeof(row.v));
		for (unsigned i = 0; i < SERIES_VALUES; i++)
			sum[i] += row.v[i];
		slot += row.slots;
	}
	assert_int_equal(slot, nb_given);
	assert_int_equal(s.next, nb_given);
	for (uint64_t k = 0; k < nb_given; k++)
		for (unsigned i = 0; i < SERIES_VALUES; i++)
			all[i] += given[k].gap ? 0 : given[k].v[i];
	for (unsigned i = 0; i < SERIES_VALUES; i++)
		assert_int_equal(s.gone[i] + sum[i], all[i]);
}

static void nothing_yet(void **state)
{
	struct series_at at = {.at = 0};
	struct series_row row;
	(void)state;

	begin(sizeof(ring), 600);
	assert_false(series_read(&s, &at, &row));
	agrees();
}

static void any_values_come_back(void **state)
{
	const uint64_t big[SERIES_VALUES] = {UINT64_MAX, 1,   0,   UINT64_MAX,
					     1ull << 63, 127, 128, 1ull << 35};
	const uint64_t none[SERIES_VALUES] = {0};
	(void)state;

	begin(SERIES_BYTES_MIN, 600);
	for (unsigned i = 0; i < 20; i++) {
		add(i % 3 ? big : none);
		agrees();
	}
	gap(7);
	add(big);
	agrees();
}

static void an_hour_that_is_idle_or_steady_is_small(void **state)
{
	const uint64_t none[SERIES_VALUES] = {0};
	const uint64_t steady[SERIES_VALUES] = {10000, 640000};
	(void)state;

	begin(sizeof(ring), 3600);
	for (unsigned i = 0; i < 1800; i++)
		add(none);
	for (unsigned i = 0; i < 1800; i++)
		add(steady);
	assert_int_equal(s.first, 0);
	assert_true(s.to - s.from < 3620);
	agrees();
	for (unsigned i = 0; i < 100; i++)
		add(steady);
	assert_int_equal(s.first, 100);
	agrees();
}

static uint64_t rng = 88172645463325252ull;

static uint64_t any(uint64_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % below;
}

/* Traffic as it comes: idle, paced, as fast as it goes, with gaps. */
static void what_has_no_room_goes_and_is_counted(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 8; round++) {
		begin(round & 1 ? 512 : sizeof(ring), round & 2 ? 600 : 3000);
		while (nb_given < SLOTS - 100) {
			uint64_t v[SERIES_VALUES] = {0};
			const uint64_t kind = any(8);

			if (kind == 7) {
				gap(1 + any(90));
				continue;
			}
			if (kind & 1) {
				v[0] = 20000000 + any(2000000);
				v[1] = v[0] * 64;
			}
			if (kind & 2) {
				v[2] = 1000 + any(2);
				v[3] = v[2] * 300 + any(5000);
			}
			if (kind & 4)
				v[4 + any(4)] = any(1ull << any(60));
			add(v);
		}
		agrees();
	}
}

static void a_reader_that_was_overtaken_begins_again(void **state)
{
	uint64_t v[SERIES_VALUES] = {1};
	struct series_at at = {.at = 0};
	struct series_row row;
	(void)state;

	begin(SERIES_BYTES_MIN, 50);
	for (unsigned i = 0; i < 60; i++)
		add(v);
	assert_true(series_read(&s, &at, &row));
	assert_int_equal(row.slot, 10);
	for (unsigned i = 0; i < 20; i++)
		add(v);
	assert_true(series_read(&s, &at, &row));
	assert_int_equal(row.slot, 30);
	assert_int_equal(row.v[0], 1);
	/* One that is ahead goes on, and finds what came. */
	while (series_read(&s, &at, &row))
		;
	v[0] = 9;
	add(v);
	assert_true(series_read(&s, &at, &row));
	assert_int_equal(row.slot, 80);
	assert_int_equal(row.v[0], 9);
	assert_false(series_read(&s, &at, &row));
}

static void a_gap_stays_until_all_of_it_is_too_old(void **state)
{
	const uint64_t v[SERIES_VALUES] = {3};
	struct series_at at = {.at = 0};
	struct series_row row;
	(void)state;

	begin(SERIES_BYTES_MIN, 10);
	add(v);
	gap(100);
	assert_true(series_read(&s, &at, &row));
	assert_true(row.gap);
	assert_int_equal(row.slots, 100);
	for (unsigned i = 0; i < 10; i++)
		add(v);
	assert_int_equal(s.first, 101);
	agrees();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_yet),
		cmocka_unit_test(any_values_come_back),
		cmocka_unit_test(an_hour_that_is_idle_or_steady_is_small),
		cmocka_unit_test(what_has_no_room_goes_and_is_counted),
		cmocka_unit_test(a_reader_that_was_overtaken_begins_again),
		cmocka_unit_test(a_gap_stays_until_all_of_it_is_too_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
