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
		{"64:58.33,594:33.33,1518:8.34", "64:58.33,594:33.33,1518:8.34",
		 3},
		{"64:0.5,65:1.50", "64:0.5,65:1.5", 2},
		{"64:1.0,65:2.00", "64:1,65:2", 2},
		{"64:0.0001,65:0.9999", "64:0.0001,65:0.9999", 2},
		{"64:9999,65:1", "64:9999,65:1", 2},
		{"64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,"
		 "84,85,86,87",
		 "64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,"
		 "84,85,86,87",
		 24},
		{"imix abba", "imix abba", 0},
		{"Imix AGIZ", "imix agiz", 0},
		{"64-1518", "64-1518", 0},
		{"1518-64", "1518-64", 0},
		{"64-1k", "64-1000", 0},
		{"64-1518 step 1", "64-1518", 0},
		{"64-1518 STEP 1454", "64-1518 step 1454", 0},
		{"random 64-1518", "random 64-1518", 0},
		{"RANDOM 9018-64 step 2", "random 9018-64 step 2", 0},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct sizes v = {.count = 99}, again;
		const char *fault;
		char buf[SIZES_PRINT_MAX], why[SIZES_WHY_MAX];

		if (value_sizes(t[i].word, &range, &v, &fault, why))
			fail_msg("'%s': %s", t[i].word, why);
		assert_int_equal(v.count, t[i].count);
		value_sizes_print(&v, buf, sizeof(buf));
		assert_string_equal(buf, t[i].text);
		assert_int_equal(value_sizes(buf, &range, &again, &fault, why),
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
		{"64:10001", E_RANGE, 0},
		{"64:7,63:1,10k", E_RANGE, 5},
		{"64:9999,1518:2", E_RANGE, 8},
		{"64:0.00001,65:1", E_RANGE, 11},
		{"64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,"
		 "84,85,86,87,88",
		 E_RANGE, 72},
		{"64:1.0000001", E_SYNTAX, 0},
		{"64:.", E_SYNTAX, 0},
		{"64:7,65:1k", E_SYNTAX, 5},
		{"63-65", E_RANGE, 0},
		{"64-9019", E_RANGE, 3},
		{"64-64", E_RANGE, 3},
		{"64-65 step 2", E_RANGE, 11},
		{"64-65 step 0", E_RANGE, 11},
		{"64-65 step x", E_SYNTAX, 11},
		{"64-65 step", E_SYNTAX, 10},
		{"64-65 stop 1", E_SYNTAX, 6},
		{"64-x", E_SYNTAX, 3},
		{"64-", E_SYNTAX, 3},
		{"64-65,66", E_SYNTAX, 3},
		{"random", E_SYNTAX, 6},
		{"random 64", E_SYNTAX, 7},
		{"random 64-63", E_RANGE, 10},
		{"randomly 64-65", E_SYNTAX, 0},
		{"imix abxa", E_SYNTAX, 7},
		{"imix abja", E_RANGE, 7},
		{"imix ajbx", E_SYNTAX, 8},
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
		char why[SIZES_WHY_MAX];
		enum shell_err err =
			value_sizes(t[i].word, &range, &v, &fault, why);

		if (err != t[i].err || fault != t[i].word + t[i].at)
			fail_msg("'%s': %s at %d", t[i].word,
				 shell_err_name(err),
				 fault ? (int)(fault - t[i].word) : -1);
		assert_int_equal(v.count, 99);
	}
}

static void any_word_is_taken_or_refused(void **state)
{
	static const char alphabet[] = "0123456789::,,,kx-.";
	uint64_t seed = 3, taken = 0;
	(void)state;

	for (int i = 0; i < 300000; i++) {
		size_t len = (unit_random(&seed) >> 32) % 40;
		struct sizes v, again;
		const char *fault;
		char word[48], buf[SIZES_PRINT_MAX], why[SIZES_WHY_MAX];

		for (size_t n = 0; n < len; n++)
			word[n] = alphabet[(unit_random(&seed) >> 32) %
					   (sizeof(alphabet) - 1)];
		word[len] = '\0';
		if (value_sizes(word, &range, &v, &fault, why) != E_OK) {
			assert_in_range(fault - word, 0, len);
			continue;
		}
		taken++;
		value_sizes_print(&v, buf, sizeof(buf));
		assert_int_equal(value_sizes(buf, &range, &again, &fault, why),
				 E_OK);
		assert_true(value_sizes_equal(&v, &again));
	}
	assert_true(taken > 1000);
}

/* The letters of RFC 6985; z is what the port takes. */
static void what_a_round_comes_to(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes, frames;
		unsigned first, second;
	} t[] = {
		{"100", 100, 1, 100, 0},
		{"imix", 7 * 64 + 4 * 594 + 1518, 12, 64, 594},
		{"64:0.5,65:1.5", 5 * 64 + 15 * 65, 20, 64, 65},
		{"imix abcdefghiz",
		 64 + 128 + 256 + 512 + 1024 + 1280 + 1518 + 2112 + 9000 + 1522,
		 10, 64, 128},
		{"imix za", 1522 + 64, 2, 1522, 64},
		{"64-67", 64 + 65 + 66 + 67, 4, 64, 67},
		{"64-68 step 3", 64 + 67, 2, 64, 67},
		{"68-64 step 3", 68 + 65, 2, 68, 65},
		{"random 64-1518", 1455 * 791, 1455, 64, 1518},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		char why[SIZES_WHY_MAX];
		const char *fault;
		uint64_t frames;
		struct sizes v;

		assert_int_equal(
			value_sizes(t[i].text, &range, &v, &fault, why), 0);
		assert_int_equal(sizes_round(&v, 1522, &frames), t[i].bytes);
		assert_int_equal(frames, t[i].frames);
		assert_int_equal(sizes_at(&v, 0, 1522), t[i].first);
		assert_int_equal(sizes_at(&v, 1, 1522), t[i].second);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_and_mixes),
		cmocka_unit_test(refused_with_the_place),
		cmocka_unit_test(what_a_round_comes_to),
		cmocka_unit_test(any_word_is_taken_or_refused),
	};

	return cmocka_run_group_tests_name("value_sizes", tests, NULL, NULL);
}
