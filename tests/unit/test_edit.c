/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit_edit.h"

static void what_is_typed_stands_before_the_cursor(void **state)
{
	(void)state;
	assert_row("> |");
	type("size");
	assert_row("> size|");
	type(" ");
	assert_row("> size |");
	enter("64", "size 64");
	assert_string_equal(screen.last, "> size 64");
	assert_int_equal(screen.rows, 1);
	assert_row("> |");
}

static void the_cursor_moves_and_text_goes_in_where_it_is(void **state)
{
	(void)state;
	type("size");
	type(LEFT LEFT);
	assert_row("> si|ze");
	type("x");
	assert_row("> six|ze");
	type(HOME "12");
	assert_row("> 12|sixze");
	type(RIGHT);
	assert_row("> 12s|ixze");
	type("\x05"
	     "9");
	assert_row("> 12sixze9|");
	type("\x01\x06\x06\x02"
	     "a");
	assert_row("> 1a|2sixze9");
	/* Enter takes all of it, wherever the cursor is. */
	enter("", "1a2sixze9");
	/* At either end they do nothing. */
	type(LEFT HOME "a" RIGHT END);
	assert_row("> a|");
	assert_int_equal(screen.bells, 0);
}

static void the_erasing_keys_erase(void **state)
{
	(void)state;
	type("one two  three" LEFT BACKSPACE);
	assert_row("> one two  thr|e");
	type("\x08");
	assert_row("> one two  th|e");
	type(DELETE DELETE "\x04");
	assert_row("> one two  th|");
	type("\x17");
	assert_row("> one two  |");
	type("\x17");
	assert_row("> one |");
	type("two" LEFT "\x17");
	assert_row("> one |o");
	type(LEFT LEFT "\x0b");
	assert_row("> on|");
	type("ly" LEFT "\x15");
	assert_row("> |y");
	/* Where there is nothing to erase they do nothing. */
	type(BACKSPACE "\x17\x15" END DELETE "\x0b");
	assert_row("> y|");
	assert_int_equal(screen.bells, 0);
}

static void a_character_of_several_bytes_is_one(void **state)
{
	(void)state;
	type("a\xc3\xa9");
	assert_row("> a\xc3\xa9|");
	type("\xe2\x82\xac\xf0\x9f\x98\x80!");
	assert_row("> a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!|");
	type(LEFT LEFT LEFT);
	assert_row("> a\xc3\xa9|\xe2\x82\xac\xf0\x9f\x98\x80!");
	type(DELETE);
	assert_row("> a\xc3\xa9|\xf0\x9f\x98\x80!");
	type(RIGHT BACKSPACE);
	assert_row("> a\xc3\xa9|!");
	type(BACKSPACE "\xc3\xbc");
	assert_row("> a\xc3\xbc|!");
	enter("", "a\xc3\xbc!");
}

static void a_character_has_its_columns(void **state)
{
	(void)state;
	/* Two of two columns, then one. */
	type("\xe6\xbc\xa2\xe5\xad\x97z" LEFT);
	assert_row("> \xe6\xbc\xa2\xe5\xad\x97|z");
	assert_int_equal(screen.column, 6);
	type(LEFT LEFT "x");
	assert_row("> x|\xe6\xbc\xa2\xe5\xad\x97z");
	type(END "e\xcc\x81");
	assert_int_equal(screen.column, 9);
	type(LEFT);
	assert_int_equal(screen.column, 9);
	type(LEFT);
	assert_int_equal(screen.column, 8);
	/* Half of one is not shown at the end of the row. */
	type("\x15\x0b"
	     "a");
	repeat("\xe6\xbc\xa2", 9);
	type(HOME);
	assert_int_equal(screen.len, 2 + 17);
	type("b");
	assert_int_equal(screen.len, 2 + 16);
	assert_int_equal(screen.bells, 0);
}

static void what_is_no_utf8_is_shown_byte_by_byte(void **state)
{
	(void)state;
	/* A character is not there until it is whole. */
	type("\xe2");
	assert_row("> ?|");
	type("\x82");
	assert_row("> ??|");
	type("\xac");
	assert_row("> \xe2\x82\xac|");
	type("\x15\x80\xff\xc3");
	assert_row("> ???|");
	type(LEFT LEFT);
	assert_row("> ?|??");
	type(DELETE "x");
	assert_row("> ?x|?");
	/* Overlong, a surrogate, beyond the last: no terminal takes them. */
	type("\x0b\x15\xe0\x80\x80");
	assert_row("> ???|");
	type("\x15\xed\xa0\x80");
	assert_row("> ???|");
	type("\x15\xf4\x90\x80\x80");
	assert_row("> ????|");
	type(BACKSPACE);
	assert_row("> ???|");
	type("\x15\xc0\xaf");
	assert_row("> ??|");
}

