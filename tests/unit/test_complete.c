/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/complete.h"

#include <stdio.h>
#include <string.h>

#include "parse_cmds.h"
#include "unit.h"

static struct complete_env env;
static struct complete c;
static char found[8192];

static int setup(void **state)
{
	(void)state;
	env = (struct complete_env){.commands = parse_cmds,
				    .ports = {.count = 4, .selected = 5}};
	return 0;
}

static void add(void *arg, const struct complete_item *item)
{
	size_t used = strlen(found);
	(void)arg;

	snprintf(found + used, sizeof(found) - used, "%s%s%s%s",
		 used ? " " : "", item->word, *item->takes ? "=" : "",
		 item->takes);
}

static const char *visit(const char *line, enum complete_what what)
{
	/* A copy of its own, so that a look behind its end is seen. */
	size_t len = strlen(line);
	char *copy = test_malloc(len);

	memcpy(copy, line, len);
	found[0] = '\0';
	complete_read(&c, &env, copy, (unsigned)len);
	complete_visit(&c, what, add, NULL);
	test_free(copy);
	return found;
}

#define assert_words(line, words) \
	assert_string_equal(visit(line, COMPLETE_WORDS), words)
#define assert_next(line, items) \
	assert_string_equal(visit(line, COMPLETE_NEXT), items)

static void the_first_word_is_a_command(void **state)
{
	(void)state;
	assert_words("", "bits end halt level mix mode name pick port rate see "
			 "size sleep "
			 "several speed stats switch text");
	assert_words("s", "see size sleep several speed stats switch");
	assert_words("  st", "stats");
	assert_int_equal(c.start, 2);
	assert_words("stats", "stats");
	assert_words("x", "");
	/* One that no list names is not offered, but has arguments. */
	assert_words("hid", "");
	assert_words("hidden ", "--json");
	assert_next("si", "size");
	assert_next("stats", "stats");
}

static void behind_a_semicolon_a_command_starts(void **state)
{
	(void)state;
	assert_words("size 64;si", "size");
	assert_int_equal(c.start, 8);
	assert_words("size 64; ; sl", "sleep");
	assert_words("nonsense; mode t", "tx");
	assert_words(
		"size 64;",
		"bits end halt level mix mode name pick port rate see size "
		"sleep several speed stats switch text");
	assert_int_equal(c.start, 8);
}

static void in_quotes_and_comments_nothing_comes(void **state)
{
	static const char *const lines[] = {
		"\"",           "size \"6",    "\"si",      "# si",
		"size 64; # s", "size # ",     "size 64 #", "name \"a\\q",
		"size \x01",    "name \"a;si",
	};
	(void)state;

	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_words(lines[i], "");
		assert_next(lines[i], "");
		assert_true(c.nowhere);
	}
	/* Behind the quotes it goes on. */
	assert_words("\"mode\" t", "tx");
	assert_words("mode \"t\"", "");
	assert_false(c.nowhere);
	assert_next("name \"a b\" ", "");
	assert_next("name \"ab\"", "NAME <Enter>");
}

static void forms_are_united(void **state)
{
	(void)state;
	assert_words("stats ", "0 1 2 3 all --json clear every");
	assert_words("stats 0 ", "--json clear every");
	assert_words("stats c", "clear");
	assert_words("stats clear ", "");
	assert_words("stats every 1s ", "--json");
	assert_words("switch ", "on off");
	assert_words("switch of", "off");
	assert_words("port ", "--json 0 1 2 3 all");
	assert_next("stats ", "[PORTS]=0..3 or all [--json] clear every "
			      "<Enter>");
	assert_next("stats 0 every ", "TIME=time [--json]");
	assert_next("stats every 1s ", "[COUNT]=1..100 [--json] <Enter>");
	assert_next("stats every 1s 5 ", "[--json] <Enter>");
}

static void a_flag_stands_anywhere_but_once(void **state)
{
	(void)state;
	assert_words("stats --", "--json");
	assert_words("stats --json ", "0 1 2 3 all every");
	assert_words("stats --json --", "");
	/* The form that lacks the flag is out. */
	assert_words("stats --json c", "");
	assert_words("stats --nonsense ", "");
	assert_words("size --", "");
}

static void what_was_typed_rules_forms_out(void **state)
{
	(void)state;
	assert_words("mode ", "0 1 2 3 all off tx rx");
	assert_words("mode 0 ", "off tx rx");
	assert_words("mode 7 ", "");
	assert_words("mode tx ", "");
	assert_words("nonsense ", "");
	assert_next("size ", "[PORTS]=0..3 or all SIZE=64..9018 bytes");
	assert_next("size 0 ", "SIZE=64..9018 bytes");
	assert_next("size 64 ", "<Enter>");
	assert_next("size 64 64 ", "");
	assert_next("level ", "[LOW]=0..9 [HIGH]=0..9 NAME");
	assert_next("level 1 ", "[HIGH]=0..9 NAME <Enter>");
	assert_next("sleep ", "TIME=1us..1h");
	assert_next("bits ", "N=number");
}

static void a_word_begun_narrows_what_comes(void **state)
{
	(void)state;
	assert_next("size 6", "SIZE=64..9018 bytes");
	assert_next("size 2", "[PORTS]=0..3 or all SIZE=64..9018 bytes");
	assert_next("size a", "[PORTS]=0..3 or all");
	assert_next("stats e", "every");
	assert_next("mode t", "tx <Enter>");
	assert_next("mode 0,", "[PORTS]=0..3 or all");
	assert_next("rate m", "RATE=default 1");
	assert_next("stats x", "");
}

