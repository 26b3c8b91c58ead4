/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/read.h"
#include "capture/ring.h"

#define FRAMES 4000
#define LEN_MAX 200

static unsigned char block[CAPTURE_RING_MIN];

/* Frame `i` has a length and bytes of its own. */
static uint32_t len_of(unsigned i)
{
	return i * 37 % LEN_MAX;
}

static bool put(struct capture_ring *r, unsigned i)
{
	unsigned char frame[LEN_MAX];

	memset(frame, (int)(i & 255), sizeof(frame));
	/* Some with others at once, where that can be. */
	if (i / 5 % 2) {
		struct capture_writer w = capture_writer_begin(r);
		const bool is =
			capture_writer_put(&w, r, capture_time(i), frame,
					   len_of(i), len_of(i) + 1);

		capture_writer_finish(&w, r);
		if (is)
			return true;
	}
	if (!capture_ring_put(r, i, len_of(i), len_of(i) + 1))
		return false;
	/* In two pieces, as a chain comes. */
	capture_ring_add(r, frame, len_of(i) / 2);
	capture_ring_add(r, frame, len_of(i) - len_of(i) / 2);
	return true;
}

/* The file has the frames from `first` on, as many as it returns. */
static unsigned check_file(const void *file, size_t len, unsigned first)
{
	const struct capture_bytes bytes = {file, 0, len, true};
	enum capture_result result;
	struct capture_record record;
	struct capture_reader r;
	unsigned n = 0;

	capture_begin(&r);
	while ((result = capture_next(&r, &bytes, &record)) == CAPTURE_RECORD) {
		assert_int_equal(record.ns, n);
		assert_int_equal(record.len, len_of(first + n));
		assert_int_equal(record.orig_len, record.len + 1);
		for (uint32_t i = 0; i < record.len; i++)
			assert_int_equal(record.data[i], (first + n) & 255);
		n++;
	}
	assert_int_equal(result, CAPTURE_END);
	return n;
}

static void the_first_stay_until_it_is_full(void **state)
{
	struct capture_ring r;
	unsigned n = 0;

	(void)state;
	capture_ring_begin(&r, block, sizeof(block), CAPTURE_KEEP_FIRST, 64);
	while (put(&r, n)) {
		capture_ring_commit(&r, 1);
		n++;
	}
	assert_in_range(n, 20, 100);
	assert_int_equal(check_file(block, capture_ring_line_up(&r), 0), n);
	assert_int_equal(r.overwritten, 0);
}

/* Wherever it ends, the file has the last frames in order. */
static void the_last_stay_where_they_go_round(void **state)
{
	struct capture_ring r;

	(void)state;
	for (unsigned frames = 0; frames < 300; frames++) {
		unsigned left;

		capture_ring_begin(&r, block, sizeof(block), CAPTURE_KEEP_LAST,
				   64);
		for (unsigned i = 0; i < frames; i++) {
			assert_true(put(&r, i));
			capture_ring_commit(&r, 1);
		}
		left = frames - (unsigned)r.overwritten;
		assert_int_equal(check_file(block, capture_ring_line_up(&r),
					    frames - left),
				 left);
	}
}

/* A burst of which the device takes only some, and gets the rest again. */
static void what_is_not_committed_never_was(void **state)
{
	static const unsigned char big[3000];
	uint64_t seed = 14;
	struct capture_ring r;
	unsigned next = 0;

	(void)state;
	capture_ring_begin(&r, block, sizeof(block), CAPTURE_KEEP_LAST, 64);
	while (next < FRAMES) {
		const unsigned n = unit_random(&seed) % 8;
		const unsigned sent = unit_random(&seed) % (n + 1);

		for (unsigned i = 0; i < n; i++)
			assert_true(put(&r, next + i));
		capture_ring_commit(&r, sent);
		next += sent;
	}
	assert_int_equal(check_file(block, capture_ring_line_up(&r),
				    (unsigned)r.overwritten),
			 next - r.overwritten);
	/* What does not fit at all is refused, and changes nothing. */
	assert_false(capture_ring_put(&r, 0, sizeof(block), 0));
	/* Nor do those of a burst make room for each other. */
	capture_ring_begin(&r, block, sizeof(block), CAPTURE_KEEP_LAST, 64);
	assert_true(capture_ring_put(&r, 0, 3000, 0));
	capture_ring_add(&r, big, sizeof(big));
	assert_false(capture_ring_put(&r, 0, 3000, 0));
}

/* Read in pieces as it fills, the stream has all frames that had room. */
static void what_was_read_makes_room(void **state)
{
	static unsigned char all[FRAMES * (LEN_MAX + CAPTURE_RECORD_BYTES)];
	uint64_t seed = 15, pos = 0;
	struct capture_ring r;
	unsigned next = 0, refused = 0;

	(void)state;
	capture_ring_begin(&r, block, sizeof(block), CAPTURE_KEEP_UNREAD, 64);
	while (next < FRAMES) {
		size_t n, want = unit_random(&seed) % 2000;

		for (unsigned i = 0; i < 10; i++) {
			if (!put(&r, next)) {
				refused++;
				break;
			}
			capture_ring_commit(&r, 1);
			next++;
		}
		n = capture_ring_read(&r, pos, all + pos, want);
		assert_true(n <= want);
		pos += n;
		capture_ring_done(&r, pos);
	}
	while (pos < capture_ring_to(&r))
		pos += capture_ring_read(&r, pos, all + pos, 100);
	assert_true(refused > 10);
	assert_int_equal(r.overwritten, 0);
	assert_int_equal(check_file(all, pos, 0), next);
	assert_int_equal(capture_ring_read(&r, pos, all, 1), 0);
	assert_int_equal(capture_ring_read(&r, 30, all, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_stay_until_it_is_full),
		cmocka_unit_test(the_last_stay_where_they_go_round),
		cmocka_unit_test(what_is_not_committed_never_was),
		cmocka_unit_test(what_was_read_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
