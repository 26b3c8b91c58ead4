/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that are refused: with what is wrong, where, and what to type. */
#include <stdio.h>
#include <string.h>

#include "parse_rig.h"

static void an_unknown_command_gets_a_suggestion(void **state)
{
	(void)state;
	refuse("sise 64", E_UNKNOWN, 1,
	       "no command 'sise'; did you mean 'size'?");
	refuse("  tsats", E_UNKNOWN, 3,
	       "no command 'tsats'; did you mean 'stats'?");
	refuse("xyz", E_UNKNOWN, 1, "no command 'xyz'; 'help' lists them");
	refuse("\"\"", E_UNKNOWN, 1, "no command ''; 'help' lists them");
	refuse("--json", E_UNKNOWN, 1,
	       "no command '--json'; 'help' lists them");
	/* One that no list names is not suggested either, but runs. */
	refuse("hiddn", E_UNKNOWN, 1, "no command 'hiddn'; 'help' lists them");
	accept("hidden");
	refuse(".upload x", E_UNKNOWN, 1,
	       "no command '.upload'; words with a dot are those of 'ukpktgen "
	       "console'");
	/* A name is all of it. */
	refuse("siz", E_UNKNOWN, 1, "no command 'siz'; did you mean 'size'?");
}

static void a_message_drives_no_terminal(void **state)
{
	(void)state;
	refuse("\"\\x1b[2J\"", E_UNKNOWN, 1,
	       "no command '\\x1b[2J'; 'help' lists them");
	refuse("\xc3\xa9", E_UNKNOWN, 1,
	       "no command '\\xc3\\xa9'; 'help' lists them");
	refuse("aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", E_UNKNOWN, 1,
	       "no command 'aaaaaaaaaabbbbbbbbbbcccc...'; 'help' lists them");
	refuse("name \"\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\"", E_SYNTAX, 6,
	       "'\\x0a\\x0a\\x0a\\x0a\\x0a\\x0a...' is no name; NAME is 1..31 "
	       "letters, digits, '_', '-' or '.'");
}

static void what_is_missing_is_named_behind_the_command(void **state)
{
	(void)state;
	refuse("size", E_MISSING, 5, "'size' needs SIZE 64..9018 bytes");
	refuse("size  # of frames", E_MISSING, 5,
	       "'size' needs SIZE 64..9018 bytes");
	refuse(" size; port", E_MISSING, 6, "'size' needs SIZE 64..9018 bytes");
	refuse("name", E_MISSING, 5, "'name' needs NAME: a name");
	refuse("stats every", E_MISSING, 12, "'stats' needs TIME: interval");
	refuse("switch", E_MISSING, 7, "'switch' needs 'on' or 'off'");
	refuse("sleep", E_MISSING, 6, "'sleep' needs TIME 1us..1h");
}

static void what_is_too_much_is_pointed_at(void **state)
{
	(void)state;
	refuse("size 0 64 65", E_SURPLUS, 11,
	       "'65' is one word too many for 'size [PORTS] SIZE'");
	refuse("stats clear 0", E_SURPLUS, 13,
	       "'0' is one word too many for 'stats [PORTS] clear'");
	refuse("stats every 1s 2 3", E_SURPLUS, 18,
	       "'3' is one word too many for 'stats [PORTS] every TIME [COUNT] "
	       "[--json]'");
	refuse("port 0 1", E_SURPLUS, 8,
	       "'1' is one word too many for 'port PORTS'");
	refuse("hidden x", E_SURPLUS, 8,
	       "'x' is one word too many for 'hidden [--json]'");
}

