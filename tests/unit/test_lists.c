/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of values from files: read, sent, shared, kept, refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/lists.h"
#include "app/traffic.h"
#include "app_rig.h"
#include "net/proto/proto.h"

static void put_file(const char *name, const char *text)
{
	assert_int_equal(store_add(&rig.app.store, name, text, strlen(text)),
			 E_OK);
}

static unsigned nb_lists(void)
{
	unsigned n = 0;

	lists_sweep(&rig.app);
	/* The first member is the next one. */
	for (void *const *l = (void *)rig.app.lists; l; l = *l)
		n++;
	return n;
}

/* Frame `n` of stream 0.0, made in both ways; its bytes from `at` on. */
static const uint8_t *frame(uint64_t n, unsigned at)
{
	const struct pktgen_stream *s = rig.app.pktgen.set[0].stream[0];
	struct program_at from = {.frame = n};
	static uint8_t a[STREAM_SIZE_MAX];
	uint8_t b[STREAM_SIZE_MAX];
	uint16_t len = traffic_frame(s, n, a);

	assert_int_equal(program_create(s->flow->program, &from, 0, b), len);
	assert_memory_equal(a, b, len);
	return a + at;
}

static unsigned udp_src(uint64_t n)
{
	const uint8_t *p = frame(n, 34);

	return p[0] << 8u | p[1];
}

static void assert_sources(const unsigned *want, unsigned nb)
{
	for (unsigned i = 0; i < nb; i++)
		assert_int_equal(udp_src(i), want[i]);
}

static void lines_blanks_and_comments(void **state)
{
	(void)state;

	put_file("f", "# ports\r\n 1000 \r\n\t0x7d0 # two thousand\n\n#\n3000");
	rig_must("set 0 udp.src list @f");
	assert_sources((unsigned[]){1000, 2000, 3000, 1000}, 4);
	rig_must("set 0 udp.src list @f down every 2");
	assert_sources((unsigned[]){3000, 3000, 2000, 2000, 1000, 1000, 3000},
		       7);
	rig_must("set 0 udp.src list @f shuffled");
	for (unsigned i = 0; i < 9; i += 3)
		assert_int_equal(udp_src(i) + udp_src(i + 1) + udp_src(i + 2),
				 6000);
	rig_must("set 0 udp.src random list @f");
	assert_int_equal(udp_src(7) % 1000, 0);
	rig_must("set 0 udp.src zipf 1.0 list @f");
	assert_non_null(strstr(rig_ask("set 0 udp.src", NULL),
			       "set 0 udp.src list @f zipf 1.0"));
	rig_must("set 0 udp.src list @f; set 0 udp.dst 1-2; "
		 "vary 0 nested udp.dst udp.src");
	assert_sources((unsigned[]){1000, 1000, 2000, 2000, 3000, 3000, 1000},
		       7);
	/* One value is a constant. */
	put_file("one", "7\n");
	rig_must("set 0 udp.src list @one");
	assert_sources((unsigned[]){7, 7}, 2);
	assert_int_equal(nb_lists(), 0);
}

static void addresses_differ_in_all_bits(void **state)
{
	static const char *const text =
		"2001:2::1\nfe80::ffff\n2001:db8:1:2:3:4:5:6\n";
	static const uint8_t third[] = {0x20, 1, 0xd, 0xb8, 0, 1, 0, 2,
					0,    3, 0,   4,    0, 5, 0, 6};
	(void)state;

	put_file("six", text);
	rig_must("headers 0 eth/ipv6/udp size 80");
	rig_must("set 0 ipv6.src list @six");
	assert_memory_equal(frame(2, 22), third, 16);
	assert_memory_equal(frame(5, 22), third, 16);
	assert_int_equal(frame(1, 22)[0], 0xfe);
	rig_must("set 0 ipv6.src list @six shuffled");
	for (unsigned n = 0, at = 0; n < 30; n++) {
		const uint8_t *p = frame(n, 22);

		/* Both halves are those of one address. */
		assert_true(p[15] == (p[0] == 0xfe ? 0xff : p[2] ? 6 : 1));
		at = n % 3 ? at + p[15] : p[15];
		assert_true(n % 3 < 2 || at == 0xff + 6 + 1);
	}
	/* Two places each. */
	rig_must("set 0 ipv6.dst list @six down");
	for (unsigned i = 0; i < 6; i++) {
		char line[64];

		snprintf(line, sizeof(line), "set 0 @%u 0-9", 62 + i);
		rig_must(line);
	}
	assert_non_null(strstr(rig_ask("set 0 udp.src 1-9", NULL),
			       "up to 10 fields can vary"));
	put_file("macs", "02:00:00:00:00:09\n06-00-00-00-00-07\n");
	rig_must("headers 0 eth/ipv4/udp; set 0 eth.dst list @macs");
	assert_int_equal(frame(0, 0)[5], 9);
	assert_int_equal(frame(1, 0)[0], 6);
}

static void assert_refused(const char *command, const char *why)
{
	if (!strstr(rig_ask(command, NULL), why))
		fail_msg("'%s' said: %s", command, rig.screen);
	rig_step(MS);
	assert_int_equal(nb_lists(), 0);
}

