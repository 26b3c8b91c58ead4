// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is told by the value of a field, of frames that went over a wire which
 * loses, doubles, delays and reorders: against what came, counted here. A
 * number as argument is how many random wires there are.
 */
#include "track_rig.h"

/* What streams with this value alone have lost; false: it is not known. */
static bool define_lost(unsigned dscp, unsigned nb, uint64_t *lost)
{
	bool any = false;

	*lost = 0;
	for (unsigned i = 0; i < nb; i++) {
		if (!(value[dscp].streams >> i & 1))
			continue;
		if (values_of[i] & (values_of[i] - 1))
			return false;
		any = true;
		*lost += sent[i];
		for (unsigned k = 0; k < NUMBERS_MAX; k++)
			*lost -= seen[i][k];
	}
	return any;
}

static void check(unsigned nb)
{
	struct pktgen_track_sum sum;
	unsigned values = 0;

	pktgen_look(&pg, 0);
	for (unsigned i = 0; i < 64; i++) {
		const struct value *v = &value[i];
		struct pktgen_tracked t;
		uint64_t lost;

		pktgen_track_look(&pg, 1, i, &t);
		values += v->frames > 0;
		assert_int_equal(t.row.frames, v->frames);
		assert_int_equal(t.row.bytes, v->bytes);
		assert_int_equal(t.row.frames - t.row.untimed, v->timed);
		assert_int_equal(t.row.sum_ns, v->sum_ns);
		if (v->timed) {
			assert_int_equal(t.row.min_ns, v->min_ns);
			assert_int_equal(t.row.max_ns, v->max_ns);
		}
		assert_int_equal(t.has_lost, define_lost(i, nb, &lost));
		if (t.has_lost)
			assert_int_equal(t.lost, lost);
	}
	pktgen_track_sum(&pg, 1, &sum);
	assert_int_equal(sum.values, values);
	assert_int_equal(sum.room, 64);
	assert_int_equal(sum.without.frames + sum.beyond.frames, 0);
}

/* ---- Tests --------------------------------------------------------------- */

static void each_value_has_its_own(void **state)
{
	(void)state;
	begin(1);
	lose = twice = late = 0;
	set_dscp(0, "0-63", 100000);
	track("ipv4.dscp");
	run(640);
	check(1);
	assert_int_equal(value[63].frames, 10);
}

static void the_loss_of_a_value_is_that_of_its_streams(void **state)
{
	struct pktgen_track_sum sum;
	struct pktgen_tracked t;
	(void)state;

	begin(3);
	lose = 10;
	twice = late = 0;
	set_dscp(0, "10", 100000);
	set_dscp(1, "20", 100000);
	/* Of this one nobody knows what its lost frames had. */
	set_dscp(2, "20-21", 100000);
	track("ipv4.dscp");
	run(1000);
	check(3);
	pktgen_track_look(&pg, 1, 10, &t);
	assert_true(t.has_lost && t.lost > 50);
	pktgen_track_look(&pg, 1, 20, &t);
	assert_false(t.has_lost);
	pktgen_track_look(&pg, 1, 21, &t);
	assert_false(t.has_lost);
	pktgen_track_sum(&pg, 1, &sum);
	assert_true(sum.unassigned > 50);
}

/* Numbers of a row go on over what a loop looks at of them. */
static void a_row_goes_on_over_all_numbers(void **state)
{
	const struct flow_limit limit = {200000, FLOW_NO_LIMIT};
	struct pktgen_tracked t;
	(void)state;

	begin(1);
	host_netdev_wire(dev[0], pass_on, NULL);
	set_dscp(0, "46", 1000000);
	track("ipv4.dscp");
	pktgen_start_limited(&pg, 1, &limit, now);
	for (; !pktgen_drained(&pg, 1, now); now += 20 * US)
		pktgen_step(&pg, now);
	pktgen_track_look(&pg, 1, 46, &t);
	assert_int_equal(t.row.frames, 200000);
	assert_int_equal(t.row.untimed, 0);
	assert_true(t.has_lost && !t.lost);
}

static void whatever_a_wire_does_is_told_by_value(void **state)
{
	(void)state;
	for (unsigned i = 0; i < turns; i++) {
		const unsigned nb =
			1 + (unsigned)(unit_random(&seed) % STREAMS_MAX);

		if (i) {
			teardown(NULL);
			setup(NULL);
		}
		begin(nb);
		for (unsigned k = 0; k < nb; k++) {
			static const char *const some[] = {"0", "46", "1-3",
							   "46 ", "random"};

			set_dscp(k, some[unit_random(&seed) % 5], 50000);
		}
		lose = (unsigned)(unit_random(&seed) % 20);
		twice = (unsigned)(unit_random(&seed) % 20);
		late = (unsigned)(unit_random(&seed) % 20);
		alike = 1 + (unsigned)(unit_random(&seed) % 16);
		track("ipv4.dscp");
		run(1 + (unsigned)(unit_random(&seed) % 500));
		check(nb);
	}
}