static void what_is_outside_its_range_is_refused(void **state)
{
	(void)state;
	refuse("size 63", E_RANGE, 6,
	       "'size' takes SIZE 64..9018 bytes, not '63'");
	refuse("size 0 9019", E_RANGE, 8,
	       "'size' takes SIZE 64..9018 bytes, not '9019'");
	refuse("bits 18446744073709551616", E_RANGE, 6,
	       "'bits' takes N: any number, not '18446744073709551616'");
	refuse("sleep 999ns", E_RANGE, 7,
	       "'sleep' takes TIME 1us..1h, not '999ns'");
	refuse("sleep 61min", E_RANGE, 7,
	       "'sleep' takes TIME 1us..1h, not '61min'");
	refuse("stats 4", E_RANGE, 7,
	       "'stats' takes PORTS (0..3 or all), not '4'");
	refuse("size 2-5 64", E_RANGE, 6,
	       "'size' takes PORTS (0..3 or all), not '2-5'");
	refuse("rate 18446744073709551616pps", E_RANGE, 6,
	       "'rate' takes RATE: 10mpps or 25%, not "
	       "'18446744073709551616pps'");
	refuse("stats every 1s 0", E_RANGE, 16,
	       "'stats' takes COUNT 1..100, not '0'");
}

static void a_forgotten_unit_is_asked_for(void **state)
{
	(void)state;
	refuse("rate 10", E_SYNTAX, 6,
	       "'10' has no unit; type '10pps', '10kpps', '10mbps' or '10%'");
	refuse("rate 0 10", E_SYNTAX, 8,
	       "'10' has no unit; type '10pps', '10kpps', '10mbps' or '10%'");
	/* It is no question after port 1 either. */
	refuse("rate 1", E_SYNTAX, 6,
	       "'1' has no unit; type '1pps', '1kpps', '1mbps' or '1%'");
	refuse("rate 100k", E_SYNTAX, 6,
	       "'100k' has no unit; type '100kpps' or '100kbps'");
	refuse("rate 0 1G", E_SYNTAX, 8,
	       "'1G' has no unit; type '1Gpps' or '1Gbps'");
	refuse("sleep 5", E_SYNTAX, 7,
	       "'5' has no unit; type '5s', '5ms' or '5min'");
	refuse("speed 10", E_SYNTAX, 7,
	       "'10' has no unit; type '10gbps' or '10mbps'");
}

static void words_of_others_have_a_hint(void **state)
{
	static const char hints[] = "rat\0"
				    "type 'mouse'\0"
				    "see:rat size:-I mole\0"
				    "type 'cat'\0"
				    "toq top\0"
				    "type 'see'\0"
				    "ip:link\0"
				    "type 'port'\0"
				    "ip\0"
				    "type 'size'\0";

	(void)state;
	ports.hints = hints;
	refuse("top", E_UNKNOWN, 1, "no command 'top'; type 'see'");
	refuse("TOP 5", E_UNKNOWN, 1, "no command 'TOP'; type 'see'");
	refuse_typed("rat", E_UNKNOWN, 1, "no command 'rat'; type 'mouse'");
	accept_typed("rate", "rate", 0);
	refuse("ip", E_UNKNOWN, 1, "no command 'ip'; type 'size'");
	refuse("ip addr", E_UNKNOWN, 1, "no command 'ip'; type 'size'");
	refuse("ip LINK", E_UNKNOWN, 1, "no command 'ip'; type 'port'");
	refuse("see rat", E_SYNTAX, 5,
	       "'see' takes 'clear' or 'port' or 'ports' or 'stats' or "
	       "'text', not 'rat'; type 'cat'");
	refuse("mole", E_UNKNOWN, 1, "no command 'mole'; type 'cat'");
	refuse("size -I 64", E_SYNTAX, 6,
	       "'size' takes PORTS (0..3 or all), not '-I'; type 'cat'");
	refuse("size -i 64", E_SYNTAX, 6,
	       "'size' takes PORTS (0..3 or all), not '-i'; words have no "
	       "'-': see 'help size'");
}

