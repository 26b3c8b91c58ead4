/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures are played: when each frame is due, which comes, what stays. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_rig.h"
#include "capture/write.h"
#include "pktgen/played.h"

#define FRAMES 100001
#define RECORD (CAPTURE_RECORD_BYTES + 60)

static unsigned char room[CAPTURE_HEADER_BYTES + FRAMES * RECORD];
static uint64_t due[FRAMES]; /* of each frame, after the first */

/* `n` records of 60 bytes, numbered, in pcap with nanoseconds. */
static size_t make(unsigned n, uint64_t (*gap)(unsigned i))
{
	uint64_t ns = 7 * S + 999999000;
	unsigned char *to = room + CAPTURE_HEADER_BYTES;

	capture_write_header(room, 65535);
	for (unsigned i = 0; i < n; i++, to += RECORD) {
		due[i] = ns - 7 * S - 999999000;
		capture_write_record(to, ns, 60, 60);
		memset(to + 16, 0xff, 60);
		memcpy(to + 16 + 14, &i, sizeof(i));
		ns += gap(i);
	}
	return (size_t)(to - room);
}

static uint64_t any_gap(unsigned i)
{
	uint64_t seed = i;

	/* Some at the same time, some after a second and more. */
	unit_random(&seed);
	return i % 7 ? (unit_random(&seed) >> 33) % (i % 5 ? 4000 : 2000000000)
		     : 0;
}

static uint64_t a_millisecond(unsigned i)
{
	(void)i;
	return 1 * MS;
}

static bool hold(void *arg, const char *name, struct held *h)
{
	(void)name;
	*h = (struct held){room, *(size_t *)arg, NULL};
	return true;
}

static void release(void *arg, struct held *h)
{
	(void)arg;
	(void)h;
}

static void the_last_of_100001_is_due_to_the_ns(void **state)
{
	static const uint32_t speeds[] = {1000, 2000, 500, 300, 1, 999999};
	size_t size = make(FRAMES, any_gap);
	struct played_files files = {.arg = &size,
				     .hold = hold,
				     .release = release,
				     .heap = uk_alloc_get_default()};
	const struct stream_play play = {.file = "a"};
	char why[PLAYED_WHY_MAX];
	struct played *p;
	(void)state;

	assert_int_equal(played_get(&files, &play, 1514, &p, why), 0);
	assert_int_equal(p->frames, FRAMES);
	for (unsigned k = 0; k < ARRAY_SIZE(speeds); k++) {
		struct played_times t;
		struct pacing pacing = {.burst = 64, .times = &t.times};
		struct pacer pacer;

		played_times_begin(&t, p, speeds[k], NULL);
		pacer_start(&pacer, &pacing, 5 * S);
		for (unsigned i = 0; i < FRAMES; i++) {
			const uint64_t at = pacer_next_ns(&pacer) - 5 * S;
			const uint64_t want =
				(uint64_t)((unsigned __int128)due[i] * 1000 /
					   speeds[k]);

			assert_true(at == want || at + 1 == want);
			assert_true(at == want || speeds[k] % 500);
			assert_int_equal(
				pacer_take(&pacer, pacer_next_ns(&pacer), 1),
				1);
		}
		/* The next round begins one mean gap after the last frame. */
		if (!k)
			assert_int_equal(pacer_next_ns(&pacer) - 5 * S,
					 due[FRAMES - 1] +
						 due[FRAMES - 1] /
							 (FRAMES - 1));
	}
	played_put(p);
	assert_null(files.all);
}

static void what_is_too_late_comes_later(void **state)
{
	size_t size = make(1000, a_millisecond);
	struct played_files files = {.arg = &size,
				     .hold = hold,
				     .release = release,
				     .heap = uk_alloc_get_default()};
	const struct stream_play play = {.file = "a"};
	struct played_times t;
	struct pacing pacing = {.burst = 64, .times = &t.times};
	char why[PLAYED_WHY_MAX];
	struct pacer pacer;
	struct played *p;
	(void)state;

	assert_int_equal(played_get(&files, &play, 1514, &p, why), 0);
	played_times_begin(&t, p, 1000, NULL);
	pacer_start(&pacer, &pacing, 0);
	/* 50 ms late: all that was due. Given back it is due again. */
	assert_int_equal(pacer_take(&pacer, 50 * MS, 256), 51);
	pacer_give_back(&pacer, 2);
	assert_int_equal(pacer_take(&pacer, 50 * MS, 256), 2);
	/* 300 ms late: no more than the debt, and none is lost. */
	assert_int_equal(pacer_take(&pacer, 350 * MS, 256), 101);
	assert_int_equal(pacer.skipped, 0);
	assert_int_equal(pacer_next_ns(&pacer), 351 * MS);
	/* Paused for a while, and then put off. */
	assert_int_equal(pacer_resume(&pacer, 400 * MS), 49 * MS);
	pacer_delay(&pacer, 1 * MS);
	assert_int_equal(pacer_next_ns(&pacer), 401 * MS);
	played_put(p);
}

/* ---- In the appliance ---------------------------------------------------- */

static void store(const char *name, size_t size)
{
	assert_int_equal(store_add(&rig.app.store, name, room, size), E_OK);
}

static uint64_t sent(unsigned stream)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&rig.app.pktgen, 0, stream, &v);
	return v.sent.packets;
}

