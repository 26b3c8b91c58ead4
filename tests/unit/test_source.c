/* SPDX-License-Identifier: BSD-3-Clause */
/* Where commands come from: lines of files, whatever they look like. */
#include <stdlib.h>
#include <string.h>

#include "shell/source.h"
#include "unit.h"

#define STORE_BYTES 65536

static struct store store;
static struct sources src;
static struct words words;
static struct call call;

static int setup(void **state)
{
	(void)state;
	store_init(&store, malloc(STORE_BYTES), STORE_BYTES);
	memset(&src, 0, sizeof(src));
	src.store = &store;
	sources_start(&src, "run", 3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(store.mem);
	return 0;
}

static void put(const char *name, const char *text, size_t len)
{
	assert_int_equal(store_add(&store, name, text, len), E_OK);
}

static void push(const char *name, bool keep_going)
{
	assert_int_equal(
		sources_push_file(&src, store_find(&store, name), keep_going),
		E_OK);
}

/* The next command, or that there is none; how many lines it took. */
static enum source_result next(unsigned *lines)
{
	enum source_result r;

	*lines = 0;
	do {
		memset(&call, 0, sizeof(call));
		r = sources_next(&src, &words, &call);
		++*lines;
	} while (r == SOURCE_AGAIN);
	return r;
}

static void expect_word(const char *word, const char *place)
{
	char where[64];
	unsigned lines;

	assert_int_equal(next(&lines), SOURCE_COMMAND);
	assert_int_equal(call.err, E_OK);
	assert_string_equal(words.word[0].text, word);
	sources_place(&src, where, sizeof(where));
	assert_string_equal(where, place);
}

/* Blank lines, comments, both line ends, and none at the end. */
static void lines_of_all_kinds(void **state)
{
	static const char text[] = "\n# c\r\na; b\r\n\r\n\n  c # x\nd";
	unsigned lines;

	(void)state;
	put("f", text, sizeof(text) - 1);
	push("f", false);
	expect_word("a", "f:3");
	expect_word("b", "f:3");
	expect_word("c", "f:6");
	expect_word("d", "f:7");
	expect_word("run", "");
	assert_int_equal(next(&lines), SOURCE_DONE);
}

/* Lines of any length: those that are too long fail, and the next works. */
static void long_lines_fail_alone(void **state)
{
	static char text[STORE_BYTES / 2];
	static size_t lens[64];
	static bool crlf[64];
	uint64_t seed = 1;
	char where[64];
	unsigned lines;

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t at = 0;

		for (unsigned i = 0; i < 12; i++) {
			lens[i] = EDIT_LINE_MAX - 3 +
				  (unit_random(&seed) >> 33) % 7;
			crlf[i] = unit_random(&seed) >> 63;
			memset(text + at, 'x', lens[i]);
			at += lens[i];
			if (crlf[i])
				text[at++] = '\r';
			/* The last one may end with the file. */
			if (i < 11 || crlf[i] || round % 2)
				text[at++] = '\n';
		}
		put("f", text, at);
		sources_start(&src, "", 0);
		push("f", true);
		for (unsigned i = 0; i < 12; i++) {
			assert_int_equal(next(&lines), SOURCE_COMMAND);
			if (lens[i] <= EDIT_LINE_MAX) {
				assert_int_equal(call.err, E_OK);
				assert_int_equal(strlen(words.word[0].text),
						 lens[i]);
				continue;
			}
			assert_int_equal(call.err, E_LONG);
			assert_true(sources_fail(&src, &call, where,
						 sizeof(where)));
		}
		assert_int_equal(src.stack[1].row, 12);
	}
}

/* So that nobody is held up, whatever a file holds. */
static void one_line_is_looked_at_in_a_call(void **state)
{
	static char text[30000];
	unsigned lines;

	(void)state;
	memset(text, '\n', sizeof(text));
	put("f", text, sizeof(text));
	push("f", false);
	expect_word("run", "");
	sources_start(&src, "", 0);
	push("f", false);
	assert_int_equal(next(&lines), SOURCE_DONE);
	assert_in_range(lines, sizeof(text), sizeof(text) + 3);
}

/* A place in a repeat is one in the line that holds it. */
static void repeats_know_their_place(void **state)
{
	static const char text[] = "repeat 2 \"a; b\"\n";
	char where[64];
	unsigned lines;

	(void)state;
	put("f", text, sizeof(text) - 1);
	push("f", false);
	expect_word("repeat", "f:1");
	assert_int_equal(sources_push_repeat(&src, 10, 4, 2), E_OK);
	expect_word("a", "f:1");
	expect_word("b", "f:1");
	expect_word("a", "f:1");
	expect_word("b", "f:1");
	call_fail(&call, E_STATE, -1, "no");
	call.err_column = words.word[0].column;
	assert_false(sources_fail(&src, &call, where, sizeof(where)));
	assert_string_equal(where, "f:1:14: ");
	assert_string_equal(call.err_text, "f:1:14: no");
	assert_int_equal(call.err_column, 0);
	assert_int_equal(next(&lines), SOURCE_DONE);
}

static void a_file_that_changes_is_given_up(void **state)
{
	char where[64];
	unsigned lines;

	(void)state;
	for (int keep = 0; keep < 2; keep++) {
		put("f", "a\nb\n", 4);
		sources_start(&src, "", 0);
		push("f", keep);
		expect_word("a", "f:1");
		put("f", "a\nb\nc\n", 6);
		assert_int_equal(next(&lines), SOURCE_COMMAND);
		assert_int_equal(call.err, E_STATE);
		/* There is nothing to go on with. */
		assert_false(sources_fail(&src, &call, where, sizeof(where)));
	}
}

static void depth_is_limited(void **state)
{
	(void)state;
	put("f", "a\n", 2);
	for (int i = 0; i < SOURCE_DEPTH; i++)
		push("f", false);
	assert_int_equal(
		sources_push_file(&src, store_find(&store, "f"), false),
		E_STATE);
	assert_int_equal(sources_push_repeat(&src, 0, 1, 2), E_STATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_of_all_kinds),
		TEST(long_lines_fail_alone),
		TEST(one_line_is_looked_at_in_a_call),
		TEST(repeats_know_their_place),
		TEST(a_file_that_changes_is_given_up),
		TEST(depth_is_limited),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
