/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that a command takes, and as what. */
#include <stdio.h>
#include <string.h>

#include "parse_rig.h"

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
	accept("several ffffffff a b c d e f g h i j k l m n o p q r s t u v "
	       "w x");
	assert_int_equal(c.v[0].u, 0xffffffff);
	assert_string_equal(c.v[CMD_ARGS_MAX - 1].text, "x");
	assert_int_equal(c.v[CMD_ARGS_MAX - 1].column, 64);
	refuse("several 00000000 a b c d e f g h i j k l m n o p q r s t u v w "
	       "x y",
	       E_SURPLUS, 66,
	       "'y' is one word too many for 'several CRC32 NAME...'");
	refuse("several 00000000 a / b", E_SYNTAX, 20,
	       "'/' is no name; NAME is 1..31 letters, digits, '_', '-' or "
	       "'.'");
	refuse("several 00000000", E_MISSING, 17, "'several' needs NAME: some");
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
	refuse("stats --xyz", E_SYNTAX, 7,
	       "'stats' has no flag '--xyz' here; see 'help stats'");
	refuse("stats clear --json", E_SYNTAX, 13,
	       "'stats' has no flag '--json' here; it is 'stats [PORTS] "
	       "[--json]'");
	refuse("stats --json 0 --json", E_SYNTAX, 16,
	       "'--json' twice; type it once");
	refuse("stats --", E_SYNTAX, 7,
	       "'stats' has no flag '--' here; see 'help stats'");
}

static void a_unit_may_stand_behind_a_blank(void **state)
{
	(void)state;
	accept("rate 200 mbps");
	assert_false(c.v[0].set);
	assert_int_equal(c.v[1].rate.micro, 200000000000000);
	assert_int_equal(c.v[1].rate.unit, RATE_BPS_L2);
	accept("rate 0 200 mbit/s");
	assert_int_equal(c.v[0].mask, 1);
	assert_int_equal(c.v[1].column, 8);
	accept("rate 0 100k pps");
	assert_int_equal(c.v[1].rate.micro, 100000000000);
	accept("sleep 3 ms");
	assert_int_equal(c.v[0].u, 3000000);
	accept("stats every 1 s 10");
	assert_int_equal(c.v[2].u, 1000000000);
	assert_int_equal(c.v[3].u, 10);
	accept("check a = 0 within 5 s");
	accept("speed 10 g");
	assert_int_equal(c.v[0].u, 10000000000);
	refuse("sleep 3 h", E_RANGE, 7, "'sleep' takes TIME 1us..1h, not '3'");
	refuse("rate 200 mbps max", E_SURPLUS, 15,
	       "'max' is one word too many for 'rate [PORTS] RATE'");
	refuse("rate 200 \"mbps\"", E_RANGE, 6,
	       "'rate' takes PORTS (0..3 or all), not '200'");
	/* What goes on with a number is another value. */
	refuse("rate 0.3 10kpps", E_RANGE, 6,
	       "port 0 has no stream 3; type '0'");
	refuse("size 64 b", E_SURPLUS, 9,
	       "'b' is one word too many for 'size [PORTS] SIZE'");
}

static void a_setting_without_its_value_is_a_question(void **state)
{
	(void)state;
	accept("rate");
	assert_false(c.v[1].set);
	assert_int_equal(c.v[0].mask, 0x5);
	accept("rate 1-2.all");
	assert_false(c.v[1].set);
	assert_int_equal(c.v[0].mask, 6);
	accept("mode 0");
	assert_false(c.v[1].set);
	assert_int_equal(c.v[0].mask, 1);
	accept("mode all");
	accept("speed");
	assert_false(c.v[0].set);
	/* Of one with several, all or one of them. */
	assert_int_equal(form("end"), 0);
	assert_false(c.v[1].set);
	assert_int_equal(form("end 3"), 0);
	assert_int_equal(form("end high"), 1);
	assert_true(c.v[1].set);
	assert_false(c.v[2].set);
	assert_int_equal(form("end 2 high"), 1);
	refuse("end 2 high low", E_SYNTAX, 12,
	       "'end' takes N: a number, not 'low'");
	refuse("mode 9", E_SYNTAX, 6, "'mode' takes off|tx|rx, not '9'");
	refuse("mode 0 1", E_SYNTAX, 8, "'mode' takes off|tx|rx, not '1'");
}