static void what_is_wrong_names_the_line(void **state)
{
	(void)state;

	put_file("empty", "# nothing\n\n");
	put_file("bad", "1\n2\n\n10.0.0.1 # four\n");
	put_file("big", "1\n70000\n");
	put_file("two", "1\n2 3\n");
	assert_refused("set 0 udp.src list @none",
		       "NOFILE 20 no file 'none'; 'ls' lists them");
	assert_refused("set 0 udp.src list @empty", "RANGE 20 'empty' has no");
	assert_refused("set 0 udp.src list @bad",
		       "SYNTAX 20 bad:4: '10.0.0.1' is not a number; type "
		       "0..65535");
	assert_refused("set 0 udp.src list @big",
		       "RANGE 20 big:2: '70000' does not fit in 16 bits");
	assert_refused("set 0 udp.src list @two",
		       "SYNTAX 20 two:2: '2 3' is not a number");
	assert_refused("set 0 ipv4.src list @two", "two:1: '1' is not an addr");
	assert_refused("set 0 udp.src list @two", "two:2");
	assert_refused("set 0 udp.nix list @bad", "SYNTAX 7 no field");
	put_file("ok", "1\n2\n");
	assert_refused("set 0 udp.src list @ok step 2", "'step' needs a range");
	assert_refused("set 0 udp.src list @ok mask 2",
		       "'mask' needs 'random'");
	rig_must("stream 0.1 add; headers 0.1 eth/ipv6/udp size 80; "
		 "headers 0.0 eth/ipv4/udp");
	/* Of two names the one that the headers have. */
	rig_must("ttl 0.all list @ok");
	assert_int_equal(nb_lists(), 1);
}

static void a_file_that_changes_changes_no_stream(void **state)
{
	(void)state;

	put_file("f", "1\n2\n3\n");
	rig_must("set 0 udp.src list @f");
	put_file("f", "7\n8\n9\n");
	rig_must("rate 0 1kpps");
	assert_sources((unsigned[]){1, 2, 3}, 3);
	rig_must("save a");
	rig_must("stream 0.1 add from 0.0");
	rig_must("set 0.0 udp.src list @f");
	assert_sources((unsigned[]){7, 8, 9}, 3);
	assert_int_equal(nb_lists(), 2);
	rig_must("load a");
	assert_sources((unsigned[]){7, 8, 9}, 3);
	rig_must("rm f");
	rig_must("set 0 udp.dst 5");
	assert_sources((unsigned[]){7, 8, 9}, 3);
	/* What cannot be restored changes nothing. */
	assert_non_null(strstr(rig_ask("load a", NULL),
			       "no file 'f'; 'ls' lists them"));
	assert_sources((unsigned[]){7, 8, 9}, 3);
	assert_int_equal(nb_lists(), 1);
	rig_must("reset");
	assert_int_equal(nb_lists(), 0);
}

/* A heap that has no piece of more than this. */
static size_t most;

static void *some(struct uk_alloc *a, size_t size)
{
	(void)a;
	return size > most ? NULL : uk_malloc(uk_alloc_get_default(), size);
}

static void *some_clear(struct uk_alloc *a, size_t nb, size_t size)
{
	(void)a;
	return nb * size > most ? NULL
				: uk_calloc(uk_alloc_get_default(), nb, size);
}

static void half_a_million(void **state)
{
	const size_t n = VARY_FILE_MAX;
	char *text = malloc(2 * n + 3);
	struct uk_alloc heap = *uk_alloc_get_default();
	struct uk_alloc *const all = rig.app.pktgen.heap;
	(void)state;

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = (char)('0' + i % 10);
		text[2 * i + 1] = '\n';
	}
	text[2 * n] = '\0';
	put_file("f", text);
	/* A list is shared by all streams that take it. */
	rig_must("stream 0.1-20 add; set 0.all udp.src list @f");
	assert_int_equal(nb_lists(), 1);
	assert_int_equal(udp_src(n - 1), 9);
	assert_int_equal(udp_src(n + 4), 4);
	rig_must("set 0.all udp.src 1");
	assert_int_equal(nb_lists(), 0);

	heap.malloc = some;
	heap.calloc = some_clear;
	most = 4 * n;
	rig.app.pktgen.heap = &heap;
	assert_refused("set 0 udp.src list @f",
		       "NOMEM 20 no memory for the 500000 values of 'f', "
		       "2000000 bytes; nothing was changed");
	assert_sources((unsigned[]){1, 1}, 2);
	most += 100 << 10;
	rig_must("set 0 udp.src list @f");
	rig.app.pktgen.heap = all;

	strcpy(text + 2 * n, "1\n");
	rig_must("rm f; set 0 udp.src 1");
	put_file("f", text);
	assert_refused("set 0 udp.src list @f",
		       "RANGE 20 'f' has more than 500000 values");
	free(text);
}

static void reading_can_be_ended(void **state)
{
	char text[20001] = "";
	(void)state;

	for (unsigned i = 0; i < 10000; i++)
		strcpy(text + 2 * i, "3\n");
	put_file("f", text);
	for (unsigned steps = 0; steps < 45; steps++) {
		rig_type("set 0 udp.src list @f\r");
		for (unsigned i = 0; i < steps; i++)
			rig_step(20 * US);
		rig_type("\3");
		rig_step(MS);
		rig_step(MS);
		rig_must("set 0 udp.src 9");
		assert_int_equal(nb_lists(), 0);
	}
	rig_send("set 0 udp.src list @f");
	for (unsigned i = 0; i < 30; i++)
		rig_step(20 * US);
	put_file("f", "1\n");
	for (unsigned i = 0; i < 30; i++)
		rig_step(20 * US);
	assert_non_null(strstr(rig.screen, "'f' changed while it was read"));
	assert_int_equal(nb_lists(), 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_blanks_and_comments),
		TEST(addresses_differ_in_all_bits),
		TEST(what_is_wrong_names_the_line),
		TEST(a_file_that_changes_changes_no_stream),
		TEST(half_a_million),
		TEST(reading_can_be_ended),
	};

	return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
