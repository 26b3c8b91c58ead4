/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/sequence.h"

#include <stdlib.h>

#include "unit.h"

static struct seq_stream *streams;

static struct seq_stream *see(uint16_t stream, const uint64_t *seq,
			      unsigned int nb)
{
	memset(&streams[stream], 0, sizeof(*streams));
	for (unsigned int i = 0; i < nb; i++)
		seq_see(streams,
			&(struct signature){.stream = stream, .seq = seq[i]});
	assert_int_equal(streams[stream].frames, nb);
	return &streams[stream];
}

#define SEE(stream, ...)                             \
	see(stream, (const uint64_t[]){__VA_ARGS__}, \
	    sizeof((const uint64_t[]){__VA_ARGS__}) / 8)

static void expect(const struct seq_stream *s, uint64_t missing,
		   uint64_t duplicate, uint64_t reordered, uint64_t old)
{
	assert_int_equal(s->missing, missing);
	assert_int_equal(s->duplicate, duplicate);
	assert_int_equal(s->reordered, reordered);
	assert_int_equal(s->old, old);
}

static void what_comes_in_order_is_well(void **state)
{
	struct seq_stream *s = SEE(16383, 5, 6, 7, 8);

	(void)state;
	expect(s, 0, 0, 0, 0);
	assert_int_equal(s->first, 5);
	assert_int_equal(s->next, 9);
}

static void gaps_are_counted_and_filled(void **state)
{
	(void)state;
	expect(SEE(1, 0, 1, 4), 2, 0, 0, 0);
	assert_int_equal(streams[1].gaps, 1);
	expect(SEE(1, 0, 1, 4, 2), 1, 0, 1, 0);
	expect(SEE(1, 0, 1, 4, 3, 2, 5), 0, 0, 2, 0);
	expect(SEE(1, 0, 63, 1), 61, 0, 1, 0);
	expect(SEE(1, 0, 64, 1), 62, 0, 1, 0);
	/* Out of the window: it may have come before. */
	expect(SEE(1, 0, 65, 1), 64, 0, 0, 1);
	expect(SEE(1, 0, 1000000), 999999, 0, 0, 0);
}

static void duplicates_are_told_from_late_ones(void **state)
{
	(void)state;
	expect(SEE(2, 0, 0), 0, 1, 0, 0);
	expect(SEE(2, 0, 1, 2, 1), 0, 1, 0, 0);
	expect(SEE(2, 0, 2, 1, 1), 0, 1, 1, 0);
	expect(SEE(2, 9, 3), 0, 0, 0, 1);
}

static int set_up(void **state)
{
	(void)state;
	streams = calloc(SEQ_STREAMS, sizeof(*streams));
	return streams ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(streams);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_in_order_is_well),
		cmocka_unit_test(gaps_are_counted_and_filled),
		cmocka_unit_test(duplicates_are_told_from_late_ones),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
