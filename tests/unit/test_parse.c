/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/parse.h"

#include <string.h>

#include "parse_cmds.h"
#include "unit.h"

static struct words words;
static struct call c;
static struct parse_ports ports;

static int setup(void **state)
{
	(void)state;
	ports = (struct parse_ports){.count = 4, .selected = 0x5};
	return 0;
}

/* The first command of the line. */
static void parse(const char *line)
{
	unsigned next = 0;

	memset(&c, 0, sizeof(c));
	assert_true(
		parse_split(line, (unsigned)strlen(line), &next, &words, &c));
	if (!c.err)
		parse_call(parse_cmds, &words, &ports, &c);
}

static void accept(const char *line)
{
	parse(line);
	if (c.err)
		fail_msg("'%s': %s %u %s", line, shell_err_name(c.err),
			 c.err_column, c.err_text);
	assert_true(c.form->run);
}

static void refuse(const char *line, enum shell_err err, unsigned column,
		   const char *text)
{
	parse(line);
	if (c.err != err || c.err_column != column ||
	    strcmp(c.err_text, text) != 0)
		fail_msg("'%s': %s %u %s", line, shell_err_name(c.err),
			 c.err_column, c.err_text);
}

/* Which of its forms, the first being 0. */
static unsigned form(const char *line)
{
	accept(line);
	return (unsigned)(c.form - c.cmd->forms);
}

static void every_type_reaches_its_field(void **state)
{
	(void)state;
	accept("size 1.5k");
	assert_string_equal(c.cmd->name, "size");
	assert_int_equal(c.v[1].u, 1500);
	assert_true(c.v[1].set);
	assert_int_equal(c.v[1].column, 6);
	accept("bits 18446744073709551615");
	assert_true(c.v[0].u == UINT64_MAX);
	accept("rate 2.5kpps");
	assert_int_equal(c.v[1].rate.unit, RATE_PPS);
	assert_int_equal(c.v[1].rate.micro, 2500000000);
	accept("sleep 1.5ms");
	assert_int_equal(c.v[0].u, 1500000);
	accept("mode rx");
	assert_int_equal(c.v[1].u, 2);
	accept("name eth0_a-b.c");
	assert_string_equal(c.v[0].text, "eth0_a-b.c");
	accept("port 1,3");
	assert_int_equal(c.v[0].mask, 0xa);
	accept("stats clear");
	assert_true(c.v[1].set);
	accept("stats --json");
	assert_true(c.v[1].set && c.json);
	assert_int_equal(c.v[1].column, 7);
	accept("stats");
	assert_false(c.v[1].set || c.json);
	assert_int_equal(c.v[1].column, 0);
}

static void text_is_the_word_itself(void **state)
{
	(void)state;
	accept("text +/A=;text x");
	assert_int_equal(c.v[0].word_len, 4);
	assert_string_equal(c.v[0].word, "+/A=");
	accept("text \"a b\\x01\"");
	assert_int_equal(c.v[0].word_len, 4);
	assert_string_equal(c.v[0].word, "a b\x01");
	accept("text \"\"");
	assert_int_equal(c.v[0].word_len, 0);
}

static void the_last_argument_may_be_several(void **state)
{
	(void)state;
	accept("several 00c0FFee a");
	assert_int_equal(c.v[0].u, 0xc0ffee);
	assert_string_equal(c.v[1].text, "a");
	assert_false(c.v[2].set);
	accept("several ffffffff a b c d e f g");
	assert_int_equal(c.v[0].u, 0xffffffff);
	assert_string_equal(c.v[7].text, "g");
	assert_int_equal(c.v[7].column, 30);
	refuse("several 00000000 a b c d e f g h", E_SURPLUS, 32,
	       "one word too many for 'several CRC32 NAME...'");
	refuse("several 00000000 a / b", E_SYNTAX, 20,
	       "'/' is no name; NAME is 1..31 letters, digits, '_', '-' or "
	       "'.'");
	refuse("several 00000000", E_MISSING, 17, "'several' needs NAME");
	refuse("several 0000000 a", E_SYNTAX, 9,
	       "'several' takes CRC32: a CRC, not '0000000'");
	refuse("several 000000000 a", E_SYNTAX, 9,
	       "'several' takes CRC32: a CRC, not '000000000'");
	refuse("several 0000000g a", E_SYNTAX, 9,
	       "'several' takes CRC32: a CRC, not '0000000g'");
}

static void limits_belong_to_the_range(void **state)
{
	(void)state;
	accept("size 64");
	accept("size 9018");
	accept("sleep 1us");
	accept("sleep 1h");
	accept("name a123456789b123456789c123456789d");
}

