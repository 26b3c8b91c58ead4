/* SPDX-License-Identifier: BSD-3-Clause */
/* A command that takes the terminal for a page, and how it is left. */
#include <stdio.h>
#include <string.h>

#include "session_world.h"
#include "shell/page.h"
#include "terminal.h"

static struct terminal terminal;

/* What came out so far goes to the terminal. */
static void look(void)
{
	terminal_put(&terminal, world.screen, world.len);
	world.len = 0;
}

static int setup(void **state)
{
	world_setup(state);
	session_ask_size(&world.session);
	terminal_init(&terminal, 24, 80);
	return 0;
}

static void open_page(void)
{
	world_type("page 10ms\r");
	look();
	assert_true(terminal.alternate && terminal.hidden);
	assert_string_equal(terminal_text(&terminal), "page 10ms\r\n");
	assert_string_equal(terminal_row(&terminal, 0), "call 0");
}

static void assert_left(const char *text)
{
	world_settle();
	look();
	assert_false(terminal.alternate || terminal.hidden);
	assert_int_equal(terminal.attr, ATTR_PLAIN);
	assert_string_equal(terminal_text(&terminal), text);
	assert_false(world.session.page.on);
}

static void a_page_is_drawn_and_drawn_again(void **state)
{
	(void)state;
	open_page();
	assert_string_equal(terminal_row(&terminal, 1), "79 x 24");
	world_run(50);
	look();
	assert_string_equal(terminal_row(&terminal, 0), "call 5");
	assert_int_equal(terminal.row, 0);
	/* One digit at a time: ESC [ 6 C would be for more. */
	world_run(10);
	assert_true(world.len <= 7);
	look();
	assert_string_equal(terminal_row(&terminal, 0), "call 6");
	assert_string_equal(terminal_row(&terminal, 23) + 78, "X");
}

static void any_key_leaves_and_is_swallowed(void **state)
{
	static const char *const keys[] = {
		"x",
		"\r",
		"\r\n",
		" ",
		"\t",
		"?",
		"\x1b[A",
		"\x1bOP",
		"\x1b[15;5~",
		"\x1b"
		"b",
		"\xe2\x82\xac",
		"\x0c",
		"\x7f",
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		setup(state);
		open_page();
		world_run(3);
		world_type(keys[i]);
		assert_left("> ");
		/* The next key is one. */
		world_type("say hi\r");
		assert_output("say hi\r\nsaid  hi\r\n> ");
	}
}

/* Each question has one answer; what comes besides may be F3. */
static void no_answer_is_a_key(void **state)
{
	static const char *const answers[] = {
		"\x1b[1;1R",  "\x1b[1;2R",  "\x1b[1;8R", "\x1b[1;19R",
		"\x1b[1;80R", "\x1b[24;1R", "\x1b[2;2R", "\x1b[24;80R",
	};
	(void)state;

	session_ask_size(&world.session);
	open_page();
	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		world_run(1000);
		world_type(answers[i]);
		assert_true(world.session.page.on);
		assert_false(world.session.page.left);
	}
	/* Nobody asked: Ctrl-F3, and a size that is none. */
	world_type("\x1b[1;1R");
	assert_false(world.session.page.left);
	world_type("\x1b[1;5R");
	world_settle();
	assert_false(world.session.page.on);
}

static void ctrl_c_cancels_the_line(void **state)
{
	(void)state;
	world_type("page 10ms; say no\r");
	look();
	terminal_text(&terminal);
	world_type("\x03");
	assert_int_equal(world.cancelled, 1);
	assert_left("E_CANCEL: cancelled by Ctrl-C\r\n> ");
}

static void escape_by_itself_is_a_key(void **state)
{
	(void)state;
	open_page();
	world_type("\x1b");
	world_run(50);
	look();
	assert_true(terminal.alternate);
	world_run(60);
	assert_left("> ");
}

static void the_line_goes_on_behind_the_page(void **state)
{
	(void)state;
	world_type("page 10ms; say hi\r");
	look();
	terminal_text(&terminal);
	world_type("x");
	assert_left("said  hi\r\n> ");
}

static void what_was_typed_ahead_leaves_it(void **state)
{
	(void)state;
	world_type("wait 5ms\rpage 10ms\rxsay hi\r");
	world_run(10);
	look();
	assert_int_equal(terminal.enters, 0);
	assert_left("wait 5ms\r\nwaited  yes\r\n> page 10ms\r\n"
		    "> say hi\r\nsaid  hi\r\n> ");
}

/* Asked each second; an answer is no key, and the page has its size. */
static void it_follows_the_terminals_size(void **state)
{
	(void)state;
	open_page();
	assert_int_equal(terminal.asks, 2); /* the first key's, the page's */
	world_run(2000);
	look();
	assert_int_equal(terminal.asks, 4);
	terminal.rows = 50;
	terminal.columns = 132;
	world_type("\x1b[50;132R");
	look();
	assert_true(terminal.alternate);
	assert_string_equal(terminal_row(&terminal, 1), "131 x 50");
	assert_string_equal(terminal_row(&terminal, 23), "");
	assert_int_equal(terminal.cell[49][130].c, 'X');
	/* In colour from now on, as there is a terminal. */
	assert_int_equal(terminal.cell[49][130].attr, ATTR_RED);
	terminal.rows = 5;
	terminal.columns = 30;
	world_type("\x1b[5;30");
	world_run(20);
	world_type("R");
	look();
	assert_string_equal(terminal_row(&terminal, 1), "29 x 5");
	assert_int_equal(terminal.cell[4][28].c, 'X');
	world_type("x");
	world_settle();
	look();
	assert_false(terminal.alternate);
}

