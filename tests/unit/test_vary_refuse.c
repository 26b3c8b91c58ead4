/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that are no value of a field, and what is said of them. */
#include <string.h>

#include "any_value.h"
#include "any_vary.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct bad {
	enum vary_type type;
	unsigned bits;
	const char *line;
	enum shell_err err;
	unsigned fault;
	const char *why;
};

static const struct bad bad[] = {
	{VARY_NUMBER, 16, "", E_MISSING, 0,
	 "a value is missing; type one, a range, 'list A,B' or 'random'"},
	{VARY_NUMBER, 16, "70000", E_RANGE, 0,
	 "'70000' does not fit in 16 bits; type 0..65535"},
	{VARY_NUMBER, 12, "0x1000", E_RANGE, 0,
	 "'0x1000' does not fit in 12 bits; type 0..4095"},
	{VARY_NUMBER, 64, "18446744073709551616", E_RANGE, 0,
	 "'18446744073709551616' does not fit in 64 bits; type "
	 "0..18446744073709551615"},
	{VARY_NUMBER, 128, "0x100000000000000000000000000000000", E_RANGE, 0,
	 "'0x100000000000000000000000000000000' does not fit in 128 bits; type "
	 "0x and up to 32 digits"},
	{VARY_NUMBER, 16, "0x", E_SYNTAX, 0,
	 "'0x' is not a number; type 0..65535"},
	{VARY_NUMBER, 16, "-1", E_SYNTAX, 0,
	 "'-1' is not a number; type 0..65535"},
	{VARY_NUMBER, 16, "5-", E_SYNTAX, 0,
	 "'5-' needs a value; type 0..65535"},
	{VARY_NUMBER, 16, "9-5", E_RANGE, 0,
	 "'9-5' ends before it begins; type '5-9', with 'down' to go from the "
	 "last to the first"},
	{VARY_NUMBER, 16, "suffled", E_SYNTAX, 0,
	 "'suffled' is not a number; type 0..65535"},
	{VARY_NUMBER, 16, "5 suffled", E_SURPLUS, 1,
	 "'suffled' comes after '5'; type 'step', 'down', 'shuffled', 'zipf' "
	 "or 'every' there, or several values as 'list A,B'"},
	{VARY_NUMBER, 16, "list", E_MISSING, 1,
	 "'list' needs values with commas; type 'list 1,5,9'"},
	{VARY_NUMBER, 16, "list 1,,2", E_SYNTAX, 1,
	 "'1,,2' needs a value; type 0..65535"},
	{VARY_NUMBER, 16, "list 1,70000", E_RANGE, 1,
	 "'70000' does not fit in 16 bits; type 0..65535"},
	{VARY_IPV6, 128, "map 2001:db8::/129 fd00::/8", E_RANGE, 1,
	 "'2001:db8::/129' does not fit after 'map'; type prefixes such as "
	 "2001:db8::/32 fd00:1::/64"},
	{VARY_NUMBER, 16, "list @file", E_NOFILE, 1,
	 "no file is read for '@file'; type 'list A,B'"},
	{VARY_NUMBER, 16, "random random", E_SURPLUS, 1,
	 "'random' comes twice; type it once"},
	{VARY_NUMBER, 16, "1-5 step 1 step 2", E_SURPLUS, 3,
	 "'step' comes twice; type it once"},
	{VARY_NUMBER, 16, "1-5 step", E_MISSING, 2,
	 "'step' needs a number; type 'step 3'"},
	{VARY_NUMBER, 16, "1-5 step 5", E_RANGE, 2,
	 "a step of 5 leaves one value of '1-5'; type 1..4"},
	{VARY_NUMBER, 16, "1-5 step x", E_SYNTAX, 2,
	 "'x' is not a number; type one, such as 'step 3'"},
	{VARY_NUMBER, 16, "5 step 1", E_SYNTAX, 1,
	 "'step' needs a range, not '5'; type one such as 1-4"},
	{VARY_NUMBER, 16, "list 1,2 step 1", E_SYNTAX, 2,
	 "'step' needs a range, not 'list'; type one such as 1-4"},
	{VARY_NUMBER, 16, "random step 2", E_MISSING, 3,
	 "'step' needs values that vary; type a range such as 1-4"},
	{VARY_NUMBER, 16, "shuffled", E_MISSING, 1,
	 "'shuffled' needs values that vary; type a range such as 1-4"},
	{VARY_NUMBER, 16, "random 5", E_SYNTAX, 0,
	 "'random' needs a range or list, not '5'; type one such as 1-4"},
	{VARY_NUMBER, 16, "1-5 every 0", E_RANGE, 2,
	 "'0' does not fit after 'every'; type 1..4294967295"},
	{VARY_NUMBER, 16, "1-5 every 4294967296", E_RANGE, 2,
	 "'4294967296' does not fit after 'every'; type 1..4294967295"},
	{VARY_NUMBER, 16, "random shuffled", E_SURPLUS, 1,
	 "'random' does not go with 'shuffled'; type one of them"},
	{VARY_NUMBER, 16, "1-5 zipf 1 shuffled", E_SURPLUS, 3,
	 "'shuffled' does not go with 'zipf'; type one of them"},
	{VARY_NUMBER, 16, "1-5 shuffled down", E_SURPLUS, 2,
	 "'shuffled' does not go with 'down'; type one of them"},
	{VARY_NUMBER, 16, "1-5 zipf 0", E_RANGE, 2,
	 "'0' is not an exponent; type 0.1..4.0, with up to 3 digits after the "
	 "point"},
	{VARY_NUMBER, 16, "1-5 zipf 4.001", E_RANGE, 2,
	 "'4.001' is not an exponent; type 0.1..4.0, with up to 3 digits after "
	 "the point"},
	{VARY_NUMBER, 16, "5 mask 0xff", E_SYNTAX, 1,
	 "'mask' needs 'random'; type 'random mask 0xff'"},
	{VARY_NUMBER, 16, "random mask", E_MISSING, 2,
	 "'mask' needs the bits to draw; type 'mask 0x00ff'"},
	{VARY_NUMBER, 16, "random mask 0x10000", E_RANGE, 2,
	 "'0x10000' does not fit after 'mask'; type 0..65535"},
	{VARY_NUMBER, 16, "random mask x", E_SYNTAX, 2,
	 "'x' is not a number; type one, such as 'mask 0x00ff'"},
	{VARY_NUMBER, 16, "random mask 0xff 1-5", E_SYNTAX, 3,
	 "'mask' does not go with '1-5'; type one value, or none"},
	{VARY_NUMBER, 16, "random mask 0xff step 2", E_SURPLUS, 3,
	 "'mask' does not go with 'step'; type one of them"},
	{VARY_NUMBER, 128, "random", E_SYNTAX, 0,
	 "'random' draws 64 bits at most; type 'random' and a range or 'mask'"},
	{VARY_NUMBER, 64, "0-4294967296 shuffled", E_RANGE, 0,
	 "'0-4294967296' has too many values for 'shuffled'; type 4294967296 "
	 "at most"},
	{VARY_MAC, 48, "02:00:00:00:00", E_SYNTAX, 0,
	 "'02:00:00:00:00' is not an address; type a MAC address such as "
	 "02:00:00:00:00:01"},
	{VARY_MAC, 48, "02:00:00:00:00:01-02:00:00:00:00", E_SYNTAX, 0,
	 "'02:00:00:00:00' is not an address; type a MAC address such as "
	 "02:00:00:00:00:01"},
	{VARY_MAC, 48, "5", E_SYNTAX, 0,
	 "'5' is not an address; type a MAC address such as 02:00:00:00:00:01"},
	{VARY_IPV4, 32, "10.0.0", E_SYNTAX, 0,
	 "'10.0.0' is not an address; type an IPv4 address such as 10.0.0.1"},
	{VARY_IPV4, 32, "10.0.0.1-10.0.0.300", E_RANGE, 0,
	 "'10.0.0.300' is not an address; type an IPv4 address such as "
	 "10.0.0.1"},
	{VARY_IPV4, 32, "10.0.0.0/8 mask 0xff random", E_SYNTAX, 0,
	 "'mask' does not go with '10.0.0.0/8'; type one value, or none"},
	{VARY_IPV4, 32, "list 10.0.0.1,10.0.0.0/8", E_SYNTAX, 1,
	 "'10.0.0.0/8' is not an address; type an IPv4 address such as "
	 "10.0.0.1"},
	{VARY_IPV4, 32, "10.0.0.4-10.0.0.1", E_RANGE, 0,
	 "'10.0.0.4-10.0.0.1' ends before it begins; type '10.0.0.1-10.0.0.4', "
	 "with 'down' to go from the last to the first"},
	{VARY_IPV6, 128, "2001:2::/63", E_RANGE, 0,
	 "'2001:2::/63' varies in more than the last 64 bits; type a prefix of "
	 "/64 and more"},
	{VARY_IPV6, 128, "2001:2::1-2001:3::1", E_RANGE, 0,
	 "'2001:2::1-2001:3::1' varies in more than the last 64 bits; type two "
	 "values that share the bits above"},
	{VARY_IPV6, 128, "list 2001:2::1,2001:3::1", E_RANGE, 1,
	 "'2001:3::1' differs in more than the last 64 bits; type values that "
	 "share the bits above"},
	{VARY_IPV6, 128, "random", E_SYNTAX, 0,
	 "'random' draws 64 bits at most; type 'random' and a range or prefix "
	 "such as 2001:2::/64"},
	{VARY_IPV6, 128, "2001:2::/64 shuffled", E_RANGE, 0,
	 "'2001:2::/64' has too many values for 'shuffled'; type 4294967296 at "
	 "most"},
};

