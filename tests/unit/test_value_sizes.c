/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "unit.h"
#include "units/value.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct sizes_range range = {64, 9018};

static void sizes_and_mixes(void **state)
{
	static const struct {
		const char *word, *text; /* what it prints as */
		unsigned count;
	} t[] = {
		{"64", "64", 1},
		{"9018", "9018", 1},
		{"1k", "1000", 1},
		{"1ki:3", "1024:3", 1},
		{"64:255", "64:255", 1},
		{"64:1", "64", 1},
		{"64,1518", "64,1518", 2},
		{"64:1,1518:1", "64,1518", 2},
		{"64:7,570:4,1518:1", "64:7,570:4,1518:1", 3},
		{"64:7,570,1518", "64:7,570:1,1518:1", 3},
		{"64:255,65:1", "64:255,65:1", 2},
		{"64:32,65:32,66:32,67:32,68:32,69:32,70:32,71:32",
		 "64:32,65:32,66:32,67:32,68:32,69:32,70:32,71:32", 8},
		{"imix", "64:7,594:4,1518:1", 3},
		{"IMIX", "64:7,594:4,1518:1", 3},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct sizes v = {.count = 99}, again;
		const char *fault;
		char buf[80];

		assert_int_equal(value_sizes(t[i].word, &range, &v, &fault),
				 E_OK);
		assert_int_equal(v.count, t[i].count);
		value_sizes_print(&v, buf, sizeof(buf));
		assert_string_equal(buf, t[i].text);
		assert_int_equal(value_sizes(buf, &range, &again, &fault),
				 E_OK);
		assert_true(value_sizes_equal(&v, &again));
	}
}

static void refused_with_the_place(void **state)
{
	static const struct {
		const char *word;
		enum shell_err err;
		unsigned at; /* where the entry at fault begins */
	} t[] = {
		{"63", E_RANGE, 0},
		{"9019", E_RANGE, 0},
		{"99999999999999999999999", E_RANGE, 0},
		{"64:0", E_RANGE, 0},
		{"64:256", E_RANGE, 0},
		{"64:7,63:1,10k", E_RANGE, 5},
		{"64:255,1518:2", E_RANGE, 7},
		{"64,65,66,67,68,69,70,71,72", E_RANGE, 24},
		{"", E_SYNTAX, 0},
		{",", E_SYNTAX, 0},
		{"64,", E_SYNTAX, 3},
		{",64", E_SYNTAX, 0},
		{"64,,65", E_SYNTAX, 3},
		{"64:", E_SYNTAX, 0},
		{":7", E_SYNTAX, 0},
		{"64:7:7", E_SYNTAX, 0},
		{"64:7,x:4", E_SYNTAX, 5},
		{"64:7,65:x", E_SYNTAX, 5},
		/* What is no mix is not out of range instead. */
		{"63,64:x", E_SYNTAX, 3},
		{"64;65", E_SYNTAX, 0},
		{"64-65", E_SYNTAX, 0},
		{"64 ", E_SYNTAX, 0},
		{" 64", E_SYNTAX, 0},
		{"-64", E_SYNTAX, 0},
		{"0x40", E_SYNTAX, 0},
		{"64.5", E_SYNTAX, 0},
		{"imi", E_SYNTAX, 0},
		{"imixx", E_SYNTAX, 0},
		{"imix,64", E_SYNTAX, 0},
		{"64,imix", E_SYNTAX, 3},
		{"imix:2", E_SYNTAX, 0},
		{"00000000000000000000000000000000000000000000000064", E_SYNTAX,
		 0},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct sizes v = {.count = 99};
		const char *fault = NULL;
		enum shell_err err = value_sizes(t[i].word, &range, &v, &fault);

		if (err != t[i].err || fault != t[i].word + t[i].at)
			fail_msg("'%s': %s at %d", t[i].word,
				 shell_err_name(err),
				 fault ? (int)(fault - t[i].word) : -1);
		assert_int_equal(v.count, 99);
	}
}

static void any_word_is_taken_or_refused(void **state)
{
	static const char alphabet[] = "0123456789::,,,kx";
	uint64_t seed = 3, taken = 0;
	(void)state;

	for (int i = 0; i < 300000; i++) {
		size_t len = (unit_random(&seed) >> 32) % 40;
		struct sizes v, again;
		const char *fault;
		char word[48], buf[80];

		for (size_t n = 0; n < len; n++)
			word[n] = alphabet[(unit_random(&seed) >> 32) %
					   (sizeof(alphabet) - 1)];
		word[len] = '\0';
		if (value_sizes(word, &range, &v, &fault) != E_OK) {
			assert_in_range(fault - word, 0, len);
			continue;
		}
		taken++;
		value_sizes_print(&v, buf, sizeof(buf));
		assert_int_equal(value_sizes(buf, &range, &again, &fault),
				 E_OK);
		assert_true(value_sizes_equal(&v, &again));
	}
	assert_true(taken > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_and_mixes),
		cmocka_unit_test(refused_with_the_place),
		cmocka_unit_test(any_word_is_taken_or_refused),
	};

	return cmocka_run_group_tests_name("value_sizes", tests, NULL, NULL);
}
