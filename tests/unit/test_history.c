/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines typed before, by themselves and as the editor brings them back. */
#include <stdio.h>

#include "unit_edit.h"

static struct history history;

static void the_newest_line_is_the_first(void **state)
{
	(void)state;
	assert_null(history_get(&history, 0));
	assert_null(history_get(&history, 1));
	history_add(&history, "one");
	history_add(&history, "two");
	assert_string_equal(history_get(&history, 1), "two");
	assert_string_equal(history_get(&history, 2), "one");
	assert_null(history_get(&history, 3));
	assert_null(history_get(&history, 0));
}

static void empty_lines_and_repetitions_are_not_kept(void **state)
{
	static char longest[HISTORY_BYTES + 1];
	unsigned count = history.count;
	(void)state;

	history_add(&history, "");
	history_add(&history, "two");
	assert_int_equal(history.count, count);
	memset(longest, 'x', sizeof(longest) - 1);
	history_add(&history, longest);
	assert_int_equal(history.count, count);
	assert_string_equal(history_get(&history, 1), "two");
	history_add(&history, "one");
	assert_int_equal(history.count, count + 1);
	longest[HISTORY_BYTES - 1] = '\0';
	history_add(&history, longest);
	assert_int_equal(history.count, 1);
	assert_int_equal(history.used, HISTORY_BYTES);
	assert_string_equal(history_get(&history, 1), longest);
}

static void the_oldest_go_when_room_is_needed(void **state)
{
	uint64_t seed = 1;
	char line[512];
	(void)state;

	for (unsigned i = 0; i < 2000; i++) {
		unsigned n = (unsigned)(unit_random(&seed) % 500);

		memset(line, 'a' + (int)(i % 26), n);
		snprintf(line + n, sizeof(line) - n, "%u", i);
		history_add(&history, line);
		assert_string_equal(history_get(&history, 1), line);
		assert_true(history.used <= HISTORY_BYTES);
		/* As many as fit stay. */
		assert_true(i < 4 || history.count >= 4);
		assert_non_null(history_get(&history, history.count));
		assert_null(history_get(&history, history.count + 1));
	}
}

static void up_and_down_walk_through_the_lines(void **state)
{
	(void)state;
	enter("one", "one");
	enter("two", "two");
	type(UP);
	assert_row("> two|");
	type(UP);
	assert_row("> one|");
	type(UP);
	assert_row("> one|");
	type(DOWN);
	assert_row("> two|");
	type(DOWN);
	assert_row("> |");
	type(DOWN "three");
	assert_row("> three|");
	type("\x15\x10\x10\x0e");
	assert_row("> two|");
	enter("", "two");
	assert_null(history_get(&edit.history, 3));
}

static void a_recalled_line_can_be_changed(void **state)
{
	(void)state;
	enter("size 64", "size 64");
	type(UP BACKSPACE BACKSPACE "128");
	assert_row("> size 128|");
	enter("", "size 128");
	/* What was entered before stays as it was. */
	type(UP UP);
	assert_row("> size 64|");
	enter("", "size 64");
	type(UP UP UP);
	assert_row("> size 64|");
	assert_int_equal(edit.history.count, 3);
}

static void with_text_typed_only_lines_that_begin_so(void **state)
{
	(void)state;
	enter("size 64", "size 64");
	enter("stats", "stats");
	enter("size 128", "size 128");
	enter("stop", "stop");
	type("si" UP);
	assert_row("> size 128|");
	type(LEFT "\x10");
	assert_row("> size 64|");
	type(UP);
	assert_row("> size 64|");
	assert_int_equal(screen.bells, 1);
	type("\x0e");
	assert_row("> size 128|");
	type(DOWN);
	assert_row("> si|");
	type(DOWN);
	assert_row("> si|");
	/* A line that was changed is what the next ones have to begin with. */
	type(UP UP BACKSPACE);
	assert_row("> size 6|");
	type("\x17" UP);
	assert_row("> size 128|");
	type(DOWN "x" UP);
	assert_row("> size x|");
	assert_int_equal(screen.bells, 2);
	type("\x15"
	     "st" UP UP);
	assert_row("> stats|");
}

static void a_long_line_is_recalled_at_its_end(void **state)
{
	(void)state;
	enter("0123456789abcdefghij", "0123456789abcdefghij");
	type(UP);
	assert_row("> 3456789abcdefghij|");
	type(DOWN);
	assert_row("> |");
}

static void type_too_long(void)
{
	repeat("x", EDIT_LINE_MAX);
	assert_int_equal(screen.bells, 0);
	assert_false(edit.too_long);
	type("y");
	assert_int_equal(screen.bells, 1);
	assert_true(edit.too_long);
}

static void a_line_of_the_greatest_length_is_taken(void **state)
{
	char line[EDIT_LINE_MAX + 1];
	(void)state;

	memset(line, 'x', EDIT_LINE_MAX);
	line[EDIT_LINE_MAX] = '\0';
	enter(line, line);
	type(UP);
	enter("", line);
	assert_int_equal(edit.history.count, 1);
}

static void a_longer_line_is_told_as_such_and_not_kept(void **state)
{
	(void)state;
	type_too_long();
	repeat("z", 3000);
	/* One bell is enough. */
	assert_int_equal(screen.bells, 1);
	type(BACKSPACE);
	/* Bytes are missing in it: it must not run as if whole. */
	assert_true(edit.too_long);
	assert_int_equal(push('\r'), EDIT_LINE);
	assert_true(edit.too_long);
	assert_null(history_get(&edit.history, 1));
	edit_reset(&edit);
	edit_show(&edit, &out);
	show_output(&out, &screen);
	enter("port", "port");
}

static void erased_a_line_is_no_longer_too_long(void **state)
{
	(void)state;
	type_too_long();
	type("\x15");
	enter("port", "port");
}

static void a_recalled_line_is_not_too_long_itself(void **state)
{
	char line[EDIT_LINE_MAX + 1];
	(void)state;

	memset(line, 'x', EDIT_LINE_MAX);
	line[EDIT_LINE_MAX] = '\0';
	enter(line, line);
	type_too_long();
	type(UP);
	assert_false(edit.too_long);
	/* Its own comes back as what it was. */
	type(DOWN);
	assert_true(edit.too_long);
	enter(UP, line);
	enter("size 64", "size 64");
}

static void control_bytes_survive_a_look_at_the_history(void **state)
{
	(void)state;
	enter("port", "port");
	type_bytes("a\0b", 3);
	assert_row("> a^@b|");
	type(UP DOWN);
	assert_row("> a^@b|");
	assert_int_equal(push('\r'), EDIT_LINE);
	assert_int_equal(edit.len, 3);
	assert_null(history_get(&edit.history, 2));
}

#define TEST(name) cmocka_unit_test_setup(name, unit_edit_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_line_is_the_first),
		cmocka_unit_test(empty_lines_and_repetitions_are_not_kept),
		cmocka_unit_test(the_oldest_go_when_room_is_needed),
		TEST(up_and_down_walk_through_the_lines),
		TEST(a_recalled_line_can_be_changed),
		TEST(with_text_typed_only_lines_that_begin_so),
		TEST(a_long_line_is_recalled_at_its_end),
		TEST(a_line_of_the_greatest_length_is_taken),
		TEST(a_longer_line_is_told_as_such_and_not_kept),
		TEST(erased_a_line_is_no_longer_too_long),
		TEST(a_recalled_line_is_not_too_long_itself),
		TEST(control_bytes_survive_a_look_at_the_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
