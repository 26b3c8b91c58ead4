/* SPDX-License-Identifier: BSD-3-Clause */
/* A session with a person: keys, lines, commands that wait, ^C. */
#include <string.h>

#include "session_world.h"

static void a_line_runs_and_the_prompt_comes_back(void **state)
{
	(void)state;
	world_type("say hi\r");
	assert_output("say hi\r\nsaid  hi\r\n> ");
	world_type("\r");
	assert_output("\r\n> ");
	world_type("nop\n");
	assert_output("nop\r\n> ");
	world_type("nop\r\nnop\r\n");
	assert_output("nop\r\n> nop\r\n> ");
	assert_int_equal(world.runs, 4);
	assert_true(session_wake_ns(&world.session) == UINT64_MAX);
}

static void commands_of_a_line_run_in_order(void **state)
{
	(void)state;
	world_type("say a; say b;; # say c\r");
	assert_output("say a; say b;; # say c\r\nsaid  a\r\nsaid  b\r\n> ");
	world_type("say a; fail; say b\r");
	assert_output("say a; fail; say b\r\nsaid  a\r\n"
		      "column 8: E_DEVICE: it failed\r\n> ");
	assert_int_equal(world.runs, 4);
}

static void an_error_is_pointed_at(void **state)
{
	(void)state;
	world_type("size 5\r");
	assert_output(
		"size 5\r\n       ^\r\n"
		"E_RANGE: 'size' takes SIZE 64..9018 bytes, not '5'\r\n> ");
	world_type("  fail\r");
	assert_output("  fail\r\n    ^\r\nE_DEVICE: it failed\r\n> ");
	world_type("size\r");
	assert_output("size\r\n      ^\r\n"
		      "E_MISSING: 'size' needs SIZE 64..9018 bytes\r\n> ");
	/* Nothing of what was wrong has run. */
	assert_int_equal(world.runs, 1);
	assert_int_equal(world.last_size, 0);
	world_type("huge\r");
	assert_output("huge\r\n  ^\r\n"
		      "E_NOMEM: the reply is too long; name fewer ports\r\n"
		      "> ");
	world_type("late\r");
	assert_output("late\r\nlate  soon\r\n"
		      "column 1: E_STATE: too late\r\n> ");
}

/* A caret would point beside the fault: at a column of another row. */
static void a_line_that_scrolled_gets_a_column(void **state)
{
	char line[128];
	(void)state;

	memset(line, ' ', sizeof(line));
	/* With the prompt and the cursor behind it this just fits. */
	strcpy(line + 73, "fail\r");
	world_type(line);
	assert_non_null(strstr(world_output(), "fail\r\n"
					       "    "));
	line[73] = ' ';
	strcpy(line + 74, "fail\r");
	world_type(line);
	assert_non_null(strstr(world_output(),
			       "fail\r\ncolumn 75: E_DEVICE: it failed\r\n> "));
	/* Nor does a caret fit where bytes are not columns. */
	world_type("say \"\xc3\xa9\"\r");
	assert_non_null(strstr(world_output(), "\r\n      ^\r\nE_SYNTAX: "));
	world_type("\"\xc3\xa9\" \"x\r");
	assert_non_null(strstr(world_output(),
			       "\r\ncolumn 6: E_SYNTAX: the quote is not "
			       "closed\r\n> "));
}

static void a_line_that_is_too_long_is_refused(void **state)
{
	char line[4001];
	(void)state;

	memset(line, 'x', 4000);
	line[4000] = '\r';
	world_send(line, 4001);
	assert_non_null(strstr(world_output(),
			       "\r\ncolumn 1025: E_LONG: a line takes up to "
			       "1024 bytes\r\n> "));
	world_type("say hi\r");
	assert_output("say hi\r\nsaid  hi\r\n> ");
	/* The longest that is taken. */
	memset(line, ' ', 1024);
	memcpy(line + 1018, "say hi\r", 7);
	world_send(line, 1025);
	assert_non_null(strstr(world_output(), "\r\nsaid  hi\r\n> "));
	assert_int_equal(world.runs, 2);
}

static void a_control_byte_is_refused(void **state)
{
	(void)state;
	world_type("nop \x07\r");
	assert_non_null(strstr(world_output(),
			       "\r\n      ^\r\nE_BYTE: the line holds the "
			       "control byte 0x07\r\n> "));
	world_type("nop\r");
	assert_output("nop\r\n> ");
	assert_int_equal(world.runs, 1);
}

