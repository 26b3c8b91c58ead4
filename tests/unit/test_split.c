/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "shell/parse.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct words words;
static struct call call;

/*
 * All commands of a line as "WORD@COLUMN WORD@COLUMN<END; ...", where END is
 * the column behind the command and a quoted word begins with '"'; an error
 * as "E_NAME@COLUMN".
 */
static const char *split_bytes(const char *line, unsigned len)
{
	static char buf[4096];
	unsigned next = 0;
	int n = 0;

	buf[0] = '\0';
	while (parse_split(line, len, &next, &words, &call)) {
		assert_true(next <= len);
		for (unsigned i = 0; i < words.count && !call.err; i++)
			n += snprintf(buf + n, sizeof(buf) - (size_t)n,
				      "%s%s%s@%u", i ? " " : "",
				      words.word[i].quoted ? "\"" : "",
				      words.word[i].text, words.word[i].column);
		n += call.err ? snprintf(buf + n, sizeof(buf) - (size_t)n,
					 "%s@%u", shell_err_name(call.err),
					 call.err_column)
			      : snprintf(buf + n, sizeof(buf) - (size_t)n,
					 "<%u; ", words.end_column);
		if (call.err)
			return buf;
	}
	assert_int_equal(next, len);
	assert_int_equal(words.count, 0);
	return buf;
}

struct line {
	const char *line, *words;
};

static void check(const struct line *t, size_t n)
{
	for (; n--; t++) {
		const char *w = split_bytes(t->line, (unsigned)strlen(t->line));

		if (strcmp(w, t->words) != 0)
			fail_msg("'%s': %s", t->line, w);
	}
}

static void blanks_part_words(void **state)
{
	static const struct line lines[] = {
		{"", ""},
		{"   ", ""},
		{" \t ", ""},
		{"size", "size@1<5; "},
		{"size 64", "size@1 64@6<8; "},
		{"  size \t 64  ", "size@3 64@10<12; "},
		{"a b c d", "a@1 b@3 c@5 d@7<8; "},
		{"\xc3\xa9 x", "\xc3\xa9@1 x@4<5; "},
	};
	(void)state;

	check(lines, COUNT(lines));
}

static void semicolons_part_commands(void **state)
{
	static const struct line lines[] = {
		{";", ""},
		{" ; ;; ", ""},
		{"a;b", "a@1<2; b@3<4; "},
		{"a 1 ; b 2;", "a@1 1@3<4; b@7 2@9<10; "},
		{";;a;;b;;", "a@3<4; b@6<7; "},
		{"\"a;b\";c", "\"a;b@1<6; c@7<8; "},
	};
	(void)state;

	check(lines, COUNT(lines));
}

static void a_comment_ends_the_line(void **state)
{
	static const struct line lines[] = {
		{"#", ""},
		{" # a; b \"", ""},
		{"a # b; c", "a@1<2; "},
		{"a;# b; c", "a@1<2; "},
		{"a #\\", "a@1<2; "},
		/* In a word it is a byte like any other. */
		{"a#b #c", "a#b@1<4; "},
		{"\"#\" #", "\"#@1<4; "},
	};
	(void)state;

	check(lines, COUNT(lines));
}

static void quotes_hold_a_word_together(void **state)
{
	static const struct line lines[] = {
		{"\"\"", "\"@1<3; "},
		{"\"a b\"", "\"a b@1<6; "},
		{"x\"a b\"y z", "xa by@1 z@9<10; "},
		{"\"a\"\"b\"", "\"ab@1<7; "},
		{"\"--json\" --json", "\"--json@1 --json@10<16; "},
		{"'a b'", "'a@1 b'@4<6; "},
		{"\"a\\\"b\\\\c\"", "\"a\"b\\c@1<10; "},
		{"\"\\x41\\x7a\\xFF\"", "\"Az\xff@1<15; "},
		{"\"\\n\\t\\x1b\"", "\"\n\t\x1b@1<11; "},
		/* Outside of quotes a backslash is a byte like any other. */
		{"a\\n \\", "a\\n@1 \\@5<6; "},
	};
	(void)state;

	check(lines, COUNT(lines));
}