static void larger_than_any_page_is_cut(void **state)
{
	(void)state;
	open_page();
	world_type("\x1b[60;140R");
	terminal.rows = 60;
	terminal.columns = 140;
	look();
	assert_string_equal(terminal_row(&terminal, 1), "132 x 50");
}

/* Its lines stand among the others; the page comes back. */
static void a_request_is_answered_meanwhile(void **state)
{
	(void)state;
	open_page();
	world_type("@1 say hi\n");
	look();
	assert_false(terminal.alternate || terminal.hidden);
	assert_string_equal(terminal_text(&terminal),
			    "@1 said  hi\r\n@1 OK\r\n");
	world_run(190);
	look();
	assert_false(terminal.alternate);
	world_run(20);
	look();
	assert_true(terminal.alternate && terminal.hidden);
	assert_int_equal(terminal.enters, 2);
	assert_string_equal(terminal_row(&terminal, 1), "79 x 24");
	assert_string_equal(terminal_text(&terminal), "");
	world_type("x");
	/* A program spoke last, and then a person pressed a key. */
	assert_left("> ");
}

/* Its bytes come with a report in between, then with half a key before. */
static void a_request_comes_in_pieces(void **state)
{
	(void)state;
	open_page();
	terminal.columns = 100;
	world_type("@1 sa\x1b[24;100Ry hi\n");
	look();
	assert_string_equal(terminal_text(&terminal),
			    "@1 said  hi\r\n@1 OK\r\n");
	world_run(300);
	look();
	assert_true(terminal.alternate);
	assert_string_equal(terminal_row(&terminal, 1), "99 x 24");
	world_type("\x1b[24;@2 nop\n80R");
	world_run(300);
	look();
	assert_true(terminal.alternate);
	assert_string_equal(terminal_row(&terminal, 1), "79 x 24");
	assert_string_equal(terminal_text(&terminal), "@2 OK\r\n");
}

static void a_notice_is_kept_among_the_lines(void **state)
{
	(void)state;
	open_page();
	session_event(&world.session, world.now_ns, "hello");
	world_run(300);
	look();
	assert_true(terminal.alternate);
	assert_string_equal(terminal_text(&terminal), "@! 1.000 hello\r\n");
	assert_int_equal(terminal.enters, 2);
}

/* The page leaves room for others, and does not pile up. */
static void a_line_that_is_stuck_stops_nothing(void **state)
{
	(void)state;
	open_page();
	world.line = LINE_BLOCKED;
	for (unsigned i = 0; i < 30000; i++) {
		world.now_ns += MS;
		world_step();
	}
	assert_true(out_room(&world.session.out) >= SCREEN_SPARE);
	assert_true(world.runs > 2000);
	world_give("@1 say hi\nx", 11);
	for (unsigned i = 0; i < 10; i++)
		world_step();
	world.line = LINE_FAST;
	world_settle();
	look();
	assert_false(terminal.alternate || terminal.hidden);
	assert_non_null(strstr(terminal_text(&terminal), "@1 OK\r\n"));
	assert_false(world.session.page.on);
}

/* Programs see whole lines of their own, in order, whatever a page does. */
static void programs_read_the_same(void **state)
{
	static char lines[4096];
	uint64_t seed = 5;
	(void)state;

	for (unsigned round = 0; round < 50; round++) {
		char want[1024] = "";

		setup(state);
		world.line = LINE_RANDOM;
		world.split = true;
		world.seed = round + 1;
		world_type("page 1ms\r");
		for (unsigned i = 0; i < 8; i++) {
			char text[64];

			snprintf(text, sizeof(text), "@%u say a%u\n", i, i);
			world_type(text);
			snprintf(text, sizeof(text),
				 "@%u said  a%u\r\n@%u OK\r\n", i, i, i);
			strcat(want, text);
			world_run(unit_random(&seed) % 250);
		}
		strcpy(lines, world_tagged());
		assert_string_equal(lines, want);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_drawn_and_drawn_again),
		TEST(any_key_leaves_and_is_swallowed),
		TEST(no_answer_is_a_key),
		TEST(ctrl_c_cancels_the_line),
		TEST(escape_by_itself_is_a_key),
		TEST(the_line_goes_on_behind_the_page),
		TEST(what_was_typed_ahead_leaves_it),
		TEST(it_follows_the_terminals_size),
		TEST(larger_than_any_page_is_cut),
		TEST(a_request_is_answered_meanwhile),
		TEST(a_request_comes_in_pieces),
		TEST(a_notice_is_kept_among_the_lines),
		TEST(a_line_that_is_stuck_stops_nothing),
		TEST(programs_read_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