static void control_bytes_are_shown_and_drive_nothing(void **state)
{
	(void)state;
	type("a\x07\x1a");
	assert_row("> a^G^Z|");
	type_bytes("\0", 1);
	assert_row("> a^G^Z^@|");
	type(LEFT LEFT);
	assert_row("> a^G|^Z^@");
	type(BACKSPACE);
	assert_row("> a|^Z^@");
	type(DELETE DELETE "b");
	assert_row("> ab|");
	/* Nor do the control characters that are written as two bytes. */
	type("\xc2\x9b"
	     "31m");
	assert_row("> ab??31m|");
	assert_int_equal(screen.bells, 0);
}

/* What they stand for is not the editor's to know. */
static void tab_and_question_mark_leave_the_line_alone(void **state)
{
	(void)state;
	type("si");
	assert_int_equal(edit_byte('\t'), EDIT_COMPLETE);
	assert_int_equal(edit_byte('?'), EDIT_HELP);
	assert_row("> si|");
	edit_insert(&edit, &out, "ze ", 3);
	show_output(&out, &screen);
	assert_row("> size |");
	type(LEFT LEFT LEFT);
	edit_insert(&edit, &out, "?", 1);
	show_output(&out, &screen);
	assert_row("> si?|ze ");
}

static void a_long_line_scrolls_sideways(void **state)
{
	(void)state;
	type("0123456789abcdefg");
	assert_row("> 0123456789abcdefg|");
	type("h");
	assert_row("> 123456789abcdefgh|");
	type("ij");
	assert_row("> 3456789abcdefghij|");
	/* The view stays while the cursor is in it. */
	repeat(LEFT, 17);
	assert_row("> |3456789abcdefghij");
	type(LEFT);
	assert_row("> |23456789abcdefghi");
	type(HOME);
	assert_row("> |0123456789abcdefg");
	type("-");
	assert_row("> -|0123456789abcdef");
	type(END);
	assert_row("> 3456789abcdefghij|");
	enter("", "-0123456789abcdefghij");
	assert_string_equal(screen.last, "> 3456789abcdefghij");
	assert_row("> |");
}

/* What is being erased can be seen. */
static void erasing_brings_back_what_had_scrolled_away(void **state)
{
	(void)state;
	type("0123456789abcdefghij");
	assert_row("> 3456789abcdefghij|");
	type(BACKSPACE);
	assert_row("> 23456789abcdefghi|");
	repeat(BACKSPACE, 4);
	assert_row("> 0123456789abcde|");
	repeat(BACKSPACE, 14);
	assert_row("> 0|");
}

static void wide_bytes_scroll_too(void **state)
{
	(void)state;
	type("\x07\x07\x07\x07\x07\x07\x07\x07");
	assert_row("> ^G^G^G^G^G^G^G^G|");
	type("\xc3\xa9");
	assert_row("> ^G^G^G^G^G^G^G^G\xc3\xa9|");
	type("a");
	assert_row("> ^G^G^G^G^G^G^G\xc3\xa9"
		   "a|");
	type(HOME);
	assert_row("> |^G^G^G^G^G^G^G^G\xc3\xa9");
	type("x");
	assert_row("> x|^G^G^G^G^G^G^G^G");
}

static void clear_draws_the_row_again_at_the_top(void **state)
{
	(void)state;
	type("size 64" LEFT "\x0c");
	assert_int_equal(screen.clears, 1);
	assert_row("> size 6|4");
	enter("", "size 64");
}

static void cancel_drops_the_line(void **state)
{
	(void)state;
	type("size");
	assert_int_equal(push(0x03), EDIT_CANCEL);
	assert_string_equal(screen.last, "> size^C");
	edit_show(&edit, &out);
	show_output(&out, &screen);
	assert_row("> |");
	assert_true(edit_empty(&edit));
	enter("port", "port");
	assert_null(history_get(&edit.history, 2));
	/* Where there is no room to show it, it works as well. */
	type("0123456789abcdef");
	assert_int_equal(push(0x03), EDIT_CANCEL);
	assert_string_equal(screen.last, "> 0123456789abcdef");
	assert_true(edit_empty(&edit));
}

static void an_unknown_key_rings_and_changes_nothing(void **state)
{
	(void)state;
	type("ab" ESC "[5~" ESC "x" ESC "[[A");
	assert_int_equal(screen.bells, 3);
	assert_row("> ab|");
	enter("c" ESC "[1;", "abc");
	type("d" ESC "[" ESC "[Dx");
	assert_row("> x|d");
}