static void only_what_is_likely_is_suggested(void **state)
{
	static const struct {
		const char *line, *near;
	} t[] = {
		{"ratr", "rate"},       {"rtae", "rate"},
		{"raate", "rate"},      {"siz", "size"},
		{"seevral", "several"}, {"sevrl", NULL},
		{"sverral", "several"}, {"pot", "port"},
		{"stts", "stats"},      {"sse", "see"},
		{"set", NULL},          {"sea", NULL},
		{"pkt", NULL},          {"range", NULL},
		{"page", NULL},         {"export", NULL},
		{"mote", "mode"},       {"halr", NULL},
		{"haltt", NULL},        {"x", NULL},
		{"endd", "end"},
	};
	char text[80];

	(void)state;
	for (unsigned i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (t[i].near)
			snprintf(text, sizeof(text),
				 "no command '%s'; did you mean '%s'?",
				 t[i].line, t[i].near);
		else
			snprintf(text, sizeof(text),
				 "no command '%s'; 'help' lists them",
				 t[i].line);
		refuse(t[i].line, E_UNKNOWN, 1, text);
	}
}

static void what_has_the_wrong_form_is_refused(void **state)
{
	(void)state;
	refuse("size big", E_SYNTAX, 6,
	       "'size' takes SIZE 64..9018 bytes, not 'big'");
	refuse("size 64x", E_SYNTAX, 6,
	       "'size' takes SIZE 64..9018 bytes, not '64x'");
	refuse("rate fast", E_SYNTAX, 6,
	       "'rate' takes RATE: 10mpps or 25%, not 'fast'");
	refuse("sleep 5x", E_SYNTAX, 7, "'sleep' takes TIME 1us..1h, not '5x'");
	refuse("name a/b", E_SYNTAX, 6,
	       "'a/b' is no name; NAME is 1..31 letters, digits, '_', '-' or "
	       "'.'");
	refuse("name a123456789b123456789c123456789de", E_SYNTAX, 6,
	       "'a123456789b123456789c123...' is no name; NAME is 1..31 "
	       "letters, digits, '_', '-' or '.'");
	refuse("name \"\"", E_SYNTAX, 6,
	       "'' is no name; NAME is 1..31 letters, digits, '_', '-' or '.'");
	refuse("stats foo", E_SYNTAX, 7,
	       "'stats' takes PORTS (0..3 or all) or 'clear' or "
	       "'every', not 'foo'");
	refuse("switch of", E_SYNTAX, 8,
	       "'switch' takes 'on' or 'off', not 'of'; did you mean 'off'?");
	/* Behind a keyword the keywords of other forms are no help. */
	refuse("stats every foo", E_SYNTAX, 13,
	       "'stats' takes TIME: interval, not 'foo'");
}

static void a_word_gets_a_suggestion_from_what_may_stand_there(void **state)
{
	(void)state;
	refuse("mode ofd", E_SYNTAX, 6,
	       "'mode' takes off|tx|rx, not 'ofd'; did you mean 'off'?");
	refuse("mode sideways", E_SYNTAX, 6,
	       "'mode' takes off|tx|rx, not 'sideways'");
	refuse("stats cler", E_SYNTAX, 7,
	       "'stats' takes PORTS (0..3 or all) or 'clear' or 'every', not "
	       "'cler'; did you mean 'clear'?");
	/* Not a keyword of a form that another keyword has ruled out. */
	refuse("stats every clear", E_SYNTAX, 13,
	       "'stats' takes TIME: interval, not 'clear'");
}