static void a_run_plays_as_often_as_asked(void **state)
{
	(void)state;
	store("a", make(10, a_millisecond));
	rig_must("play 0 a; start 0");
	rig_run(5 * MS - 10 * US);
	assert_in_range(sent(0), 5, 6);
	rig_must("wait idle; expect 1 rx.packets = 10");
	rig_must("play 0 a loops 3 speed 10x; start 0; wait idle");
	rig_must("expect 1 rx.packets = 40");
	rig_must("play 0 a loops forever speed rate; rate 0 1mpps");
	rig_must("start 0 count 25; wait idle; expect 1 rx.packets = 65");
	rig_must("rate 0 max; start 0");
	rig_run(1 * MS);
	rig_must("stop");
	assert_true(sent(0) > 500);
}

static void a_bit_rate_counts_the_captures_bytes(void **state)
{
	uint64_t was;
	(void)state;

	store("a", make(10, a_millisecond));
	rig_must("play 0 a loops forever speed rate; rate 0 51.2mbps; start 0");
	rig_run(1 * MS);
	was = sent(0);
	rig_run(10 * MS);
	assert_in_range(sent(0) - was, 999, 1001);
	rig_must("stop");
}

static void several_streams_play_beside_others(void **state)
{
	(void)state;
	store("a", make(10, a_millisecond));
	rig_must("stream 0.1-3 add; rate 0.0-1 1kpps; play 0.2-3 a");
	rig_must("play 0.3 a speed 2x loops forever");
	assert_non_null(rig.app.pktgen.files.all);
	assert_null(rig.app.pktgen.files.all->next);
	rig_must("start 0");
	rig_run(20 * MS);
	assert_in_range(sent(0), 20, 21);
	assert_int_equal(sent(2), 10);
	assert_in_range(sent(3), 39, 41);
	rig_must("pause 0.3");
	rig_run(10 * MS);
	assert_in_range(sent(3), 39, 41);
	rig_must("resume 0.3");
	rig_run(10 * MS);
	assert_in_range(sent(3), 59, 64);
	rig_must("stop; stream 0.2 delete; play 0 off; play 0.3 off");
	assert_null(rig.app.pktgen.files.all);
	assert_null(rig.app.store.held);
}

/* The number of a frame that port 1 got last, as make() wrote it. */
static unsigned frame_number(unsigned n)
{
	const struct pktgen_stream *s = rig.app.pktgen.set[0].stream[0];
	struct program_at at = {.frame = n};
	uint8_t frame[STREAM_SIZE_MAX];
	unsigned number;
	uint16_t len;

	assert_true(play_frame(s->flow->program, &at, uk_alloc_get_default(),
			       frame, &len));
	memcpy(&number, frame + 14, sizeof(number));
	return number;
}

static void its_file_moves_and_stays(void **state)
{
	(void)state;
	store("0", 5000);
	store("a", make(10, a_millisecond));
	rig_must("play 0 a loops forever; start 0");
	rig_run(2 * MS);
	rig_must("rm 0");
	rig_run(2 * MS);
	assert_int_equal(frame_number(13), 3);
	assert_int_equal(store_remove(&rig.app.store, "a"), E_STATE);
	assert_int_equal(store_add(&rig.app.store, "a", "x", 1), E_STATE);
	rig_must("stop; play 0 off; rm a");
}

static void a_field_is_set_while_it_is_played(void **state)
{
	(void)state;
	store("a", make(10, a_millisecond));
	rig_must("play 0 a loops forever; start 0");
	rig_run(3 * MS + 500 * US);
	rig_must("set 0 eth.src 02:00:00:00:00:09");
	assert_int_equal(sent(0), 4);
	rig_run(1 * MS);
	/* It goes on where it was, in time and in the file. */
	assert_int_equal(sent(0), 5);
	rig_must("stop");
}

static void saved_and_loaded_it_is_the_same(void **state)
{
	const struct store_file *x, *y;
	(void)state;

	store("a", make(10, a_millisecond));
	rig_must("stream 0.1 add; size 0.1 300");
	rig_must("play 0.0 a speed 0.125x loops 7 bad skip checksums new");
	rig_must("vlan 0.0 5-9 prio 3; set 0.0 ipv4.src 10.0.0.0/8 shuffled");
	rig_must("set 0.0 ipv6.dst 2001:2::1-2001:2::9; set 0.0 @20.8 random");
	rig_must("vary 0.0 nested ipv4.src ipv6.dst; save x; reset; load x");
	rig_must("save y");
	x = store_find(&rig.app.store, "x");
	y = store_find(&rig.app.store, "y");
	assert_int_equal(x->size, y->size);
	assert_memory_equal(store_data(&rig.app.store, x),
			    store_data(&rig.app.store, y), x->size);
	rig_must("reset");
	assert_null(rig.app.store.held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_of_100001_is_due_to_the_ns),
		cmocka_unit_test(what_is_too_late_comes_later),
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
		TEST(a_run_plays_as_often_as_asked),
		TEST(a_bit_rate_counts_the_captures_bytes),
		TEST(several_streams_play_beside_others),
		TEST(its_file_moves_and_stays),
		TEST(a_field_is_set_while_it_is_played),
		TEST(saved_and_loaded_it_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
