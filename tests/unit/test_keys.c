/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/keys.h"

#include <string.h>

#include "unit.h"

/* Pushes all of it; returns the only key that comes out, at the last byte. */
static enum key push(struct keys *k, const char *bytes)
{
	for (; bytes[0] && bytes[1]; bytes++)
		assert_int_equal(keys_push(k, (unsigned char)*bytes), KEY_NONE);
	return keys_push(k, (unsigned char)*bytes);
}

static const struct {
	const char *bytes;
	enum key key;
} known[] = {
	{"a", KEY_TEXT},
	{" ", KEY_TEXT},
	{"\xc3", KEY_TEXT},
	{"\x07", KEY_TEXT},
	{"\r", KEY_ENTER},
	{"\n", KEY_ENTER},
	{"\t", KEY_TAB},
	{"\x7f", KEY_BACKSPACE},
	{"\x08", KEY_BACKSPACE},
	{"\x01", KEY_HOME},
	{"\x02", KEY_LEFT},
	{"\x03", KEY_CANCEL},
	{"\x04", KEY_DELETE},
	{"\x05", KEY_END},
	{"\x06", KEY_RIGHT},
	{"\x0b", KEY_KILL_END},
	{"\x0c", KEY_CLEAR},
	{"\x0e", KEY_DOWN},
	{"\x10", KEY_UP},
	{"\x15", KEY_KILL_LINE},
	{"\x17", KEY_KILL_WORD},
	{"\x1b[A", KEY_UP},
	{"\x1b[B", KEY_DOWN},
	{"\x1b[C", KEY_RIGHT},
	{"\x1b[D", KEY_LEFT},
	{"\x1b[H", KEY_HOME},
	{"\x1b[F", KEY_END},
	{"\x1bOA", KEY_UP},
	{"\x1bOB", KEY_DOWN},
	{"\x1bOC", KEY_RIGHT},
	{"\x1bOD", KEY_LEFT},
	{"\x1bOH", KEY_HOME},
	{"\x1bOF", KEY_END},
	{"\x1b[1~", KEY_HOME},
	{"\x1b[7~", KEY_HOME},
	{"\x1b[4~", KEY_END},
	{"\x1b[8~", KEY_END},
	{"\x1b[3~", KEY_DELETE},
	{"\x12", KEY_SEARCH},
	{"\x14", KEY_TRANSPOSE},
	{"\x19", KEY_YANK},
	{"\x1f", KEY_UNDO},
	/* With Shift held they are the same keys. */
	{"\x1b[1;2D", KEY_LEFT},
	{"\x1b[1;5A", KEY_UP},
	{"\x1b[1;5H", KEY_HOME},
	{"\x1b[3;5~", KEY_DELETE},
	/* Ctrl and Alt make words of characters. */
	{"\x1b[1;5C", KEY_WORD_RIGHT},
	{"\x1b[1;5D", KEY_WORD_LEFT},
	{"\x1b[1;3C", KEY_WORD_RIGHT},
	{"\x1b[1;3D", KEY_WORD_LEFT},
	{"\x1b[1;6D", KEY_WORD_LEFT},
	{"\x1b"
	 "b",
	 KEY_WORD_LEFT},
	{"\x1b"
	 "f",
	 KEY_WORD_RIGHT},
	{"\x1b"
	 "B",
	 KEY_WORD_LEFT},
	{"\x1b"
	 "F",
	 KEY_WORD_RIGHT},
	{"\x1b"
	 "d",
	 KEY_KILL_WORD_RIGHT},
	{"\x1b\x7f", KEY_KILL_WORD_LEFT},
	{"\x1b\x08", KEY_KILL_WORD_LEFT},
	/* Where the cursor is. */
	{"\x1b[24;80R", KEY_REPORT},
	{"\x1b[1;9999R", KEY_REPORT},
	/* The marks of a paste are nothing. */
	{"\x1b[200~", KEY_NONE},
	{"\x1b[201~", KEY_NONE},
};

static void known_keys_are_told(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct keys k = {0};

		assert_int_equal(push(&k, known[i].bytes), known[i].key);
		assert_true(keys_idle(&k));
	}
}

static void unknown_sequences_are_one_unknown_key(void **state)
{
	static const char *const unknown[] = {
		"\x1b[2~",
		"\x1b[5~",
		"\x1b[15~",
		"\x1b[24;2~",
		"\x1b[202~",
		"\x1b[R",
		"\x1b[5R",
		"\x1b[1;2;3R",
		"\x1b[0;0R",
		"\x1b[?1;80R",
		"\x1b[1003~",
		"\x1b[Z",
		"\x1b[?25h",
		"\x1b[<0;1;2M",
		"\x1b[<3~",
		"\x1bOP",
		"\x1bx",
		"\x1b[I",
		"\x1b[ q",
		"\x1b[99999999999999999999~",
		/* F1 to F5 of a Linux console. */
		"\x1b[[A",
		"\x1b[[E",
	};
	struct keys k = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_int_equal(push(&k, unknown[i]), KEY_UNKNOWN);
		assert_true(keys_idle(&k));
		assert_int_equal(push(&k, "a"), KEY_TEXT);
	}
}

