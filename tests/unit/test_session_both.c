/* SPDX-License-Identifier: BSD-3-Clause */
/* A session with a person and a program at once, and with notices. */
#include <stdio.h>
#include <string.h>

#include "session_world.h"

static void a_program_takes_the_prompt_away_until_the_next_key(void **state)
{
	(void)state;
	world_type("@1 nop\n");
	assert_output("\r\n@1 OK\r\n");
	world_type("@2 nop\n");
	assert_output("@2 OK\r\n");
	assert_true(session_wake_ns(&world.session) == UINT64_MAX);
	world_run(1000);
	assert_output("");
	world_type("s");
	assert_output("> s");
	world_type("ay a\r");
	assert_output("ay a\r\nsaid  a\r\n> ");
	/* Any key does, and ^C as well. */
	world_type("@3 nop\n");
	assert_output("\r\n@3 OK\r\n");
	world_type("\x03");
	assert_output("> ^C\r\n> ");
}

static void a_line_half_typed_survives_a_program(void **state)
{
	(void)state;
	world_type("@1 wait 10ms\n");
	world_type("say a\x1b[D");
	assert_output("say a\r\x1b[K> say a\x1b[1D");
	world_run(10);
	assert_output("\r\n@1 waited  yes\r\n@1 OK\r\n");
	/* Drawn again with the next key, the cursor where it was. */
	world_type("b");
	assert_output("> say a\x1b[1D\r\x1b[K> say ba\x1b[1D");
	world_type("\r");
	assert_output("\r\nsaid  ba\r\n> ");
}

static void an_at_sign_in_a_line_is_a_persons(void **state)
{
	(void)state;
	world_type("say @1 nop\r");
	assert_non_null(strstr(world_output(), "E_S"));
	world_type(" @1 nop\r");
	assert_non_null(strstr(world_output(), "E_UNKNOWN: no command '@1'"));
	/* Not after half a key either. */
	world_type("\x1b@1 nop\r");
	assert_non_null(strstr(world_output(), "E_UNKNOWN: no command '1'"));
	/* A dropped line is one that ended. */
	world_type("say\x03@1 nop\n");
	assert_output("say^C\r\n> \r\n@1 OK\r\n");
	assert_int_equal(world.runs, 1);
}

static void a_persons_command_does_not_hold_up_a_program(void **state)
{
	(void)state;
	world_type("wait 10ms; size 5\rsay b\r@1 say a\r\n@2 fail\n");
	/* The prompt was gone already: the line is at its start. */
	assert_output("wait 10ms; size 5\r\n@1 said  a\r\n@1 OK\r\n"
		      "@2 ERR E_DEVICE 1 it failed\r\n");
	world_run(10);
	/* No caret: its line is not the one above. What was typed shows. */
	assert_output("waited  yes\r\ncolumn 17: E_RANGE: 'size' takes SIZE "
		      "64..9018 bytes, not '5'\r\n> say b\r\nsaid  b\r\n> ");
}

static void a_caret_needs_its_line_right_above(void **state)
{
	(void)state;
	world_type("nop; quiet 10ms; size 5\r");
	world_run(10);
	assert_output(
		"nop; quiet 10ms; size 5\r\n"
		"                        ^\r\n"
		"E_RANGE: 'size' takes SIZE 64..9018 bytes, not '5'\r\n> ");
	world_type("nop; quiet 10ms; size 5\r");
	session_event(&world.session, 0, "something");
	world_run(10);
	assert_output("nop; quiet 10ms; size 5\r\n@! 0.000 something\r\n"
		      "column 23: E_RANGE: 'size' takes SIZE 64..9018 "
		      "bytes, not '5'\r\n> ");
	world_type("nop; quiet 10ms; size 5\r@1 nop\n");
	world_run(10);
	assert_output("nop; quiet 10ms; size 5\r\n@1 OK\r\n"
		      "column 23: E_RANGE: 'size' takes SIZE 64..9018 "
		      "bytes, not '5'\r\n");
}

static void a_program_does_not_hold_up_a_person(void **state)
{
	(void)state;
	world_type("@1 every 10ms 2\n");
	assert_output("\r\n@1 chunk  0\r\n");
	world_type("say a\r");
	assert_output("> say a\r\nsaid  a\r\n> ");
	world_run(10);
	assert_output("\r\n@1 chunk  1\r\n@1 OK\r\n");
}

/* Nor does a request that waits for it, and ^C gets through as well. */
static void a_waiting_request_does_not_hold_up_a_person(void **state)
{
	(void)state;
	world_type("@1 wait 10ms\r\n@2 say b\r\nsay a\r");
	assert_output("say a\r\nsaid  a\r\n> ");
	world_type("wait 1h\r");
	assert_output("wait 1h\r\n");
	world_type("\x03");
	assert_output("E_CANCEL: cancelled by Ctrl-C\r\n> ");
	world_run(10);
	assert_output("\r\n@1 waited  yes\r\n@1 OK\r\n@2 said  b\r\n@2 OK\r\n");
}

