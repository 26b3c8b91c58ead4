// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is told by the value of a field, of frames that went over a wire which
 * loses, doubles, delays and reorders: against what came, counted here. A
 * number as argument is how many random wires there are.
 */
#include <stdlib.h>

#include "many_rig.h"

#define STREAMS_MAX 6
#define NUMBERS_MAX 4000
#define WAY_MAX 4096
#define FLOOR_NS 500

/* By DSCP, as frames came. */
static struct value {
	uint64_t frames, bytes, timed, sum_ns, min_ns, max_ns;
	uint64_t streams; /* that had it, a bit each */
} value[64];
static bool seen[STREAMS_MAX][NUMBERS_MAX];
static uint64_t values_of[STREAMS_MAX], sent[STREAMS_MAX];

struct on_way {
	uint64_t due_ns, sent_ns, number;
	unsigned stream;
	uint16_t len;
	uint8_t frame[256];
};
static struct on_way way[WAY_MAX];
static unsigned nb_way;
static uint64_t seed = 1;
static unsigned lose, twice, late; /* of 100 */

static bool happens(unsigned of_100)
{
	return unit_random(&seed) % 100 < of_100;
}

static unsigned dscp_of(const uint8_t *frame)
{
	return frame[12] == 0x81 ? frame[19] >> 2 : frame[15] >> 2;
}

/* A wire that pushes a tag on what has an odd number. */
static void send(void *arg, const void *data, size_t len)
{
	const uint8_t *s = (const uint8_t *)data + len - SIGNATURE_LEN;
	struct signature is;
	(void)arg;

	assert_true(signature_get(s, &is));
	sent[is.stream]++;
	for (unsigned i = 0; !happens(lose) && i < 1u + happens(twice); i++) {
		struct on_way *w = &way[nb_way++];
		const bool tag = is.seq % 2;

		assert_true(nb_way < WAY_MAX && len + 4 <= sizeof(w->frame));
		w->due_ns = now + FLOOR_NS +
			    (happens(late) ? unit_random(&seed) % MS : 0);
		w->sent_ns = now;
		w->number = is.seq;
		w->stream = is.stream;
		w->len = (uint16_t)(len + (tag ? 4 : 0));
		memcpy(w->frame, data, 12);
		memcpy(w->frame + 12, "\x81\x00\x00\x05", 4);
		memcpy(w->frame + (tag ? 16 : 12), (const char *)data + 12,
		       len - 12);
	}
}

static void count(const struct on_way *w)
{
	struct value *v = &value[dscp_of(w->frame)];
	const uint64_t ns = now - w->sent_ns;

	v->frames++;
	v->bytes += w->len + 4u;
	v->streams |= 1ull << w->stream;
	if (!seen[w->stream][w->number]) {
		v->min_ns = !v->timed || ns < v->min_ns ? ns : v->min_ns;
		v->max_ns = ns > v->max_ns ? ns : v->max_ns;
		v->timed++;
		v->sum_ns += ns;
	}
	seen[w->stream][w->number] = true;
	values_of[w->stream] |= 1ull << dscp_of(w->frame);
}

static void arrive(void)
{
	for (unsigned i = 0; i < nb_way;) {
		if (way[i].due_ns > now) {
			i++;
			continue;
		}
		assert_true(
			host_netdev_receive(dev[1], way[i].frame, way[i].len));
		count(&way[i]);
		memmove(&way[i], &way[i + 1], (--nb_way - i) * sizeof(way[0]));
	}
}

static void set_dscp(unsigned i, const char *dscp, uint64_t pps)
{
	struct stream s = *pktgen_stream(&pg, 0, i);
	struct pktgen_fault fault;

	s.rate = (struct rate){RATE_PPS, pps * 1000000};
	set_field(&s, "ipv4.dscp", dscp);
	s.sign = true;
	stream_set_size(&s, 100);
	assert_int_equal(pktgen_try_stream(&pg, 0, i, &s, &fault), 0);
	pktgen_take_stream(&pg, 0, i, &s, now);
}

static void begin(unsigned nb)
{
	host_netdev_tap(dev[0], NULL, NULL);
	host_netdev_wire(dev[0], send, NULL);
	nb_way = 0;
	memset(value, 0, sizeof(value));
	memset(seen, 0, sizeof(seen));
	memset(values_of, 0, sizeof(values_of));
	memset(sent, 0, sizeof(sent));
	add(nb);
}

static void pass_on(void *arg, const void *data, size_t len)
{
	(void)arg;
	assert_true(host_netdev_receive(dev[1], data, len));
}

/* Until all that was sent has come, or is lost. */
static void drain(void)
{
	while (nb_way || !pktgen_drained(&pg, 1, now)) {
		arrive();
		/* More than a burst may have come. */
		for (unsigned i = 0; i < 8; i++)
			pktgen_step(&pg, now);
		now += nb_way && !happens(20) ? 10 * US : 400 * US;
	}
}

static void run(unsigned n)
{
	const struct flow_limit limit = {n, FLOW_NO_LIMIT};

	pktgen_start_limited(&pg, 1, &limit, now);
	drain();
}

static void track(const char *field)
{
	struct find f;

	assert_int_equal(find_take(&f, field), 0);
	assert_int_equal(pktgen_track(&pg, 1, &f, now), 0);
}

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

static unsigned turns = 30;

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
		track("ipv4.dscp");
		run(1 + (unsigned)(unit_random(&seed) % 500));
		check(nb);
	}
}

/* ---- By size ------------------------------------------------------------- */

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
		TEST(a_mix_that_loses_its_longest_loses_a_twelfth),
		TEST(what_was_sent_of_each_size_is_known),
		TEST(of_sizes_at_random_it_is_not_known),
		TEST(a_clear_begins_anew),
		TEST(frames_of_others_have_no_time),
		TEST(values_beyond_the_room_are_told_apart),
		TEST(without_memory_nothing_is_tracked),
	};

	if (argc > 1)
		turns = (unsigned)strtoul(argv[1], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