static void every_way_to_end_a_line_is_one_enter(void **state)
{
	struct keys k = {0};
	(void)state;

	assert_int_equal(push(&k, "\r"), KEY_ENTER);
	assert_int_equal(push(&k, "\r"), KEY_ENTER);
	assert_int_equal(push(&k, "\n"), KEY_NONE);
	assert_int_equal(push(&k, "\n"), KEY_ENTER);
	assert_int_equal(push(&k, "\n"), KEY_ENTER);
	assert_int_equal(push(&k, "\r"), KEY_ENTER);
	assert_int_equal(push(&k, "a"), KEY_TEXT);
	assert_int_equal(push(&k, "\n"), KEY_ENTER);
}

/* Whatever is half way in when another key begins, the other key works. */
static void a_broken_sequence_swallows_no_key(void **state)
{
	static const char *const broken[] = {"\x1b", "\x1b[", "\x1bO",
					     "\x1b[1;5", "\x1b[["};
	struct keys k = {0};
	(void)state;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		assert_int_equal(push(&k, broken[i]), KEY_NONE);
		assert_false(keys_idle(&k));
		assert_int_equal(push(&k, "\r"), KEY_ENTER);
		assert_int_equal(push(&k, broken[i]), KEY_NONE);
		assert_int_equal(push(&k, "\x03"), KEY_CANCEL);
		assert_int_equal(push(&k, broken[i]), KEY_NONE);
		assert_int_equal(push(&k, "\x1b[A"), KEY_UP);
		assert_int_equal(push(&k, broken[i]), KEY_NONE);
		assert_int_equal(push(&k, "\x1bOB"), KEY_DOWN);
		assert_int_equal(push(&k, broken[i]), KEY_NONE);
		assert_int_equal(push(&k, "\x7f"),
				 broken[i][1] ? KEY_BACKSPACE
					      : KEY_KILL_WORD_LEFT);
		/* The first byte of a character, not only its rest. */
		assert_int_equal(push(&k, broken[i]), KEY_NONE);
		assert_int_equal(push(&k, "\xc3"), KEY_TEXT);
		assert_true(keys_idle(&k));
	}
}

static void a_long_sequence_stays_one_key(void **state)
{
	struct keys k = {0};
	(void)state;

	assert_int_equal(push(&k, "\x1b["), KEY_NONE);
	for (int i = 0; i < 10000000; i++)
		assert_int_equal(keys_push(&k, i % 7 ? ';' : '3'), KEY_NONE);
	assert_int_equal(keys_push(&k, 'm'), KEY_UNKNOWN);
}

static void a_paste_is_known_by_its_marks(void **state)
{
	struct keys k = {0};
	(void)state;

	push(&k, "\x1b[200~");
	assert_true(k.pasting);
	assert_int_equal(push(&k, "a"), KEY_TEXT);
	assert_int_equal(push(&k, "\r"), KEY_ENTER);
	assert_true(k.pasting);
	push(&k, "\x1b[201~");
	assert_false(k.pasting);
}

static unsigned report(const char *text, struct keys_size *size)
{
	return keys_report((const unsigned char *)text, (unsigned)strlen(text),
			   size);
}

static void a_report_is_found_behind_other_bytes(void **state)
{
	struct keys_size size = {0};
	(void)state;

	assert_int_equal(report("ab\x1b[24;132R", &size), 9);
	assert_int_equal(size.columns, 132);
	assert_int_equal(report("\x1b[9999;9999R", &size), 12);
	assert_int_equal(size.columns, 9999);
	assert_int_equal(report("\x1b[1;1Rx", &size), 0);
	assert_int_equal(report("\x1b[1;Rx", &size), 0);
	assert_int_equal(report("\x1b[A1;1R", &size), 0);
	assert_int_equal(report("[1;1R", &size), 0);
	assert_int_equal(report("R", &size), 0);
	assert_int_equal(report("", &size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_keys_are_told),
		cmocka_unit_test(unknown_sequences_are_one_unknown_key),
		cmocka_unit_test(every_way_to_end_a_line_is_one_enter),
		cmocka_unit_test(a_broken_sequence_swallows_no_key),
		cmocka_unit_test(a_long_sequence_stays_one_key),
		cmocka_unit_test(a_paste_is_known_by_its_marks),
		cmocka_unit_test(a_report_is_found_behind_other_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