static void a_beginning_will_do_for_a_person(void **state)
{
	(void)state;
	accept_typed("ra max", "rate", 0);
	accept_typed("RA 0 10kpps", "rate", 0);
	accept_typed("stats cl", "stats", 1);
	accept_typed("st 0 e 1s", "stats", 2);
	accept_typed("mode 0 t", "mode", 0);
	assert_int_equal(c.v[1].u, 1);
	accept_typed("mo o", "mode", 0);
	assert_int_equal(c.v[1].u, 0);
	accept_typed("end h 5", "end", 1);
	accept_typed("end 2 h", "end", 1);
	accept_typed("check i", "check", 0);
	/* A keyword is not the beginning of another word. */
	accept_typed("gap burst", "gap", 0);
	assert_false(c.v[2].set);
	accept_typed("gap bursts", "gap", 1);
	accept_typed("gap ev", "gap", 1);
	accept_typed("check a = 0 w 5s", "check", 2);
	/* What is a value as it stands stays one. */
	accept_typed("name i", "name", 0);
	assert_string_equal(c.v[0].text, "i");
	refuse_typed("s", E_UNKNOWN, 1,
		     "'s' may be 'see', 'size', 'sleep', 'several', 'speed', "
		     "'stats' "
		     "or 'switch'");
	refuse_typed(
		"switch o", E_SYNTAX, 8,
		"'switch' takes 'on' or 'off', not 'o'; did you mean 'on'?");
	refuse_typed("hid", E_UNKNOWN, 1,
		     "no command 'hid'; 'help' lists them");
	refuse_typed("hal", E_UNKNOWN, 1,
		     "no command 'hal'; type all of 'halt' if you mean it");
	/* A file and a program write it out. */
	refuse("ra max", E_UNKNOWN, 1, "no command 'ra'; 'help' lists them");
	refuse("stats cl", E_SYNTAX, 7,
	       "'stats' takes PORTS (0..3 or all) or 'clear' or 'every', not "
	       "'cl'");
	refuse("mode 0 o", E_SYNTAX, 8, "'mode' takes off|tx|rx, not 'o'");
}

static void a_word_may_lead_to_another_command(void **state)
{
	(void)state;
	accept("see stats 0 clear");
	assert_string_equal(c.cmd->name, "stats");
	assert_string_equal(c.lead->name, "see");
	assert_int_equal(c.first, 2);
	assert_int_equal(c.v[0].mask, 1);
	assert_int_equal(form("see"), 0);
	assert_int_equal(form("see clear"), 1);
	assert_string_equal(c.cmd->name, "see");
	assert_null(c.lead);
	accept("see text \"a b\"");
	assert_string_equal(c.v[0].word, "a b");
	accept("see ports --json");
	assert_true(c.json);
	refuse("see stats 9", E_RANGE, 11,
	       "'stats' takes PORTS (0..3 or all), not '9'");
	refuse("see p", E_SYNTAX, 5,
	       "'see' takes 'clear' or 'port' or 'ports' or 'stats' or 'text', "
	       "not 'p'");
	accept_typed("see st cl", "stats", 1);
	accept_typed("see p", "port", 0);
}

/* PORTS, MODE, N, WHICH and NAME, as text. */
static const char *taken(const char *line)
{
	static char text[128];

	accept(line);
	snprintf(text, sizeof(text), "%llx %llu %llu%s %llu%s %s",
		 (unsigned long long)c.v[0].mask, (unsigned long long)c.v[1].u,
		 (unsigned long long)c.v[3].u, c.v[2].set ? "!" : "",
		 (unsigned long long)c.v[5].u, c.v[4].set ? "!" : "",
		 c.v[6].text);
	return text;
}