static void a_command_is_called_again_at_its_time(void **state)
{
	(void)state;
	world_type("every 10ms 3\r");
	assert_output("every 10ms 3\r\nchunk  0\r\n");
	assert_int_equal(session_wake_ns(&world.session), 1010 * MS);
	world_run(9);
	assert_output("");
	assert_int_equal(world.runs, 1);
	world_run(1);
	assert_output("chunk  1\r\n");
	assert_int_equal(session_wake_ns(&world.session), 1020 * MS);
	world_run(10);
	assert_output("chunk  2\r\n> ");
	assert_true(session_wake_ns(&world.session) == UINT64_MAX);
	world_type("again 3\r");
	assert_output("again 3\r\nchunk  0\r\nchunk  1\r\nchunk  2\r\n> ");
	world_type("again 2 --json\r");
	assert_output("again 2 --json\r\n{\"chunk\":0}\r\n{\"chunk\":1}\r\n> ");
}

static void json_is_always_an_object(void **state)
{
	(void)state;
	world_type("nop --json\r");
	assert_output("nop --json\r\n{}\r\n> ");
}

static void what_is_typed_ahead_is_used_afterwards(void **state)
{
	(void)state;
	world_type("wait 10ms\rsay a\rsay");
	assert_output("wait 10ms\r\n");
	world_type(" b");
	world_run(10);
	assert_output("waited  yes\r\n> say a\r\nsaid  a\r\n> say b");
	world_type("\r");
	assert_output("\r\nsaid  b\r\n> ");
}

static void more_than_can_be_kept_waits_outside(void **state)
{
	char keys[2000];
	(void)state;

	memset(keys, ' ', sizeof(keys));
	memcpy(keys, "wait 10ms\r", 10);
	memcpy(keys + 1000, "say a\r", 6);
	memcpy(keys + 1994, "say b\r", 6);
	assert_int_equal(world_give(keys, 2000), 10 + SESSION_TYPED_BYTES);
	assert_int_equal(world_give(keys + 1034, 966), 0);
	world_settle();
	world_run(10);
	world_send(keys + 1034, 966);
	world_type("");
	assert_int_equal(world.runs, 4);
}

static void ctrl_c_drops_a_line(void **state)
{
	(void)state;
	world_type("say a\x03");
	assert_output("say a^C\r\n> ");
	world_type("say b\r");
	assert_output("say b\r\nsaid  b\r\n> ");
	assert_int_equal(world.runs, 1);
}

static void ctrl_c_cancels_a_command_and_what_is_behind_it(void **state)
{
	(void)state;
	world_type("wait 1s; say a\rsay b\rsay c");
	world_output();
	world_type("\x03");
	assert_output("E_CANCEL: cancelled by Ctrl-C\r\n> ");
	assert_int_equal(world.cancelled, 1);
	assert_int_equal(world.runs, 2);
	assert_true(session_wake_ns(&world.session) == UINT64_MAX);
	world_type("every 1s 5\r");
	world_run(2000);
	world_output();
	world_type("\x03");
	assert_output("E_CANCEL: cancelled by Ctrl-C\r\n> ");
	assert_int_equal(world.cancelled, 2);
	world_type("say d\r");
	assert_output("say d\r\nsaid  d\r\n> ");
}

/* A command that would be called again hears of it, also in mid-chunk. */
static void ctrl_c_cancels_a_reply_on_its_way(void **state)
{
	const char *screen;
	(void)state;

	world.line = LINE_BLOCKED;
	assert_int_equal(world_give("long 1000\r", 10), 10);
	for (int i = 0; i < 10; i++)
		world_step();
	assert_int_equal(world.runs, 2);
	assert_int_equal(world_give("\x03", 1), 1);
	assert_int_equal(world.cancelled, 1);
	world.line = LINE_FAST;
	world_settle();
	screen = world_output();
	assert_non_null(strstr(screen, "\r\nE_CANCEL: cancelled by Ctrl-C\r\n"
				       "> "));
	assert_true(strlen(screen) < OUT_BYTES + 100);
	world_type("say d\r");
	assert_output("say d\r\nsaid  d\r\n> ");
}