static void ports_left_out_are_the_selection(void **state)
{
	(void)state;
	accept("size 64");
	assert_false(c.v[0].set);
	assert_int_equal(c.v[0].mask, 0x5);
	assert_int_equal(c.v[0].column, 0);
	assert_int_equal(c.v[1].u, 64);
	accept("size 0 64");
	assert_true(c.v[0].set);
	assert_int_equal(c.v[0].mask, 0x1);
	assert_int_equal(c.v[0].column, 6);
	assert_int_equal(c.v[1].u, 64);
	accept("size all 64");
	assert_int_equal(c.v[0].mask, 0xf);
	accept("stats 1");
	assert_int_equal(c.v[0].mask, 0x2);
	accept("stats");
	assert_int_equal(c.v[0].mask, 0x5);
	accept("stats 1-2 clear");
	assert_int_equal(c.v[0].mask, 0x6);
	accept("stats clear");
	assert_int_equal(c.v[0].mask, 0x5);
	accept("stats every 1s");
	assert_int_equal(c.v[0].mask, 0x5);
	/* One word may be either: it is what must be there. */
	refuse("size 0", E_RANGE, 6,
	       "'size' takes SIZE 64..9018 bytes, not '0'");
}

static void other_optional_arguments_follow_the_same_rule(void **state)
{
	(void)state;
	accept("level a");
	assert_false(c.v[0].set || c.v[1].set);
	accept("level 1 a");
	assert_true(c.v[0].set && !c.v[1].set);
	accept("level 1 2 a");
	assert_int_equal(c.v[0].u, 1);
	assert_int_equal(c.v[1].u, 2);
	assert_string_equal(c.v[2].text, "a");
	accept("stats every 1s 5");
	assert_int_equal(c.v[3].u, 5);
	accept("stats every 1s");
	assert_false(c.v[3].set);
}

static void the_form_whose_keywords_stand_there_is_taken(void **state)
{
	(void)state;
	assert_int_equal(form("stats"), 0);
	assert_int_equal(form("stats 0"), 0);
	assert_int_equal(form("stats clear"), 1);
	assert_int_equal(form("stats 0 clear"), 1);
	assert_int_equal(form("stats every 1s"), 2);
	assert_int_equal(form("stats 0 every 1s 3"), 2);
	assert_int_equal(form("port"), 0);
	assert_int_equal(form("port --json"), 0);
	assert_int_equal(form("port 0"), 1);
	assert_int_equal(form("switch on"), 0);
	assert_int_equal(form("switch off"), 1);
}

static void flags_may_stand_anywhere(void **state)
{
	(void)state;
	accept("stats --json 0 every 1s 3");
	assert_true(c.json);
	assert_int_equal(c.v[4].column, 7);
	accept("stats 0 --json every 1s 3");
	accept("stats 0 every 1s --json 3");
	assert_int_equal(c.v[3].u, 3);
	accept("stats 0 every 1s 3 --json");
	/* A quoted word is none. */
	refuse("stats \"--json\"", E_SYNTAX, 7,
	       "'stats' takes PORTS (0..3 or all) or 'clear' or "
	       "'every', not '--json'");
	refuse("stats --jsn", E_SYNTAX, 7,
	       "'stats' has no flag '--jsn' here; did you mean '--json'?");
	refuse("stats --xyz", E_SYNTAX, 7, "'stats' has no flag '--xyz' here");
	refuse("stats clear --json", E_SYNTAX, 13,
	       "'stats' has no flag '--json' here");
	refuse("stats --json 0 --json", E_SYNTAX, 16, "'--json' twice");
	refuse("stats --", E_SYNTAX, 7, "'stats' has no flag '--' here");
}

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
	refuse("mode", E_MISSING, 5, "'mode' needs off|tx|rx");
	refuse("name", E_MISSING, 5, "'name' needs NAME");
	refuse("stats every", E_MISSING, 12, "'stats' needs TIME");
	refuse("switch", E_MISSING, 7, "'switch' needs 'on' or 'off'");
	refuse("sleep", E_MISSING, 6, "'sleep' needs TIME 1us..1h");
}

static void what_is_too_much_is_pointed_at(void **state)
{
	(void)state;
	refuse("size 0 64 65", E_SURPLUS, 11,
	       "one word too many for 'size [PORTS] SIZE'");
	refuse("stats clear 0", E_SURPLUS, 13,
	       "one word too many for 'stats [PORTS] clear'");
	refuse("stats every 1s 2 3", E_SURPLUS, 18,
	       "one word too many for 'stats [PORTS] every TIME [COUNT] "
	       "[--json]'");
	refuse("port 0 1", E_SURPLUS, 8, "one word too many for 'port PORTS'");
	refuse("hidden x", E_SURPLUS, 8,
	       "one word too many for 'hidden [--json]'");
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
	refuse("rate 18446744073709551616", E_RANGE, 6,
	       "'rate' takes RATE: 10mpps or 25%, not '18446744073709551616'");
	refuse("stats every 1s 0", E_RANGE, 16,
	       "'stats' takes COUNT 1..100, not '0'");
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
	refuse("sleep 5", E_SYNTAX, 7, "'sleep' takes TIME 1us..1h, not '5'");
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
	refuse("check a = 0 within", E_MISSING, 19, "'check' needs TIME");
	refuse("check 0 a = 0 within", E_MISSING, 21, "'check' needs TIME");
	refuse("check 0 a = 0 within 5", E_SYNTAX, 22,
	       "'check' takes TIME: how long, not '5'");
	refuse("check 9 a = 0 within", E_RANGE, 7,
	       "'check' takes PORTS (0..3 or all), not '9'");
	/* Only what can stand there is offered. */
	refuse("check a 5", E_SYNTAX, 9, "'check' takes =|<, not '5'");
	refuse("check a < 5 of b", E_SYNTAX, 13,
	       "'check' takes 'within', not 'of'");
	refuse("check 0 a < 5 wihtin 1s", E_SYNTAX, 15,
	       "'check' takes 'within', not 'wihtin'; did you mean 'within'?");
	refuse("check 0 a < 5 within 1s 2s", E_SURPLUS, 25,
	       "one word too many for 'check [PORTS] FIELD =|< VALUE within "
	       "TIME'");
	refuse("check", E_MISSING, 6, "'check' needs 'idle' or FIELD");
	refuse("check 0", E_MISSING, 8, "'check' needs 'idle' or =|<");
	refuse("stats 0 1", E_SYNTAX, 9,
	       "'stats' takes 'clear' or 'every', not '1'");
	assert_int_equal(form("check 0 idle"), 0);
	assert_int_equal(form("check idle"), 0);
	assert_int_equal(form("check 0 = 0"), 1);
	assert_int_equal(form("check 0 a = 0"), 1);
	assert_int_equal(form("check 0 = 0 within 1s"), 2);
}

