/* SPDX-License-Identifier: BSD-3-Clause */
/* ^R: a search through the history that goes on with each key. */
#include "unit_edit.h"

#define SEARCH "\x12"

/* A row with room for the search's own words. */
static int setup(void **state)
{
	unit_edit_setup(state);
	vt100_init(&screen, 60);
	edit_init(&edit, "> ", 60);
	edit_show(&edit, &out);
	show_output(&out, &screen);
	enter("size 0 64", "size 0 64");
	enter("rate 10kpps", "rate 10kpps");
	enter("size 1 128", "size 1 128");
	enter("stats", "stats");
	return 0;
}

static void each_key_narrows_it(void **state)
{
	(void)state;
	type(SEARCH);
	assert_row("(search)'': |");
	type("s");
	assert_row("(search)'s': s|tats");
	type("i");
	assert_row("(search)'si': si|ze 1 128");
	type(BACKSPACE);
	assert_row("(search)'s': s|tats");
	type("ize 0");
	assert_row("(search)'size 0': size 0| 64");
	type(BACKSPACE BACKSPACE BACKSPACE BACKSPACE BACKSPACE BACKSPACE);
	assert_row("(search)'': |");
	assert_int_equal(screen.bells, 0);
}

static void again_finds_an_older_one(void **state)
{
	(void)state;
	type(SEARCH "size" SEARCH);
	assert_row("(search)'size': size| 0 64");
	/* The last that was found stays when there is none. */
	type(SEARCH);
	assert_row("(failed)'size': size| 0 64");
	assert_int_equal(screen.bells, 1);
	type(BACKSPACE);
	assert_row("(search)'siz': siz|e 1 128");
	type("x");
	assert_row("(failed)'sizx': siz|e 1 128");
	/* Without a text it is the one before. */
	type("\x07" SEARCH "kp\x07" SEARCH SEARCH);
	assert_row("(search)'kp': rate 10kp|ps");
}

static void a_line_that_was_found_already_is_passed_over(void **state)
{
	(void)state;
	enter("size 0 64", "size 0 64");
	enter("size 1 128", "size 1 128");
	enter("size 0 64", "size 0 64");
	type(SEARCH "64");
	assert_row("(search)'64': size 0 64|");
	type(SEARCH);
	assert_row("(failed)'64': size 0 64|");
}

static void enter_runs_what_was_found(void **state)
{
	(void)state;
	enter(SEARCH "rate", "rate 10kpps");
	assert_string_equal(screen.last, "> rate 10kpps");
	assert_string_equal(history_get(&edit.history, 1), "rate 10kpps");
	/* What was typed before runs if nothing was looked for. */
	enter("port" SEARCH, "port");
	assert_string_equal(screen.last, "> port");
	enter("port 1" SEARCH "nowhere", "port 1");
}

static void it_can_be_left_with_the_line_as_it_was(void **state)
{
	(void)state;
	type("port" LEFT SEARCH "rate");
	assert_row("(search)'rate': rate| 10kpps");
	type("\x07");
	assert_row("> por|t");
	type(SEARCH "rate");
	assert_int_equal(push(0x03), EDIT_NONE);
	assert_row("> por|t");
	assert_int_equal(push(0x03), EDIT_CANCEL);
}

static void other_keys_take_the_line_and_act(void **state)
{
	(void)state;
	type(SEARCH "128\x01");
	assert_row("> |size 1 128");
	type("\x15\x0b" SEARCH "rate" LEFT);
	assert_row("> rat|e 10kpps");
	/* The line it took the place of can be had back. */
	type("\x1f");
	assert_row("> |");
	type(SEARCH "rate" ESC "[5~");
	assert_row("> rate| 10kpps");
	assert_int_equal(screen.bells, 1);
	type("\x15\x0b" SEARCH "si\x17");
	assert_row("> |ze 1 128");
	type("\x15\x0b" SEARCH "si");
	assert_int_equal(push('\t'), EDIT_COMPLETE);
	assert_row("> si|ze 1 128");
	type("\x15\x0b" SEARCH "64" UP);
	assert_row("> size 0 64|");
	type("\x15" SEARCH "64\x0c");
	assert_row("> size 0 64|");
	assert_int_equal(screen.clears, 1);
}

static void it_is_not_empty_while_it_searches(void **state)
{
	(void)state;
	type(SEARCH);
	assert_false(edit_empty(&edit));
	type("\x07");
	assert_true(edit_empty(&edit));
}

static void hidden_and_shown_it_goes_on(void **state)
{
	(void)state;
	type(SEARCH "ra");
	edit_hide(&edit, &out);
	edit_show(&edit, &out);
	show_output(&out, &screen);
	assert_row("(search)'ra': ra|te 10kpps");
	enter("te", "rate 10kpps");
}

static void a_text_that_is_too_long_rings(void **state)
{
	char line[EDIT_SEARCH_MAX + 3];
	(void)state;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	enter(line, line);
	type(SEARCH);
	repeat("x", EDIT_SEARCH_MAX);
	assert_int_equal(screen.bells, 0);
	repeat("x", 100);
	assert_int_equal(screen.bells, 100);
	enter("", line);
}

static void a_narrow_row_shows_the_ends(void **state)
{
	(void)state;
	edit_set_size(&edit, &(struct keys_size){24, WIDTH});
	type(SEARCH "10kpps");
	/* Seven columns are left: three for the text, four for the line. */
	assert_row("(search)'pps': kpps|");
	type("\x07" SEARCH "\xc3\xa9");
	assert_row("(failed)'\xc3\xa9': |");
	type(BACKSPACE);
	assert_row("(search)'': |");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_key_narrows_it),
		TEST(again_finds_an_older_one),
		TEST(a_line_that_was_found_already_is_passed_over),
		TEST(enter_runs_what_was_found),
		TEST(it_can_be_left_with_the_line_as_it_was),
		TEST(other_keys_take_the_line_and_act),
		TEST(it_is_not_empty_while_it_searches),
		TEST(hidden_and_shown_it_goes_on),
		TEST(a_text_that_is_too_long_rings),
		TEST(a_narrow_row_shows_the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