/* A line that has not begun has no command to tell. */
static void ctrl_c_cancels_a_line_before_it_begins(void **state)
{
	(void)state;
	world.line = LINE_BLOCKED;
	assert_int_equal(world_give("long 1000\r", 10), 10);
	world_step();
	assert_int_equal(world_give("\x03say a\r", 7), 7);
	world.line = LINE_FAST;
	while (world.session.person->state != RUNNER_NEXT)
		world_step();
	assert_int_equal(world_give("\x03", 1), 1);
	assert_int_equal(world.cancelled, 1);
	world_settle();
	assert_non_null(strstr(world_output(),
			       "> say a\r\nE_CANCEL: cancelled by Ctrl-C\r\n"
			       "> "));
}

/* What is done already cannot be cancelled. */
static void ctrl_c_comes_too_late_for_what_has_ended(void **state)
{
	(void)state;
	/* So much that there is no room left for how the line ends. */
	world.line = LINE_BLOCKED;
	assert_int_equal(world_give("again 636; fail\r", 16), 16);
	for (int i = 0; i < 1000; i++)
		world_step();
	assert_int_equal(world.session.person->state, RUNNER_END);
	assert_int_equal(world.runs, 637);
	assert_int_equal(world_give("say a\r\x03", 7), 7);
	world.line = LINE_FAST;
	world_settle();
	assert_non_null(strstr(world_output(),
			       "\r\nchunk  635\r\ncolumn 12: E_DEVICE: it "
			       "failed\r\n> "));
	assert_int_equal(world.runs, 637);
}

static void a_long_reply_is_whole_on_a_slow_line(void **state)
{
	static char fast[1 << 20];
	(void)state;

	world_type("long 20\rlong 3 --json\r");
	strcpy(fast, world_output());
	assert_true(strlen(fast) > 8 * OUT_BYTES);
	world.line = LINE_BYTE;
	world_type("long 20\rlong 3 --json\r");
	assert_output(fast);
	/* Not read at all for a while, nothing is lost. */
	world.line = LINE_BLOCKED;
	assert_int_equal(world_give("long 20\rlong 3 --json\r", 22), 22);
	for (int i = 0; i < 1000; i++)
		world_step();
	assert_true(session_wake_ns(&world.session) <= world.now_ns);
	world.line = LINE_FAST;
	world_settle();
	assert_output(fast);
}

static void history_belongs_to_the_session(void **state)
{
	(void)state;
	world_type("say a\r");
	world_output();
	world_type("\x1b[A\r");
	assert_non_null(strstr(world_output(), "> say a\r\nsaid  a\r\n> "));
}

static void a_paste_of_many_lines_runs_them_all(void **state)
{
	(void)state;
	world_type("\x1b[200~say a\rwait 5ms\rsay b\nsay c\x1b[201~");
	world_run(5);
	assert_output("say a\r\nsaid  a\r\n> wait 5ms\r\nwaited  yes\r\n"
		      "> say b\r\nsaid  b\r\n> say c");
	world_type("\r");
	assert_output("\r\nsaid  c\r\n> ");
}

static void ctrl_c_leaves_a_search_and_then_the_line(void **state)
{
	(void)state;
	world_type("say hi\r");
	world_output();
	world_type("x\x12hi");
	world_output();
	world_type("\x03");
	assert_output("\r\x1b[K> x");
	world_type("\x03");
	assert_output("^C\r\n> ");
	world_type("\x12hi\r");
	assert_non_null(
		strstr(world_output(), "\r\x1b[K> say hi\r\nsaid  hi\r\n> "));
}

#define TEST(name) cmocka_unit_test_setup(name, world_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_paste_of_many_lines_runs_them_all),
		TEST(ctrl_c_leaves_a_search_and_then_the_line),
		TEST(a_line_runs_and_the_prompt_comes_back),
		TEST(commands_of_a_line_run_in_order),
		TEST(an_error_is_pointed_at),
		TEST(a_line_that_scrolled_gets_a_column),
		TEST(a_line_that_is_too_long_is_refused),
		TEST(a_control_byte_is_refused),
		TEST(a_command_is_called_again_at_its_time),
		TEST(json_is_always_an_object),
		TEST(what_is_typed_ahead_is_used_afterwards),
		TEST(more_than_can_be_kept_waits_outside),
		TEST(ctrl_c_drops_a_line),
		TEST(ctrl_c_cancels_a_command_and_what_is_behind_it),
		TEST(ctrl_c_cancels_a_reply_on_its_way),
		TEST(ctrl_c_cancels_a_line_before_it_begins),
		TEST(ctrl_c_comes_too_late_for_what_has_ended),
		TEST(a_long_reply_is_whole_on_a_slow_line),
		TEST(history_belongs_to_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