static void case_does_not_matter(void **state)
{
	(void)state;
	accept("SIZE 0 1.5K");
	accept("Mode All TX");
	assert_int_equal(c.v[1].u, 1);
	assert_int_equal(form("stats Clear"), 1);
	assert_int_equal(form("Stats 0 EVERY 1S 3 --JSON"), 2);
	assert_true(c.json);
	/* A name is what it is. */
	accept("name Ab");
	assert_string_equal(c.v[0].text, "Ab");
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

/* Port 2 has three streams, the others one. */
static unsigned streams(const void *app, unsigned port)
{
	assert_ptr_equal(app, &ports);
	return port == 2 ? 3 : 1;
}

static void a_port_may_have_its_streams_named(void **state)
{
	(void)state;
	ports.nb_streams = streams;
	ports.app = &ports;
	accept("rate 0.0 1kpps");
	assert_int_equal(c.v[0].mask, 1);
	assert_true(subjects_has(&c.v[0].subjects, (struct subject){0, 0}));
	accept("rate 2.1-2 1kpps");
	assert_false(subjects_has(&c.v[0].subjects, (struct subject){2, 0}));
	assert_true(subjects_has(&c.v[0].subjects, (struct subject){2, 2}));
	accept("rate all.0 max");
	assert_int_equal(c.v[0].mask, 15);
	accept("rate 2.all,0 max");
	assert_int_equal(c.v[0].subjects.whole, 5);
	/* One word alone is the rate. */
	accept("rate 0.3");
	assert_int_equal(c.v[1].rate.micro, 300000);
	refuse("rate 0.3 max", E_RANGE, 6,
	       "port 0 has no stream 3; type '0.0' or '0'");
	refuse("rate 2.3 max", E_RANGE, 6,
	       "port 2 has no stream 3; type '2.0' to '2.2'");
	refuse("rate 1-2.0-1 max", E_RANGE, 6,
	       "port 1 has no stream 1; type '1.0' or '1'");
	refuse("rate 4.0 max", E_RANGE, 6,
	       "'rate' takes PORTS (0..3 or all), not '4.0'");
	refuse("rate 0. max", E_SYNTAX, 6,
	       "'rate' takes PORTS (0..3 or all), not '0.'");
	/* Of a command that takes whole ports, whether it is there or not. */
	refuse("mode 0-1,3.0 tx", E_RANGE, 6,
	       "'mode' takes ports without a stream, not '0-1,3.0'; type "
	       "'0-1,3'");
	refuse("port 2.all", E_RANGE, 6,
	       "'port' takes ports without a stream, not '2.all'; type '2'");
	refuse("stats 1.9 clear", E_RANGE, 7,
	       "'stats' takes ports without a stream, not '1.9'; type '1'");
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

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_type_reaches_its_field),
		TEST(text_is_the_word_itself),
		TEST(the_last_argument_may_be_several),
		TEST(limits_belong_to_the_range),
		TEST(ports_left_out_are_the_selection),
		TEST(other_optional_arguments_follow_the_same_rule),
		TEST(the_form_whose_keywords_stand_there_is_taken),
		TEST(flags_may_stand_anywhere),
		TEST(an_unknown_command_gets_a_suggestion),
		TEST(a_message_drives_no_terminal),
		TEST(what_is_missing_is_named_behind_the_command),
		TEST(what_is_too_much_is_pointed_at),
		TEST(what_is_outside_its_range_is_refused),
		TEST(what_has_the_wrong_form_is_refused),
		TEST(a_word_gets_a_suggestion_from_what_may_stand_there),
		TEST(the_form_that_got_furthest_says_what_is_wrong),
		TEST(case_does_not_matter),
		TEST(without_ports_no_command_takes_any),
		TEST(a_port_may_have_its_streams_named),
		TEST(a_failing_call_points_at_its_argument),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