/* A line that is typed goes first, then a program's request. */
static void ctrl_c_at_the_start_of_a_line_cancels_a_request(void **state)
{
	(void)state;
	world_type("@1 wait 1h\n");
	world_type("abc\x03");
	assert_output("abc^C\r\n> ");
	assert_int_equal(world.cancelled, 0);
	world_type("\x03");
	assert_output("\r\n@1 ERR E_CANCEL 0 cancelled by Ctrl-C\r\n");
	assert_int_equal(world.cancelled, 1);
	world_type("@2 nop\n");
	assert_output("@2 OK\r\n");
}

/* The keys wait for the reply: one drops the line, the next is for it. */
static void ctrl_c_twice_behind_a_key_cancels_a_reply(void **state)
{
	(void)state;
	world.line = LINE_BLOCKED;
	assert_int_equal(world_give("@1 again 1000000\n", 17), 17);
	for (int i = 0; i < 1000; i++)
		world_step();
	assert_int_equal(world_give("x\x03", 2), 2);
	assert_string_equal(world.session.program->tag, "1");
	assert_int_equal(world_give("\x03", 1), 1);
	world.line = LINE_FAST;
	world_settle();
	assert_non_null(strstr(world_output(), "\r\n@1 ERR E_CANCEL 0 "));
}

/* Behind requests that wait, too, and once for each. */
static void ctrl_c_behind_requests_that_wait_is_heeded(void **state)
{
	static const char line[] = "@1 wait 1h\n@2 wait 1h\n@3 nop\n\x03\x03"
				   "@4 wait 1ms\n@5 nop\n";
	size_t at = 0;

	(void)state;
	while (at < sizeof(line) - 1) {
		at += world_give(line + at, sizeof(line) - 1 - at);
		world_run(1);
	}
	assert_output("\r\n@1 ERR E_CANCEL 0 cancelled by Ctrl-C\r\n"
		      "@2 ERR E_CANCEL 0 cancelled by Ctrl-C\r\n"
		      "@3 OK\r\n@4 waited  yes\r\n@4 OK\r\n@5 OK\r\n");
	assert_int_equal(world.cancelled, 2);
}

/* The LF of a CR LF is no key that would bring the prompt back. */
static void the_rest_of_a_line_end_brings_no_prompt(void **state)
{
	(void)state;
	world_type("wait 10ms\r\n@1 nop\r\n");
	assert_output("wait 10ms\r\n@1 OK\r\n");
	world_run(10);
	assert_output("waited  yes\r\n");
	world_type("@2 nop\r\n");
	assert_output("@2 OK\r\n");
}

/* Two replies too long for the output: their lines never mix. */
static void chunks_never_mix(void **state)
{
	char *line;
	unsigned mine = 0, its = 0, last = 0;
	char whose = 0;
	(void)state;

	world.line = LINE_RANDOM;
	world.seed = 7;
	world_type("long 20\r@1 long 20\n");
	for (line = (char *)(uintptr_t)world_output();;) {
		char *end = strstr(line, "\r\n");
		char now = *line == '@' ? 'p' : 'm';
		const char *text = now == 'p' ? line + 3 : line;
		unsigned chunk, number;

		if (!end)
			break;
		*end = '\0';
		if (sscanf(text, "%u.%u ", &chunk, &number) == 2) {
			assert_int_equal(strlen(text) > 60, 1);
			mine += now == 'm';
			its += now == 'p';
			/* A chunk goes from 0 to 59 without a break. */
			assert_int_equal(number, last ? last : 0);
			assert_true(!last || whose == now);
			last = (number + 1) % 60;
			whose = now;
		}
		line = end + 2;
	}
	assert_int_equal(mine, 20 * 60);
	assert_int_equal(its, 20 * 60);
}

static void a_notice_appears_above_the_line_being_typed(void **state)
{
	(void)state;
	world_type("say a\x1b[D");
	world_output();
	session_event(&world.session, 12034999999ull, "port %d done", 0);
	assert_int_equal(session_wake_ns(&world.session), 0);
	world_settle();
	assert_output("\r\x1b[K@! 12.034 port 0 done\r\n> say a\x1b[1D");
	assert_true(session_wake_ns(&world.session) == UINT64_MAX);
	/* Where no prompt is, it brings none. */
	world_type("\x03@1 nop\n");
	world_output();
	session_event(&world.session, 5000000, "a");
	session_event(&world.session, 0, "b");
	world_settle();
	assert_output("@! 0.005 a\r\n@! 0.000 b\r\n");
}

