/* SPDX-License-Identifier: BSD-3-Clause */
/* A session with a program: requests, their replies, their errors. */
#include <stdio.h>
#include <string.h>

#include "session_world.h"

/* The prompt ends before the first line of a program. */
static int setup(void **state)
{
	world_setup(state);
	world_type("@0\n");
	assert_output("\r\n@0 OK\r\n");
	return 0;
}

static void a_request_is_answered_with_its_tag(void **state)
{
	(void)state;
	world_type("@1 say hi\n");
	assert_output("@1 said  hi\r\n@1 OK\r\n");
	world_type("@2 say hi --json\r");
	assert_output("@2 {\"said\":\"hi\"}\r\n@2 OK\r\n");
	world_type("@3 nop\r\n@4 nop --json\r\n");
	assert_output("@3 OK\r\n@4 {}\r\n@4 OK\r\n");
	world_type("@x!~;# again 2 --json\n");
	assert_output("@x!~;# {\"chunk\":0}\r\n@x!~;# {\"chunk\":1}\r\n"
		      "@x!~;# OK\r\n");
	world_type("@5 say a; say b\n");
	assert_output("@5 said  a\r\n@5 said  b\r\n@5 OK\r\n");
}

static void an_empty_request_is_fine(void **state)
{
	(void)state;
	world_type("@1\n@2 \n@3 # nothing\n@4 ;;\n");
	assert_output("@1 OK\r\n@2 OK\r\n@3 OK\r\n@4 OK\r\n");
	/* Lines without any are a person's. */
	world_type("\n");
	assert_output("> \r\n> ");
}

static void an_error_has_a_code_and_a_column(void **state)
{
	(void)state;
	world_type("@1 size 5\n");
	assert_output("@1 ERR E_RANGE 6 'size' takes SIZE 64..9018 bytes, not "
		      "'5'\r\n");
	world_type("@22 nop; fail; say b\n");
	assert_output("@22 ERR E_DEVICE 6 it failed\r\n");
	world_type("@1 sise\n");
	assert_output("@1 ERR E_UNKNOWN 1 no command 'sise'; did you mean "
		      "'size'?\r\n");
	world_type("@1 late\n");
	assert_output("@1 late  soon\r\n@1 ERR E_STATE 1 too late\r\n");
	world_type("@1 huge\n");
	assert_output("@1 ERR E_NOMEM 1 the reply is too long; name fewer "
		      "ports\r\n");
	world_type("@1   size\n");
	assert_output("@1 ERR E_MISSING 7 'size' needs SIZE 64..9018 "
		      "bytes\r\n");
	assert_int_equal(world.last_size, 0);
}

#define TAG32 "0123456789abcdef0123456789ABCDEF"
#define TAG_ERR                                                      \
	"@? ERR E_TAG 0 a request is @TAG COMMAND; a tag has 1..32 " \
	"printable bytes\r\n"

static void a_malformed_tag_is_refused_and_the_next_line_works(void **state)
{
	static const char *const bad[] = {
		"@\n",
		"@ nop\n",
		"@" TAG32 "x nop\n",
		"@a\x07 nop\n",
		"@\tnop\n",
		"@a\tnop\n",
		"@\xc3\xa9 nop\n",
		"@a\x03\n",
		"@\x1b[A\n",
		"@a\x7f nop\r\n",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		world_type(bad[i]);
		assert_output(TAG_ERR);
		world_type("@1 nop\n");
		assert_output("@1 OK\r\n");
	}
	assert_int_equal(world.runs, 10);
	world_type("@" TAG32 " nop\n");
	assert_output("@" TAG32 " OK\r\n");
	world_send("@a\0 nop\n", 8);
	assert_output(TAG_ERR);
}

static void a_control_byte_is_refused_and_the_next_line_works(void **state)
{
	(void)state;
	world_type("@1 size 64; nop \x03\n");
	assert_output("@1 ERR E_BYTE 14 the line holds the control byte "
		      "0x03\r\n");
	world_send("@1 \0\n@1 nop\x7f\n@2 nop\n", 20);
	assert_output("@1 ERR E_BYTE 1 the line holds the control byte "
		      "0x00\r\n@1 ERR E_BYTE 4 the line holds the control "
		      "byte 0x7f\r\n@2 OK\r\n");
	assert_int_equal(world.runs, 1);
}

/* A request of a tag and blanks so that all behind the tag is `n` bytes. */
static void send_long(const char *tag, unsigned n)
{
	static char line[5000];
	unsigned len = (unsigned)snprintf(line, sizeof(line), "@%s ", tag);

	memset(line + len, ' ', n);
	memcpy(line + len + n - 3, "nop\n", 4);
	world_send(line, len + n + 1);
}

