/* SPDX-License-Identifier: BSD-3-Clause */
/* A session with somebody who watches, beside a person and a program. */
#include <stdio.h>
#include <string.h>

#include "session_world.h"

static void a_request_that_watches_waits_for_no_other(void **state)
{
	(void)state;
	world_type("@1 nop\n"); /* which takes the prompt away */
	world_output();
	world_type("@1 wait 10ms\n@?w say a\n");
	assert_output("@?w said  a\r\n@?w OK\r\n");
	world_type("@?w wait 20ms\n@2 say b\n");
	world_run(10);
	assert_output("@1 waited  yes\r\n@1 OK\r\n@2 said  b\r\n@2 OK\r\n");
	world_run(10);
	assert_output("@?w waited  yes\r\n@?w OK\r\n");
	/* One of these waits for the one before it. */
	world_type("@?a wait 10ms\n@?b fail\n");
	assert_output("");
	world_run(10);
	assert_output("@?a waited  yes\r\n@?a OK\r\n"
		      "@?b ERR E_DEVICE 1 it failed\r\n");
}

static void it_leaves_the_prompt_and_what_is_typed_there(void **state)
{
	(void)state;
	world_type("@?w nop\n");
	assert_output("\r\x1b[K@?w OK\r\n> ");
	world_type("@?w say a\n");
	assert_output("\r\x1b[K@?w said  a\r\n> \r\x1b[K@?w OK\r\n> ");
	world_type("@?w wait 10ms\nsay b");
	world_output();
	world_run(10);
	assert_output("\r\x1b[K@?w waited  yes\r\n> say b"
		      "\r\x1b[K@?w OK\r\n> say b");
}

static void it_is_no_program_that_lives(void **state)
{
	uint64_t then;

	(void)state;
	world_type("@1 nop\n");
	then = world.session.request_ns;
	world_run(10);
	world_type("@?w nop\n");
	assert_true(world.session.request_ns == then);
	world_type("@2 nop\n");
	assert_true(world.session.request_ns > then);
}

static void opening_the_line_ends_others_requests_only(void **state)
{
	(void)state;
	world_type("@1 nop\n@1 wait 1h\n@?w wait 10ms\n");
	world_output();
	world_type("\x05\x15\n\x03");
	assert_string_equal(world_tagged(),
			    "@1 ERR E_CANCEL 0 cancelled by Ctrl-C\r\n");
	world_run(10);
	assert_output("@?w waited  yes\r\n@?w OK\r\n");
}

static void a_question_mark_by_itself_is_no_tag(void **state)
{
	(void)state;
	world_type("@? nop\n");
	assert_non_null(strstr(world_output(), "@? ERR E_TAG 0 "));
	world_type("@?\n");
	assert_non_null(strstr(world_output(), "@? ERR E_TAG 0 "));
}

static void a_typed_request_tells_which_prompt_it_leaves(void **state)
{
	(void)state;
	world_type("@1 nop\n");
	world_output();
	world.session.program->selected = 1;
	world_type("@1 >80,prompt nop\n");
	assert_output("@1 ..> [0]> \r\n@1 OK\r\n");
	/* Once, and with an error, too. */
	world_type("@2 >80,prompt nop\n");
	assert_output("@2 OK\r\n");
	world.session.program->selected = session_all_ports(&world.session);
	world_type("@3 >80,prompt fail\n");
	assert_output("@3 ..> > \r\n@3 ERR E_DEVICE 1 it failed\r\n");
	/* To who asks for it; an opening makes it what it was. */
	world.session.program->selected = 1;
	world_type("@4 >80 nop\n@5 nop\n");
	assert_output("@4 OK\r\n@5 OK\r\n");
	world_type("\x05\x15\n");
	world_output();
	world_type("@6 >80,prompt nop\n");
	assert_string_equal(world_tagged(), "@6 OK\r\n");
	world_type("@7 >80 say ...\n@8 >80 say ..\n");
	assert_non_null(strstr(world_output(), "@8 OK"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			a_request_that_watches_waits_for_no_other, world_setup),
		cmocka_unit_test_setup(
			it_leaves_the_prompt_and_what_is_typed_there,
			world_setup),
		cmocka_unit_test_setup(it_is_no_program_that_lives,
				       world_setup),
		cmocka_unit_test_setup(
			opening_the_line_ends_others_requests_only,
			world_setup),
		cmocka_unit_test_setup(
			a_typed_request_tells_which_prompt_it_leaves,
			world_setup),
		cmocka_unit_test_setup(a_question_mark_by_itself_is_no_tag,
				       world_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