static void the_form_that_got_furthest_says_what_is_wrong(void **state)
{
	(void)state;
	/* What is missing behind a keyword is missing with ports as well. */
	refuse("check a = 0 within", E_MISSING, 19,
	       "'check' needs TIME: how long");
	refuse("check 0 a = 0 within", E_MISSING, 21,
	       "'check' needs TIME: how long");
	refuse("check 0 a = 0 within 5", E_SYNTAX, 22,
	       "'5' has no unit; type '5s', '5ms' or '5min'");
	refuse("check 9 a = 0 within", E_RANGE, 7,
	       "'check' takes PORTS (0..3 or all), not '9'");
	/* Only what can stand there is offered. */
	refuse("check a 5", E_SYNTAX, 9, "'check' takes =|<, not '5'");
	refuse("check a < 5 of b", E_SYNTAX, 13,
	       "'check' takes 'within', not 'of'");
	refuse("check 0 a < 5 wihtin 1s", E_SYNTAX, 15,
	       "'check' takes 'within', not 'wihtin'; did you mean 'within'?");
	refuse("check 0 a < 5 within 1s 2s", E_SURPLUS, 25,
	       "'2s' is one word too many for 'check [PORTS] FIELD =|< VALUE "
	       "within "
	       "TIME'");
	refuse("check", E_MISSING, 6, "'check' needs 'idle' or FIELD: which");
	refuse("check 0", E_MISSING, 8, "'check' needs 'idle' or =|<");
	refuse("stats 0 1", E_SYNTAX, 9,
	       "'stats' takes 'clear' or 'every', not '1'");
	assert_int_equal(form("check 0 idle"), 0);
	assert_int_equal(form("check idle"), 0);
	assert_int_equal(form("check 0 = 0"), 1);
	assert_int_equal(form("check 0 a = 0"), 1);
	assert_int_equal(form("check 0 = 0 within 1s"), 2);
}

static void without_ports_no_command_takes_any(void **state)
{
	(void)state;
	ports = (struct parse_ports){.count = 0};
	refuse("size 64", E_STATE, 1, "the appliance has no ports");
	refuse(" port 0", E_STATE, 2, "the appliance has no ports");
	accept("port");
	accept("sleep 1s");
	ports = (struct parse_ports){.count = 1, .selected = 1};
	refuse("stats 1", E_RANGE, 7, "'stats' takes PORTS (0), not '1'");
	accept("stats all");
	assert_int_equal(c.v[0].mask, 1);
}

static void a_failing_call_points_at_its_argument(void **state)
{
	(void)state;
	accept(" size 1 64");
	assert_int_equal(call_fail(&c, E_DEVICE, -1, "port %d", 1), CALL_FAIL);
	assert_int_equal(c.err, E_DEVICE);
	assert_int_equal(c.err_column, 2);
	assert_string_equal(c.err_text, "port 1");
	accept(" size 1 64");
	call_fail(&c, E_RANGE, 1, "x");
	assert_int_equal(c.err_column, 9);
	/* One that was left out has no place: it points at the command. */
	accept(" size 64");
	call_fail(&c, E_RANGE, 0, "x");
	assert_int_equal(c.err_column, 2);
	call_fail(&c, E_RANGE, 1, "%0300d", 0);
	assert_int_equal(strlen(c.err_text), sizeof(c.err_text) - 1);
	/* What a terminal would act on is escaped, whole or not at all. */
	call_fail(&c, E_RANGE, 1, "a\n\033[7m\xe4");
	assert_string_equal(c.err_text, "a\\x0a\\x1b[7m\\xe4");
	call_fail(&c, E_RANGE, 1, "%0236d\n", 0);
	assert_int_equal(strlen(c.err_text), 236);
}

#define TEST(name) cmocka_unit_test_setup(name, parse_rig_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_unknown_command_gets_a_suggestion),
		TEST(a_message_drives_no_terminal),
		TEST(what_is_missing_is_named_behind_the_command),
		TEST(what_is_too_much_is_pointed_at),
		TEST(what_is_outside_its_range_is_refused),
		TEST(a_forgotten_unit_is_asked_for),
		TEST(words_of_others_have_a_hint),
		TEST(only_what_is_likely_is_suggested),
		TEST(what_has_the_wrong_form_is_refused),
		TEST(a_word_gets_a_suggestion_from_what_may_stand_there),
		TEST(the_form_that_got_furthest_says_what_is_wrong),
		TEST(without_ports_no_command_takes_any),
		TEST(a_failing_call_points_at_its_argument),
	};

	return cmocka_run_group_tests_name("parse, what is refused", tests,
					   NULL, NULL);
}
