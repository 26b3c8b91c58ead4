/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's lines, and what of them is shown. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "client/lines.h"
#include "client/show.h"

struct taken {
	unsigned count, cut;
	char text[3 * LINES_MAX];
};

static void take(void *arg, char *line, size_t len, bool cut)
{
	struct taken *t = arg;

	assert_int_equal(line[len], '\0');
	t->count++;
	t->cut += cut;
	assert_true(strlen(t->text) + len + 2 < sizeof(t->text));
	strncat(t->text, line, len);
	strcat(t->text, "|");
}

/* The lines of `data`, fed `step` bytes at a time, each with a '|' behind. */
static struct taken *feed(const char *data, size_t len, size_t step)
{
	static struct taken taken;
	struct lines *lines = calloc(1, sizeof(*lines));

	assert_non_null(lines);
	memset(&taken, 0, sizeof(taken));
	for (size_t at = 0; at < len; at += step)
		lines_feed(lines, data + at, len - at < step ? len - at : step,
			   take, &taken);
	free(lines);
	return &taken;
}

static void lines_are_the_same_however_they_come(void **state)
{
	static const char data[] =
		"one\r\n\ntwo\r\r\nukpktgen> \r\x1b[K@1 OK\r\n"
		"a\rb\r\x1b[Kc\r\x1b[K\r\nrest";

	(void)state;
	for (size_t step = 1; step < sizeof(data); step++)
		assert_string_equal(feed(data, sizeof(data) - 1, step)->text,
				    "one||two|@1 OK||");
}

static void a_long_line_is_cut_and_the_next_is_whole(void **state)
{
	static const size_t lens[] = {LINES_MAX - 1, LINES_MAX, LINES_MAX + 1,
				      4 * LINES_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		char *data = malloc(lens[i] + 7);
		const struct taken *t;

		assert_non_null(data);
		memset(data, 'x', lens[i]);
		memcpy(data + lens[i], "\nnext\n", 7);
		t = feed(data, lens[i] + 6, 4093);
		assert_int_equal(t->count, 2);
		assert_int_equal(t->cut, lens[i] > LINES_MAX);
		assert_string_equal(t->text + strlen(t->text) - 5, "next|");
		assert_true(strlen(t->text) <= LINES_MAX + 6);
		free(data);
	}
}

static void a_nul_ends_no_line(void **state)
{
	const struct taken *t = feed("a\0b\nc\n", 6, 6);

	(void)state;
	assert_int_equal(t->count, 2);
	assert_string_equal(t->text, "a|c|");
}

static void check(enum show_for how, const char *text, const char *shown,
		  unsigned columns)
{
	char out[SHOW_GROWTH * 64 + 1];
	unsigned n;

	assert_int_equal(show_text(out, text, strlen(text), how, &n),
			 strlen(shown));
	assert_string_equal(out, shown);
	assert_int_equal(n, columns);
	assert_int_equal(show_is_plain(text, strlen(text)),
			 how == SHOW_TERMINAL && !strcmp(text, shown));
}

static void what_steers_a_terminal_is_shown_as_bytes(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	check(SHOW_TERMINAL, "size 64", "size 64", 7);
	check(SHOW_TERMINAL, "a\tb", "a       b", 9);
	check(SHOW_TERMINAL, "\x1b[2J\r\n\x7f", "\\x1b[2J\\x0d\\x0a\\x7f", 19);
	check(SHOW_TERMINAL, "\xc3\xa4\xe2\x96\x88", "\xc3\xa4\xe2\x96\x88", 2);
	check(SHOW_TERMINAL, "\xe6\xbc\xa2", "\xe6\xbc\xa2", 2);
	check(SHOW_TERMINAL, "\xc2\x9b", "\\xc2\\x9b", 8);
	check(SHOW_TERMINAL, "\xe2\x80\xae", "\\xe2\\x80\\xae", 12);
	check(SHOW_TERMINAL, "\xff\xe2\x96", "\\xff\\xe2\\x96", 12);
	setlocale(LC_CTYPE, "C");
	check(SHOW_TERMINAL, "\xc2\x9b\x9b", "\\xc2\\x9b\\x9b", 12);
}

static void files_get_all_but_control_characters(void **state)
{
	char out[SHOW_GROWTH * 16 + 1];

	(void)state;
	show_text(out, "a\tb\x1b\xc3\xa4\xff\x7f", 8, SHOW_FILE, NULL);
	assert_string_equal(out, "a\tb\\x1b\xc3\xa4\xff\\x7f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_the_same_however_they_come),
		cmocka_unit_test(a_long_line_is_cut_and_the_next_is_whole),
		cmocka_unit_test(a_nul_ends_no_line),
		cmocka_unit_test(what_steers_a_terminal_is_shown_as_bytes),
		cmocka_unit_test(files_get_all_but_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