static void errors_say_what_to_type(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct bad *b = &bad[i];
		struct vary_taken t, none = {0};

		vary_taken_line(&t, b->type, b->bits, b->line);
		if (t.err != b->err || t.fault != b->fault ||
		    strcmp(t.why, b->why) != 0)
			fail_msg("'%s': %s, word %u: %s", b->line,
				 shell_err_name(t.err), t.fault, t.why);
		assert_memory_equal(&t.v, &none.v, sizeof(t.v));
		assert_int_equal(t.pool.used, 0);
	}
}

/* Any words at all are taken or refused, with what was there kept. */
static void words_at_random(void **state)
{
	static const char *const some[] = {"random",
					   "mask",
					   "step",
					   "down",
					   "shuffled",
					   "zipf",
					   "every",
					   "list",
					   "5",
					   "0xff",
					   "1-9",
					   "10.0.0.1",
					   "10.0.0.0/24",
					   "1,2,3",
					   "10.0.0.1-10.0.0.9",
					   "2001:2::/100",
					   "2001:2::7",
					   "-",
					   "",
					   "1",
					   "02:00:00:00:00:01",
					   "1.5",
					   "0",
					   "99999999999999999999",
					   "\x01\xff",
					   "0x",
					   "/",
					   ",",
					   "1-",
					   "-1"};
	uint64_t seed = 2;
	unsigned taken = 0;
	(void)state;

	for (unsigned round = 0; round < 50000; round++) {
		const enum vary_type type = (enum vary_type)(round & 3);
		const unsigned bits =
			type == VARY_MAC    ? 48
			: type == VARY_IPV4 ? 32
			: type == VARY_IPV6
				? 128
				: 1 + (unsigned)any_below(&seed, 64);
		struct any_vary a = {.type = type, .bits = bits};
		struct vary_taken t, none = {0};

		a.nb = (unsigned)any_below(&seed, 6);
		for (unsigned i = 0; i < a.nb; i++)
			a.word[i] = some[any_below(&seed, COUNT(some))];
		vary_taken(&t, &a);
		taken += !t.err;
		if (!t.err)
			continue;
		assert_true(t.fault <= a.nb);
		assert_int_equal(t.fault == a.nb, t.err == E_MISSING);
		assert_non_null(strstr(t.why, "; type "));
		assert_true(strlen(t.why) < VARY_WHY_MAX - 1);
		for (const char *s = t.why; *s; s++)
			assert_in_range(*s, ' ', '~');
		assert_memory_equal(&t.v, &none.v, sizeof(t.v));
		assert_int_equal(t.pool.used, 0);
	}
	assert_true(taken > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_say_what_to_type),
		cmocka_unit_test(words_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
