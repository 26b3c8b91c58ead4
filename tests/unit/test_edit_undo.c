/* SPDX-License-Identifier: BSD-3-Clause */
/* Undo: ^_ takes back one thing after another. */
#include "unit_edit.h"

#define UNDO "\x1f"

static void typing_is_undone_by_words(void **state)
{
	(void)state;
	type("size 64  128");
	type(UNDO);
	assert_row("> size 64  |");
	type(UNDO);
	assert_row("> size |");
	type("x" UNDO UNDO);
	assert_row("> |");
	type(UNDO);
	assert_int_equal(screen.bells, 1);
	assert_true(edit_empty(&edit));
	/* What stands elsewhere is a step of its own. */
	type("ab" LEFT "c" UNDO);
	assert_row("> a|b");
	type(UNDO);
	assert_row("> |");
}

static void each_erasing_key_is_undone(void **state)
{
	static const char *const keys[] = {
		BACKSPACE, DELETE,  "\x17",        "\x15",
		"\x0b",    ESC "d", ESC BACKSPACE, "\x14",
	};
	(void)state;

	type("one two" LEFT LEFT);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		type(keys[i]);
		assert_string_not_equal(vt100_row(&screen), "> one t|wo");
		type(UNDO);
		assert_row("> one t|wo");
	}
	type("\x0b\x19\x19" UNDO);
	assert_row("> one two|");
	type(UNDO UNDO);
	assert_row("> one t|wo");
}

static void a_recalled_line_is_undone_as_one(void **state)
{
	(void)state;
	enter("port", "port");
	enter("size 64", "size 64");
	type("s" LEFT UP);
	assert_row("> size 64|");
	type("\x15\x10");
	assert_row("> size 64|");
	type(UP UNDO);
	assert_row("> size 64|");
	type(UNDO UNDO);
	assert_row("> size 64|");
	type(UNDO);
	assert_row("> |s");
}

static void a_new_line_has_nothing_to_undo(void **state)
{
	(void)state;
	enter("port", "port");
	type(UNDO);
	assert_row("> |");
	type("abc");
	push(0x03);
	edit_show(&edit, &out);
	show_output(&out, &screen);
	type(UNDO);
	assert_row("> |");
	assert_int_equal(screen.bells, 2);
}

/* A line that lacks bytes does not become whole on the way. */
static void a_line_that_is_too_long_stays_so(void **state)
{
	(void)state;
	repeat("x", EDIT_LINE_MAX);
	type("y");
	assert_true(edit.too_long);
	type("\x15");
	assert_false(edit.too_long);
	type(UNDO);
	assert_int_equal(edit.len, EDIT_LINE_MAX);
	assert_true(edit.too_long);
	/* Nor by way of the kill buffer. */
	type("\x15\x19");
	assert_int_equal(edit.len, EDIT_LINE_MAX);
	assert_true(edit.too_long);
	/* As it was before a byte found no room, it was whole. */
	type(UNDO UNDO UNDO);
	assert_row("> |");
	assert_false(edit.too_long);
}

static void the_oldest_steps_are_forgotten(void **state)
{
	(void)state;
	/* By number... */
	for (unsigned i = 0; i < 2 * EDIT_UNDO_STEPS; i++)
		type(i % 2 ? " " : "a ");
	repeat("b ", EDIT_UNDO_STEPS);
	repeat(UNDO, EDIT_UNDO_STEPS);
	assert_int_equal(screen.bells, 0);
	assert_int_equal(edit.len, 3 * EDIT_UNDO_STEPS);
	type(UNDO);
	assert_int_equal(screen.bells, 1);
	/* ...and by size. */
	type("\x15");
	repeat("x", 1000);
	type("\x15\x19\x15\x19\x15\x19\x15");
	repeat(UNDO, 3);
	assert_int_equal(edit.len, 1000);
	repeat(UNDO, 2);
	assert_int_equal(edit.len, 0);
	assert_int_equal(screen.bells, 2);
}

/* Undone to the end, each key at a time, every line comes back. */
static void every_line_comes_back(void **state)
{
	static const char *const keys[] = {
		"ab", "c ",   " ",       "\x17", ESC "b",     ESC "d",
		LEFT, "\x14", BACKSPACE, DELETE, "\x19",      "\xc3\xa9",
		UP,   DOWN,   "\x15",    HOME,   "\x12s\x05",
	};
	static char line[64][EDIT_LINE_MAX + 1];
	uint64_t seed = 7;

	for (int round = 0; round < 300; round++) {
		unsigned n = 0;

		unit_edit_setup(state);
		enter("stats", "stats");
		enter("a size 64", "a size 64");
		strcpy(line[n], edit.line);
		for (int i = 0; i < 20; i++) {
			type(keys[(unit_random(&seed) >> 16) % 17]);
			/* Typed keys join; others are steps. */
			if (strcmp(line[n], edit.line) != 0)
				strcpy(line[++n], edit.line);
		}
		while (edit.undo.count) {
			type(UNDO);
			while (n && strcmp(line[n], edit.line) != 0)
				n--;
			assert_string_equal(edit.line, line[n]);
		}
		assert_string_equal(edit.line, "");
	}
}

#define TEST(name) cmocka_unit_test_setup(name, unit_edit_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(typing_is_undone_by_words),
		TEST(each_erasing_key_is_undone),
		TEST(a_recalled_line_is_undone_as_one),
		TEST(a_new_line_has_nothing_to_undo),
		TEST(a_line_that_is_too_long_stays_so),
		TEST(the_oldest_steps_are_forgotten),
		TEST(every_line_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