static void hidden_and_shown_it_is_as_before(void **state)
{
	(void)state;
	type("size 64" LEFT LEFT);
	edit_hide(&edit, &out);
	show_output(&out, &screen);
	assert_row("|");
	edit_hide(&edit, &out);
	assert_int_equal(out_room(&out), OUT_BYTES);
	edit_show(&edit, &out);
	show_output(&out, &screen);
	assert_row("> size |64");
}

static void it_is_empty_only_between_keys(void **state)
{
	(void)state;
	assert_true(edit_empty(&edit));
	type(ESC);
	assert_false(edit_empty(&edit));
	type("[C");
	assert_true(edit_empty(&edit));
	type("a");
	assert_false(edit_empty(&edit));
	type(BACKSPACE);
	assert_true(edit_empty(&edit));
}

/* Keys at random: push() checks the invariants and draws anew after each. */
static void whatever_is_typed_the_screen_shows_it(void **state)
{
	static const char *const keys[] = {
		LEFT,         RIGHT,          UP,
		DOWN,         HOME,           END,
		DELETE,       BACKSPACE,      "\x17",
		"\x0c",       "\xc3\xa9",     "\x07",
		"a word ",    "\xe2\x82\xac", ESC "[5~",
		"\x15",       "\x0b",         "\xf0\x9f\x98\x80",
		"0123456789", "\xe6\xbc\xa2", "e\xcc\x81",
		"\x12",       ESC "b",        ESC "f",
		ESC "d",      ESC BACKSPACE,  "\x19",
		"\x14",       "\x1f",         "\x1f\x1f",
		"\x12w",      ESC "[1;20R",   ESC "[200~",
		ESC "[201~",
	};
	uint64_t seed = 1;
	(void)state;

	for (int i = 0; i < 30000; i++) {
		uint64_t r = unit_random(&seed) >> 16;
		enum edit_event event = EDIT_NONE;

		if (r % 4)
			for (const char *k = keys[r / 4 % 34]; *k; k++)
				push((unsigned char)*k);
		else
			event = push((unsigned char)(r / 4));
		if (event == EDIT_LINE)
			edit_reset(&edit);
		if (event == EDIT_LINE || event == EDIT_CANCEL)
			edit_show(&edit, &out);
		show_output(&out, &screen);
	}
}

/* The widest row of the longest characters; no screen here is as wide. */
static void no_key_puts_out_more_than_there_is_room_for(void **state)
{
	static const char *const keys[] = {
		LEFT,   HOME,   END,    "\x14", BACKSPACE,
		"\x19", "\x0c", "\x1f", "\x12", "\xf0\x9f\x98\x80",
		"\x0c", "\x12", "\x0c", UP,     "\x12",
		"\x07", "\x03",
	};
	(void)state;

	edit_init(&edit, "ukpktgen> ", EDIT_WIDTH_MAX);
	edit.ask = true;
	edit_show(&edit, &out);
	for (int i = 0; i < 2; i++) {
		for (int n = 0; n < 145; n++)
			edit_byte(0x1a);
		for (int n = 0; n < 219 * 4; n++)
			edit_byte("\xf0\x9f\x98\x80"[n % 4]);
		if (!i)
			edit_byte('\r');
		edit_reset(&edit);
		edit_show(&edit, &out);
	}
	edit_byte(0x10);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		for (const char *k = keys[i]; *k; k++) {
			out_drop(&out, OUT_BYTES - out_room(&out));
			edit_byte((unsigned char)*k);
			assert_true(OUT_BYTES - out_room(&out) <= EDIT_ROOM);
		}
	assert_true(edit_empty(&edit));
}

#define TEST(name) cmocka_unit_test_setup(name, unit_edit_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_typed_stands_before_the_cursor),
		TEST(the_cursor_moves_and_text_goes_in_where_it_is),
		TEST(the_erasing_keys_erase),
		TEST(a_character_of_several_bytes_is_one),
		TEST(a_character_has_its_columns),
		TEST(what_is_no_utf8_is_shown_byte_by_byte),
		TEST(control_bytes_are_shown_and_drive_nothing),
		TEST(tab_and_question_mark_leave_the_line_alone),
		TEST(a_long_line_scrolls_sideways),
		TEST(erasing_brings_back_what_had_scrolled_away),
		TEST(wide_bytes_scroll_too),
		TEST(clear_draws_the_row_again_at_the_top),
		TEST(cancel_drops_the_line),
		TEST(an_unknown_key_rings_and_changes_nothing),
		TEST(hidden_and_shown_it_is_as_before),
		TEST(it_is_empty_only_between_keys),
		TEST(whatever_is_typed_the_screen_shows_it),
		TEST(no_key_puts_out_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