static void pairs_come_in_any_order_or_not_at_all(void **state)
{
	(void)state;
	assert_string_equal(taken("take f"), "5 2 7 0 f");
	assert_string_equal(taken("take 0 f"), "1 2 7 0 f");
	assert_string_equal(taken("take tx f"), "5 1 7 0 f");
	assert_string_equal(taken("take 0 tx f"), "1 1 7 0 f");
	assert_string_equal(taken("take count 5 f"), "5 2 5! 0 f");
	assert_string_equal(taken("take 0 count 5 f"), "1 2 5! 0 f");
	assert_string_equal(taken("take 0 tx keep last f"), "1 1 7 1! f");
	assert_string_equal(taken("take 0 count 5 keep last f"), "1 2 5! 1! f");
	assert_string_equal(taken("take keep last count 5 f"), "5 2 5! 1! f");
	refuse("take 0 count", E_MISSING, 13, "'take' needs N 1..9");
	refuse("take 0 count 5", E_MISSING, 15, "'take' needs NAME: name");
	/* A word of the command is no name, but in quotes. */
	refuse("take 0 count 5 count 6 f", E_SYNTAX, 16,
	       "'count' twice; type it once");
	refuse("take rx", E_SYNTAX, 6,
	       "'take' needs NAME; 'rx' is a word of its own unless it is "
	       "quoted");
	refuse("take 0 rx f 5", E_SURPLUS, 13,
	       "'5' is one word too many for 'take [PORTS] [off|tx|rx] [count "
	       "N] "
	       "[keep first|last] NAME'");
	refuse("take 0 count f", E_SYNTAX, 14, "'take' takes N 1..9, not 'f'");
	refuse("take 0 keep 5 f", E_SYNTAX, 13,
	       "'take' takes first|last, not '5'");
	refuse("take 0 count 10 f", E_RANGE, 14,
	       "'take' takes N 1..9, not '10'");
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

static void a_port_may_have_its_streams_named(void **state)
{
	(void)state;
	ports.streams = &parse_cmds_streams;
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
	accept("rate 0,2.voice,2.0 1kpps");
	assert_int_equal(c.v[0].subjects.nb_parts, 2);
	assert_int_equal(c.v[0].subjects.part[0].stream, 1);
	refuse("rate 0-2.voice 1kpps", E_RANGE, 6,
	       "port 0 has no stream 'voice'; 'stream 0' lists them");
	refuse("rate 2.Voice 1kpps", E_RANGE, 6,
	       "port 2 has no stream 'Voice'; 'stream 2' lists them");
	/* One word alone is the rate. */
	accept("rate 0.3pps");
	assert_int_equal(c.v[1].rate.micro, 300000);
	refuse("rate 0.3", E_SYNTAX, 6,
	       "'0.3' has no unit; type '0.3pps', '0.3kpps', '0.3mbps' or "
	       "'0.3%'");
	refuse("rate 0.3 max", E_RANGE, 6,
	       "port 0 has no stream 3; 'stream 0' lists them, "
	       "'stream 0.3 add' adds it");
	refuse("rate 2.3 max", E_RANGE, 6,
	       "port 2 has no stream 3; 'stream 2' lists them, "
	       "'stream 2.3 add' adds it");
	refuse("rate 1-2.0-1 max", E_RANGE, 6,
	       "port 1 has no stream 1; 'stream 1' lists them, "
	       "'stream 1.1 add' adds it");
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

#define TEST(name) cmocka_unit_test_setup(name, parse_rig_setup)

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
		TEST(a_unit_may_stand_behind_a_blank),
		TEST(a_setting_without_its_value_is_a_question),
		TEST(a_beginning_will_do_for_a_person),
		TEST(a_word_may_lead_to_another_command),
		TEST(pairs_come_in_any_order_or_not_at_all),
		TEST(case_does_not_matter),
		TEST(a_port_may_have_its_streams_named),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
