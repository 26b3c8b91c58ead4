/* SPDX-License-Identifier: BSD-3-Clause */
/* A session that asks the terminal for its width, and what comes of that. */
#include <string.h>

#include "session_world.h"

#define ASK                         \
	"\x1b"                      \
	"7\x1b[999;999H\x1b[6n\x1b" \
	"8"

static int setup(void **state)
{
	world_setup(state);
	session_ask_size(&world.session);
	session_set_color(&world.session, COLOR_OFF);
	return 0;
}

static unsigned width(void)
{
	return world.session.edit.width;
}

static void the_first_key_asks_and_no_other(void **state)
{
	(void)state;
	world_run(5);
	assert_output("");
	world_type("\x1b");
	assert_output("");
	world_type("[C");
	assert_output(ASK);
	world_type("say hi\r");
	assert_output("say hi\r\nsaid  hi\r\n> ");
	/* Nobody answers. */
	assert_int_equal(width(), 80);
}

/* The echo of a line stays in one piece. */
static void it_is_asked_before_the_echo(void **state)
{
	(void)state;
	world_type("say hi\r");
	assert_output(ASK "say hi\r\nsaid  hi\r\n> ");
	world_type("\x1b[24;132R");
	assert_output("");
	assert_int_equal(width(), 132);
}

static void a_program_is_never_asked(void **state)
{
	(void)state;
	world_type("@1 say hi\n@2 nop\r\n");
	assert_output("\r\n@1 said  hi\r\n@1 OK\r\n@2 OK\r\n");
}

static void clearing_the_screen_asks_again(void **state)
{
	(void)state;
	world_type("a\x1b[24;132R");
	assert_output(ASK "a");
	world_type("\x0c");
	assert_output(ASK "\x1b[H\x1b[2J\r\x1b[K> a");
	world_type("\x1b[24;60R");
	assert_int_equal(width(), 60);
}

static void what_no_terminal_has_is_not_believed(void **state)
{
	(void)state;
	world_type("\x1b[1;1R\x1b[1;19R\x1b[0;80R\x1b[999999;0R");
	assert_int_equal(width(), 80);
	world_type("\x1b[1;20R");
	assert_int_equal(width(), 20);
	world_type("\x1b[1;9999R");
	assert_int_equal(width(), EDIT_WIDTH_MAX);
}

static void an_answer_brings_no_prompt_back(void **state)
{
	(void)state;
	world_type("\r@1 nop\n");
	world_output();
	world_type("\x1b[24;100R");
	assert_output("");
	assert_int_equal(width(), 100);
	world_type("@2 nop\n");
	assert_output("@2 OK\r\n");
}

/* Late, while a command runs: it is not what a person typed ahead. */
static void an_answer_while_a_command_runs_is_no_typing(void **state)
{
	(void)state;
	world_type("wait 10ms\r\x1b[24;100R@1 nop\n");
	assert_output(ASK "wait 10ms\r\n@1 OK\r\n");
	assert_int_equal(width(), 100);
	world_type("say h\x1b[24;101Ri\r");
	world_run(10);
	assert_output("waited  yes\r\n> say hi\r\nsaid  hi\r\n> ");
	assert_int_equal(width(), 101);
}

static void an_answer_in_a_request_is_not_of_it(void **state)
{
	(void)state;
	world_type("@1\x1b[24;100R say R\n");
	assert_output("\r\n@1 said  R\r\n@1 OK\r\n");
	assert_int_equal(width(), 100);
	world_type("@\x1b[24;101R1 nop\x1b[24;102R\n");
	assert_output("@1 OK\r\n");
	assert_int_equal(width(), 102);
}

static void the_line_is_drawn_anew_in_the_new_width(void **state)
{
	(void)state;
	world_type("aaaaaaaaaabbbbbbbbbbcccccccccc");
	world_output();
	world_type("\x1b[24;20R");
	assert_output("\r\x1b[K> bbbbbbbcccccccccc");
	world_type("\x1b[24;20R");
	assert_output("");
	world_type("\x1b[24;100R");
	assert_output("\r\x1b[K> aaaaaaaaaabbbbbbbbbbcccccccccc");
}

/* A program's text is laid out the same, whoever else looks on. */
static void a_programs_text_keeps_its_width(void **state)
{
	static char before[65536];
	(void)state;

	world_type("@1 long 1\n");
	strcpy(before, world_output() + 2);
	world_type("\x1b[24;40R");
	assert_int_equal(width(), 40);
	world_type("@1 long 1\n");
	assert_output(before);
}

#define NOTICE "port 0 done count=5 time=1.000 missing=0 SUSPECT"

/* What a terminal of 20 columns shows: a row is full, and the next begins. */
static void words_of_a_notice_stay_whole(void **state)
{
	(void)state;
	world_type("\x1b[24;20Rx");
	world_output();
	session_event(&world.session, 1000000000, NOTICE);
	world_settle();
	assert_output("\r\x1b[K"
		      "@! 1.000 port 0 done"
		      "    count=5         "
		      "    time=1.000      "
		      "    missing=0       "
		      "    SUSPECT\r\n> x");
	/* One ends in the last column. */
	session_event(&world.session, 1000000000, "12345678901 and more");
	world_settle();
	assert_output("\r\x1b[K@! 1.000 12345678901    and more\r\n> x");
	session_event(&world.session, 1000000000, "longer-than-any-row is");
	world_settle();
	assert_output("\r\x1b[K@! 1.000 longer-than-any-row is\r\n> x");
}

/* It reads a line, and knows nothing of a terminal that was there before. */
static void a_program_gets_notices_as_they_are(void **state)
{
	(void)state;
	world_type("\x1b[24;20R@1 nop\n");
	world_output();
	session_event(&world.session, 1000000000, NOTICE);
	world_settle();
	assert_output("@! 1.000 " NOTICE "\r\n");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_key_asks_and_no_other),
		TEST(it_is_asked_before_the_echo),
		TEST(a_program_is_never_asked),
		TEST(clearing_the_screen_asks_again),
		TEST(what_no_terminal_has_is_not_believed),
		TEST(an_answer_brings_no_prompt_back),
		TEST(an_answer_while_a_command_runs_is_no_typing),
		TEST(an_answer_in_a_request_is_not_of_it),
		TEST(the_line_is_drawn_anew_in_the_new_width),
		TEST(a_programs_text_keeps_its_width),
		TEST(words_of_a_notice_stay_whole),
		TEST(a_program_gets_notices_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