/* Longer with each frame of the first value, shorter with the second's. */
static uint64_t up_and_down(uint64_t number)
{
	return (number % 200 < 100 ? number % 100 : 99 - number % 100) * 10 *
	       US;
}

/* Those of one value lie within those of the other, which came before. */
static void extremes_are_of_the_value(void **state)
{
	(void)state;
	begin(1);
	lose = twice = late = 0;
	takes = up_and_down;
	alike = 1000;
	set_dscp(0, "list 10,20 every 100", 50000);
	track("ipv4.dscp");
	run(1000);
	check(1);
	takes = NULL;
	alike = 1;
	assert_in_range(value[20].max_ns - value[20].min_ns, 800 * US, 2 * MS);
}

static void a_clear_begins_anew(void **state)
{
	struct pktgen_tracked t;
	(void)state;

	begin(1);
	lose = 50;
	twice = late = 0;
	set_dscp(0, "10", 100000);
	track("ipv4.dscp");
	run(100);
	pktgen_clear_streams(&pg, 0);
	pktgen_clear_streams(&pg, 1);
	pktgen_track_look(&pg, 1, 10, &t);
	assert_int_equal(t.row.frames, 0);
	assert_false(t.has_lost);
	lose = 0;
	run(100);
	pktgen_track_look(&pg, 1, 10, &t);
	assert_int_equal(t.row.frames, 100);
	assert_true(t.has_lost);
	assert_int_equal(t.lost, 0);
}

/* Frames of nobody are counted, with no time. */
static void frames_of_others_have_no_time(void **state)
{
	uint8_t arp[60] = {[12] = 8, [13] = 6},
		ip[60] = {[12] = 8, [14] = 0x45};
	struct pktgen_track_sum sum;
	struct pktgen_tracked t;
	(void)state;

	begin(1);
	lose = twice = late = 0;
	for (unsigned sign = 0; sign < 2; sign++) {
		if (sign)
			set_dscp(0, "10", 100000);
		track("ipv4.dscp");
		ip[15] = 46 << 2;
		for (unsigned i = 0; i < 5; i++) {
			host_netdev_receive(dev[1], arp, sizeof(arp));
			host_netdev_receive(dev[1], ip, sizeof(ip));
		}
		pktgen_step(&pg, now += MS);
		pktgen_track_look(&pg, 1, 46, &t);
		assert_int_equal(t.row.frames, 5);
		assert_int_equal(t.row.untimed, 5);
		assert_int_equal(t.row.bytes, 5 * 64);
		pktgen_track_sum(&pg, 1, &sum);
		assert_int_equal(sum.without.frames, 5);
	}
}

/* As many as there is room for; then the first that came. */
static void values_beyond_the_room_are_told_apart(void **state)
{
	struct pktgen_track_sum sum;
	struct pktgen_tracked t;
	uint8_t ip[60] = {[12] = 8, [14] = 0x45};
	uint64_t at = 0;
	unsigned n = 0;
	(void)state;

	begin(1);
	track("ipv4.src");
	for (unsigned i = 0; i < 2 * (TRACK_VALUES_MAX + 100); i++) {
		const unsigned a = i % (TRACK_VALUES_MAX + 100) * 7919;

		ip[26] = (uint8_t)(a >> 24);
		ip[27] = (uint8_t)(a >> 16);
		ip[28] = (uint8_t)(a >> 8);
		ip[29] = (uint8_t)a;
		host_netdev_receive(dev[1], ip, sizeof(ip));
		pktgen_step(&pg, now += US);
	}
	pktgen_track_sum(&pg, 1, &sum);
	assert_int_equal(sum.values, TRACK_VALUES_MAX);
	assert_int_equal(sum.beyond.frames, 200);
	for (; pktgen_track_next(&pg, 1, !n, &at); n++) {
		assert_int_equal(at, n * 7919);
		pktgen_track_look(&pg, 1, at, &t);
		assert_int_equal(t.row.frames, 2);
	}
	assert_int_equal(n, TRACK_VALUES_MAX);
}

static void without_memory_nothing_is_tracked(void **state)
{
	struct find f;
	(void)state;

	begin(1);
	assert_int_equal(find_take(&f, "ipv4.src"), 0);
	for (memory = 0; memory < 3; memory++) {
		const uint64_t was = memory;

		assert_int_equal(pktgen_track(&pg, 1, &f, now), -ENOMEM);
		assert_null(pktgen_tracked(&pg, 1));
		memory = was;
	}
	memory = UINT64_MAX;
	track("ipv4.src");
	assert_int_equal(pktgen_track(&pg, 1, NULL, now), 0);
	assert_null(pktgen_tracked(&pg, 1));
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(each_value_has_its_own),
		TEST(the_loss_of_a_value_is_that_of_its_streams),
		TEST(a_row_goes_on_over_all_numbers),
		TEST(whatever_a_wire_does_is_told_by_value),
		TEST(extremes_are_of_the_value),
		TEST(a_clear_begins_anew),
		TEST(frames_of_others_have_no_time),
		TEST(values_beyond_the_room_are_told_apart),
		TEST(without_memory_nothing_is_tracked),
	};

	if (argc > 1)
		turns = (unsigned)strtoul(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