static void port_lists_go_on(void **state)
{
	(void)state;
	assert_words("port 1", "1");
	assert_words("port a", "all");
	assert_words("port 0,", "0,1 0,2 0,3");
	assert_words("port 0,2", "0,2");
	assert_words("port 1-", "1-2 1-3");
	assert_words("port 0,1-", "0,1-2 0,1-3");
	assert_words("port 0,,", "");
	assert_words("port ,", "");
	assert_words("port 3-", "");
	env.ports.count = 1;
	assert_words("port ", "--json 0 all");
	assert_next("port ", "[--json] PORTS=0 <Enter>");
	env.ports.count = 0;
	assert_words("port ", "--json");
	env.ports.count = 64;
	assert_words("port 6", "6 60 61 62 63");
}

static void streams_go_on_where_they_may_stand(void **state)
{
	(void)state;
	env.ports.streams = &parse_cmds_streams;
	env.ports.app = &env;
	assert_words("rate 2.", "2.0 2.1 2.2 2.all 2.voice");
	assert_words("rate 2.v", "2.voice");
	assert_words("rate 0.", "0.0 0.all");
	assert_words("rate 0,2.", "0,2.0 0,2.1 0,2.2 0,2.all 0,2.voice");
	assert_words("rate 2.1-", "2.1-2");
	assert_words("rate 0-2.", "0-2.0 0-2.all");
	assert_words("rate 2.a", "2.all");
	assert_words("rate all.", "all.0 all.all");
	assert_words("rate 2.x", "");
	assert_next("rate 2.", "[PORTS]=0..3 or all RATE=default 1");
	assert_next("rate 2.a", "[PORTS]=0..3 or all RATE=default 1");
	/* Where a command takes whole ports, none is offered. */
	assert_words("port 2.", "");
	assert_words("port 2.a", "");
	assert_next("port 2.", "");
}

/* What a number or a range is to be is described, and no word to insert. */
static void sizes_are_words_and_numbers(void **state)
{
	(void)state;
	assert_words("mix r", "random");
	assert_words("mix random 64-128 ", "step");
	assert_words("mix 64-128 s", "step");
	assert_words("mix 64-128 step ", "");
	assert_words("mix 64-128 step 44444444", "");
	assert_next("mix 64-128 step ", "STEP=number");
	assert_words("mix imix abcabc", "");
}

static void names_come_from_their_owner(void **state)
{
	(void)state;
	env.app = &env;
	assert_words("pick ", "apple apricot pear");
	assert_words("pick ap", "apple apricot");
	assert_next("pick ", "FRUIT");
	assert_next("pick p", "pear <Enter>");
}

static void a_value_that_is_whole_is_known(void **state)
{
	(void)state;
	visit("size 64", COMPLETE_WORDS);
	assert_true(complete_whole(&c));
	visit("size 6", COMPLETE_WORDS);
	assert_false(complete_whole(&c));
	visit("size ", COMPLETE_WORDS);
	assert_false(complete_whole(&c));
	visit("name \"a\"", COMPLETE_WORDS);
	assert_true(complete_whole(&c));
	visit("size 64 64", COMPLETE_WORDS);
	assert_false(complete_whole(&c));
	visit("nonsense", COMPLETE_WORDS);
	assert_false(complete_whole(&c));
}

/* Tab inserts what a word has beyond what is typed. */
static void goes_on(void *arg, const struct complete_item *item)
{
	(void)arg;
	assert_memory_equal(item->word, c.prefix, strlen(c.prefix));
}

/* Whatever is typed: nothing is read that is not there. */
static void no_line_breaks_it(void **state)
{
	static const char *const words[] = {
		"size",   "stats",  "mode", "port",   "0",       "all",
		"--json", "every",  "1s",   "64",     "tx",      "clear",
		";",      "\"",     "#",    "0,",     "1-",      "a",
		"-",      "--",     "\\",   "??",     "\t",      "",
		"imix",   "random", "step", "64-128", "4444444",
	};
	uint64_t seed = 1;
	char line[1025];
	(void)state;

	for (int i = 0; i < 20000; i++) {
		size_t len = 0;

		for (uint64_t n = unit_random(&seed) >> 20 & 7; n; n--) {
			uint64_t r = unit_random(&seed) >> 20;

			len += (size_t)snprintf(line + len, sizeof(line) - len,
						"%s%s", words[r % 29],
						r >> 8 & 3 ? " " : "");
		}
		line[len] = '\0';
		visit(line, COMPLETE_ALL);
		visit(line, COMPLETE_NEXT);
		complete_read(&c, &env, line, (unsigned)len);
		complete_visit(&c, COMPLETE_WORDS, goes_on, NULL);
		assert_true(c.start <= len);
	}
}

/* As long as a line may be, and of as many words. */
static void long_lines_are_read(void **state)
{
	char line[1025];
	(void)state;

	memset(line, 'x', 1024);
	line[1024] = '\0';
	assert_words(line, "");
	memcpy(line, "port ", 5);
	memset(line + 5, '0', 1019);
	assert_words(line, "");
	for (int i = 5; i < 1024; i++)
		line[i] = " 1"[i & 1];
	assert_words(line, "");
	assert_true(c.nowhere);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_word_is_a_command),
		TEST(behind_a_semicolon_a_command_starts),
		TEST(in_quotes_and_comments_nothing_comes),
		TEST(forms_are_united),
		TEST(a_flag_stands_anywhere_but_once),
		TEST(what_was_typed_rules_forms_out),
		TEST(a_word_begun_narrows_what_comes),
		TEST(port_lists_go_on),
		TEST(streams_go_on_where_they_may_stand),
		TEST(sizes_are_words_and_numbers),
		TEST(names_come_from_their_owner),
		TEST(a_value_that_is_whole_is_known),
		TEST(no_line_breaks_it),
		TEST(long_lines_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