static void a_request_that_is_too_long_is_refused(void **state)
{
	static const unsigned lens[] = {1025, 1026, 1056, 1057, 1058, 4000};
	(void)state;

	send_long("1", 1024);
	assert_output("@1 OK\r\n");
	send_long(TAG32, 1024);
	assert_output("@" TAG32 " OK\r\n");
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		send_long("1", lens[i]);
		assert_output("@1 ERR E_LONG 1025 a line takes up to 1024 "
			      "bytes\r\n");
		send_long(TAG32, lens[i]);
		assert_output("@" TAG32 " ERR E_LONG 1025 a line takes up to "
			      "1024 bytes\r\n");
		world_type("@2 nop\n");
		assert_output("@2 OK\r\n");
	}
	assert_int_equal(world.runs, 2 + 6);
}

static void requests_sent_at_once_are_answered_in_order(void **state)
{
	static char sent[64 * 1024], expected[64 * 1024];
	size_t n = 0, m = 0;
	(void)state;

	for (int i = 0; i < 1000; i++) {
		n += (size_t)snprintf(sent + n, sizeof(sent) - n,
				      "@%d say a%d\n", i, i);
		m += (size_t)snprintf(expected + m, sizeof(expected) - m,
				      "@%d said  a%d\r\n@%d OK\r\n", i, i, i);
	}
	world_send(sent, n);
	assert_output(expected);
	world.line = LINE_BYTE;
	world_send(sent, n);
	assert_output(expected);
	world.line = LINE_RANDOM;
	world.seed = 1;
	world.split = true;
	world_send(sent, n);
	assert_output(expected);
	assert_int_equal(world.runs, 3000);
}

static void requests_wait_for_one_that_waits(void **state)
{
	const char *rest = "@3 nop\n";
	(void)state;

	/* One runs, one is kept, the third stays outside. */
	assert_int_equal(world_give("@1 wait 10ms\n@2 nop\n@3 nop\n", 27), 20);
	world_settle();
	assert_output("");
	assert_int_equal(session_wake_ns(&world.session), 1010 * MS);
	world_run(9);
	assert_output("");
	world_run(1);
	assert_output("@1 waited  yes\r\n@1 OK\r\n@2 OK\r\n");
	world_type(rest);
	assert_output("@3 OK\r\n");
}

static void a_long_reply_is_whole_on_a_slow_line(void **state)
{
	static char fast[1 << 20];
	const char *sent = "@1 long 20\n@2 long 3 --json\n@3 nop\n";
	(void)state;

	world_type(sent);
	strcpy(fast, world_output());
	assert_true(strlen(fast) > 8 * OUT_BYTES);
	assert_int_equal(strncmp(fast, "@1 ", 3), 0);
	world.line = LINE_BYTE;
	world_type(sent);
	assert_output(fast);
	world.line = LINE_BLOCKED;
	assert_int_equal(world_give(sent, strlen(sent)), 28);
	for (int i = 0; i < 1000; i++)
		world_step();
	/* Nobody reads: a bounded amount has been made, and no more is. */
	assert_true(world.runs <= 24 + 24 + 3);
	world.line = LINE_FAST;
	world_settle();
	world_type("@3 nop\n");
	assert_output(fast);
}

/* Every line has the tag, whatever the reply is cut into. */
static void every_line_of_a_long_reply_is_tagged(void **state)
{
	static char all[1 << 20];
	unsigned lines = 0;
	(void)state;

	world_type("@" TAG32 " long 5\n");
	strcpy(all, world_output());
	for (char *l = all; *l; l = strstr(l, "\r\n") + 2, lines++) {
		assert_int_equal(strncmp(l, "@" TAG32 " ", 34), 0);
		assert_non_null(strstr(l, "\r\n"));
	}
	assert_true(lines > 5 * 60);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_is_answered_with_its_tag),
		TEST(an_empty_request_is_fine),
		TEST(an_error_has_a_code_and_a_column),
		TEST(a_malformed_tag_is_refused_and_the_next_line_works),
		TEST(a_control_byte_is_refused_and_the_next_line_works),
		TEST(a_request_that_is_too_long_is_refused),
		TEST(requests_sent_at_once_are_answered_in_order),
		TEST(requests_wait_for_one_that_waits),
		TEST(a_long_reply_is_whole_on_a_slow_line),
		TEST(every_line_of_a_long_reply_is_tagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