static void a_notice_waits_for_the_end_of_a_chunk(void **state)
{
	const char *event;
	char *screen;
	(void)state;

	world.line = LINE_BYTE;
	assert_int_equal(world_give("@1 long 3\n", 10), 10);
	for (int i = 0; i < 100; i++)
		world_step();
	session_event(&world.session, 0, "notice");
	world_settle();
	screen = (char *)(uintptr_t)world_output();
	event = strstr(screen, "\r\n@! 0.000 notice\r\n");
	assert_non_null(event);
	/* Whole lines around it. */
	assert_true(event[19] == '@' || event[19] == '\0');
	assert_int_equal(world.session.events_dropped, 0);
}

static void notices_that_nobody_reads_are_dropped_and_counted(void **state)
{
	const char *screen;
	unsigned shown = 0;
	(void)state;

	world.line = LINE_BLOCKED;
	for (int i = 0; i < 1000; i++) {
		session_event(&world.session, 0, "%0150d", i);
		world_step();
	}
	assert_true(world.session.events_dropped > 900);
	world.line = LINE_FAST;
	world_settle();
	screen = world_output();
	for (const char *e = screen; (e = strstr(e, "@! ")) != NULL; e++) {
		shown++;
		assert_int_equal(strcspn(e, "\r"), 9 + 150);
	}
	assert_int_equal(shown + world.session.events_dropped, 1000);
	/* The oldest are those that are kept. */
	assert_non_null(strstr(screen, "00000\r\n"));
	world_type("say a\r");
	assert_output("say a\r\nsaid  a\r\n> ");
	/* A text that is too long is cut, its line is whole. */
	session_event(&world.session, 0, "%0500d", 0);
	world_settle();
	screen = world_output();
	assert_non_null(strstr(screen, "00 (9"));
	assert_non_null(strstr(screen, " dropped before)\r\n> "));
	assert_int_equal(world.session.events_dropped, 0);
}

/* Also where the line that ^C drops is still to be shown. */
static void a_request_may_follow_ctrl_c_at_once(void **state)
{
	const char *screen;
	(void)state;

	world.line = LINE_BLOCKED;
	assert_int_equal(world_give("again 600\rsay x", 15), 15);
	for (int i = 0; i < 1000; i++)
		world_step();
	assert_int_equal(world.session.person->state, RUNNER_IDLE);
	assert_int_equal(world_give("\x03@1 nop\n", 8), 8);
	world.line = LINE_FAST;
	world_settle();
	screen = world_output();
	assert_non_null(strstr(screen, "\r\n@1 OK\r\n"));
	assert_non_null(strstr(screen, "> say x^C\r\n> "));
}

/* The prompt had to wait for room: it comes without another key. */
static void the_prompt_comes_as_soon_as_there_is_room(void **state)
{
	unsigned waited = 0;
	char line[32];
	(void)state;

	for (unsigned n = 560; n < 640; n += 4) {
		const void *buf;
		size_t len =
			(size_t)snprintf(line, sizeof(line), "again %u\r", n);

		world.line = LINE_BLOCKED;
		assert_int_equal(world_give(line, len), len);
		for (int i = 0; i < 1000; i++)
			world_step();
		while ((len = session_output(&world.session, &buf)) > 0)
			session_sent(&world.session, len);
		world.line = LINE_FAST;
		if (world.session.person->state == RUNNER_IDLE &&
		    !world.session.edit.shown) {
			waited++;
			assert_int_equal(session_wake_ns(&world.session), 0);
			world_settle();
			assert_output("> ");
		}
		world_settle();
		world_output();
	}
	assert_true(waited > 5);
}

#define TEST(name) cmocka_unit_test_setup(name, world_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_takes_the_prompt_away_until_the_next_key),
		TEST(a_line_half_typed_survives_a_program),
		TEST(an_at_sign_in_a_line_is_a_persons),
		TEST(a_persons_command_does_not_hold_up_a_program),
		TEST(a_caret_needs_its_line_right_above),
		TEST(a_program_does_not_hold_up_a_person),
		TEST(a_waiting_request_does_not_hold_up_a_person),
		TEST(ctrl_c_at_the_start_of_a_line_cancels_a_request),
		TEST(ctrl_c_twice_behind_a_key_cancels_a_reply),
		TEST(ctrl_c_behind_requests_that_wait_is_heeded),
		TEST(the_rest_of_a_line_end_brings_no_prompt),
		TEST(chunks_never_mix),
		TEST(a_notice_appears_above_the_line_being_typed),
		TEST(a_notice_waits_for_the_end_of_a_chunk),
		TEST(notices_that_nobody_reads_are_dropped_and_counted),
		TEST(a_request_may_follow_ctrl_c_at_once),
		TEST(the_prompt_comes_as_soon_as_there_is_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
