/* SPDX-License-Identifier: BSD-3-Clause */
/* What of a person's screen is bold or coloured, and for whom. */
#include <string.h>

#include "session_world.h"

#define BOLD "\x1b[1m"
#define RED "\x1b[1;31m"
#define PLAIN "\x1b[m"
#define PROMPT BOLD "> " PLAIN

static int setup(void **state)
{
	world_setup(state);
	session_set_color(&world.session, COLOR_ON);
	return 0;
}

static void a_terminal_that_answers_has_colour(void **state)
{
	(void)state;
	session_set_color(&world.session, COLOR_AUTO);
	world_type("nop\r");
	assert_output("nop\r\n> ");
	world_type("\x1b[24;80R");
	assert_output("");
	world_type("nop\r");
	assert_output("nop\r\n" PROMPT);
	session_set_color(&world.session, COLOR_OFF);
	world_type("nop\r");
	assert_output("nop\r\n> ");
}

static void an_error_is_red(void **state)
{
	(void)state;
	world_type("\r");
	world_output();
	world_type("size 5\r");
	assert_output("size 5\r\n       " RED "^\r\nE_RANGE" PLAIN
		      ": 'size' takes SIZE 64..9018 bytes, not '5'\r\n" PROMPT);
	world_type("fail\r");
	assert_output("fail\r\n  " RED "^\r\nE_DEVICE" PLAIN
		      ": it failed\r\n" PROMPT);
}

static void a_program_sees_none(void **state)
{
	(void)state;
	world_type("@1 fail\n@2 size 5\n@3 say hi\n");
	assert_output(
		"\r\n@1 ERR E_DEVICE 1 it failed\r\n"
		"@2 ERR E_RANGE 6 'size' takes SIZE 64..9018 bytes, not '5'\r\n"
		"@3 said  hi\r\n@3 OK\r\n");
}

static void words_of_a_list_are_bold(void **state)
{
	(void)state;
	world_type("s\t");
	assert_output("s\r\n  " BOLD "say" PLAIN "\r\n  " BOLD "size" PLAIN
		      "\r\n" PROMPT "s");
}

/* The prompt's attributes take no columns: the cursor is where it was. */
static void a_line_is_drawn_as_without(void **state)
{
	(void)state;
	world_type("abc\x1b[D\x1b[D");
	world_output();
	world_type("x");
	assert_output("\r\x1b[K" PROMPT "axbc\x1b[2D");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_terminal_that_answers_has_colour),
		TEST(an_error_is_red),
		TEST(a_program_sees_none),
		TEST(words_of_a_list_are_bold),
		TEST(a_line_is_drawn_as_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