static void broken_quotes_are_syntax_errors(void **state)
{
	static const struct line lines[] = {
		{"\"", "E_SYNTAX@1"},
		{"ab \"cd", "E_SYNTAX@4"},
		{"ab x\"cd", "E_SYNTAX@5"},
		{"a \"b\\", "E_SYNTAX@5"},
		{"a \"b\\\"", "E_SYNTAX@3"},
		{"a \"b\\q\"", "E_SYNTAX@5"},
		{"\"\\x\"", "E_SYNTAX@2"},
		{"\"\\x4\"", "E_SYNTAX@2"},
		{"\"\\xg0\"", "E_SYNTAX@2"},
		{"\"\\x4", "E_SYNTAX@2"},
		{"\"\\x", "E_SYNTAX@2"},
		/* A word ends with a NUL and holds none. */
		{"\"\\x00\"", "E_SYNTAX@2"},
		/* What stands before is a command of its own. */
		{"a; \"b", "a@1<2; E_SYNTAX@4"},
	};
	(void)state;

	check(lines, COUNT(lines));
	split_bytes("\"a", 2);
	assert_string_equal(call.err_text, "the quote is not closed");
	split_bytes("\"\\q\"", 4);
	assert_string_equal(call.err_text,
			    "a backslash in quotes takes \\\" \\\\ \\n \\t or "
			    "\\x01..\\xff");
}

static void control_bytes_refuse_the_whole_line(void **state)
{
	char line[] = "a; b";
	(void)state;

	for (int byte = 0; byte < 256; byte++) {
		line[3] = (char)byte;
		split_bytes(line, 4);
		if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
			assert_int_equal(call.err, E_BYTE);
			assert_int_equal(call.err_column, 4);
		} else {
			assert_int_equal(call.err,
					 byte == '"' ? E_SYNTAX : E_OK);
		}
	}
	assert_string_equal(split_bytes("a;\0", 3), "E_BYTE@3");
	assert_string_equal(call.err_text,
			    "the line holds the control byte 0x00");
	assert_string_equal(split_bytes("# \x1b", 3), "E_BYTE@3");
	assert_string_equal(split_bytes("\"\x1b\"", 3), "E_BYTE@2");
}

static void many_words_are_refused_not_cut(void **state)
{
	char line[EDIT_LINE_MAX + 1];
	unsigned n = 0;
	(void)state;

	while (n < EDIT_LINE_MAX) {
		line[n++] = 'a';
		line[n++] = ' ';
	}
	split_bytes(line, 2 * PARSE_WORDS_MAX);
	assert_int_equal(call.err, E_OK);
	assert_string_equal(split_bytes(line, n), "E_SURPLUS@65");
	assert_string_equal(call.err_text, "a command has at most 32 words");
}

/* The longest that words can become: all of the line, or 32 of them. */
static void the_longest_line_fits(void **state)
{
	char line[EDIT_LINE_MAX];
	unsigned next = 0;
	(void)state;

	memset(line, 'x', sizeof(line));
	assert_true(parse_split(line, sizeof(line), &next, &words, &call));
	assert_int_equal(strlen(words.word[0].text), EDIT_LINE_MAX);
	for (unsigned i = 1; i < 32; i++)
		line[2 * i - 1] = ' ';
	next = 0;
	assert_true(parse_split(line, sizeof(line), &next, &words, &call));
	assert_int_equal(words.count, 32);
	assert_int_equal(strlen(words.word[31].text), EDIT_LINE_MAX - 62);
}

static void any_bytes_split_within_their_bounds(void **state)
{
	static const char bytes[] = "ab \t;#\"\\xn01\x01\xc3";
	uint64_t seed = 1;
	(void)state;

	for (int i = 0; i < 20000; i++) {
		unsigned len = (unsigned)(unit_random(&seed) % 40), next = 0;
		char *line = test_malloc(len + 1);

		for (unsigned j = 0; j < len; j++)
			line[j] = bytes[unit_random(&seed) % 14];
		while (parse_split(line, len, &next, &words, &call)) {
			assert_true(call.err || words.count);
			if (call.err) {
				assert_in_range(call.err_column, 1, len);
				break;
			}
			assert_in_range(words.end_column, 2, len + 1);
			for (unsigned j = 0; j < words.count; j++)
				assert_in_range(words.word[j].column, 1, len);
		}
		test_free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_part_words),
		cmocka_unit_test(semicolons_part_commands),
		cmocka_unit_test(a_comment_ends_the_line),
		cmocka_unit_test(quotes_hold_a_word_together),
		cmocka_unit_test(broken_quotes_are_syntax_errors),
		cmocka_unit_test(control_bytes_refuse_the_whole_line),
		cmocka_unit_test(many_words_are_refused_not_cut),
		cmocka_unit_test(the_longest_line_fits),
		cmocka_unit_test(any_bytes_split_within_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
