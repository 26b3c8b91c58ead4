/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"
#include "units/value.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define U UINT64_MAX
#define UNTOUCHED 0x5eed5eed5eed5eedull

struct number {
	const char *word;
	enum shell_err err;
	uint64_t v;
};

static void check_numbers(const struct number *t, size_t n,
			  enum shell_err (*parse)(const char *, uint64_t *))
{
	for (; n--; t++) {
		uint64_t v = UNTOUCHED;
		const enum shell_err err = parse(t->word, &v);

		if (err != t->err || v != (err ? UNTOUCHED : t->v))
			fail_msg("'%s': %s, %llu", t->word, shell_err_name(err),
				 (unsigned long long)v);
	}
}

static void errors_have_names_and_texts(void **state)
{
	(void)state;
	assert_string_equal(shell_err_name(E_OK), "OK");
	assert_string_equal(shell_err_name(E_RANGE), "E_RANGE");
	assert_string_equal(shell_err_name(E_CANCEL), "E_CANCEL");
	assert_string_equal(shell_err_text(E_CANCEL), "cancelled");
	for (int i = -1; i <= SHELL_ERR_COUNT; i++) {
		assert_non_null(shell_err_name(i));
		assert_non_null(shell_err_text(i));
	}
}

static const struct number integers[] = {
	{"0", E_OK, 0},
	{"64", E_OK, 64},
	{"007", E_OK, 7},
	{"1k", E_OK, 1000},
	{"1K", E_OK, 1000},
	{"1ki", E_OK, 1024},
	{"2m", E_OK, 2000000},
	{"2Mi", E_OK, 2097152},
	{"3g", E_OK, 3000000000},
	{"3GI", E_OK, 3221225472},
	{"1.5k", E_OK, 1500},
	{"0.000001m", E_OK, 1},
	{"0.5ki", E_OK, 512},
	{"18446744073709551615", E_OK, U},
	{"000000000000000000000000000000018446744073709551615", E_OK, U},
	{"18446744073709551.615k", E_OK, U},
	{"17179869183gi", E_OK, 17179869183ull << 30},
	{"18446744073709551616", E_RANGE, 0},
	{"18446744073709551620", E_RANGE, 0},
	{"99999999999999999999999999999999", E_RANGE, 0},
	{"18446744073709552k", E_RANGE, 0},
	{"18446744073709551.616k", E_RANGE, 0},
	{"17179869184gi", E_RANGE, 0},
	{"99999999999999999999999999999999g", E_RANGE, 0},
	/* Nothing that is no number is out of range instead. */
	{"99999999999999999999999999999999x", E_SYNTAX, 0},
	{"", E_SYNTAX, 0},
	{"k", E_SYNTAX, 0},
	{"1.5", E_SYNTAX, 0},
	{"1.0", E_SYNTAX, 0},
	{"1.", E_SYNTAX, 0},
	{"1.k", E_SYNTAX, 0},
	{".5k", E_SYNTAX, 0},
	{"1.2345k", E_SYNTAX, 0},
	{"1.0000000k", E_SYNTAX, 0},
	{"0.3ki", E_SYNTAX, 0},
	{"1kk", E_SYNTAX, 0},
	{"1 k", E_SYNTAX, 0},
	{"1t", E_SYNTAX, 0},
	{"+1", E_SYNTAX, 0},
	{"-1", E_SYNTAX, 0},
	{" 1", E_SYNTAX, 0},
	{"1 ", E_SYNTAX, 0},
	{"0x10", E_SYNTAX, 0},
	{"1,000", E_SYNTAX, 0},
	{"1e3", E_SYNTAX, 0},
	{"1.2.3k", E_SYNTAX, 0},
};

static void integers_with_multipliers(void **state)
{
	(void)state;
	check_numbers(integers, COUNT(integers), value_int);
}

static const struct number times[] = {
	{"0ns", E_OK, 0},
	{"0h", E_OK, 0},
	{"100ns", E_OK, 100},
	{"250us", E_OK, 250000},
	{"1.5ms", E_OK, 1500000},
	{"10s", E_OK, 10000000000},
	{"10S", E_OK, 10000000000},
	{"2min", E_OK, 120000000000},
	{"1h", E_OK, 3600000000000},
	{"0.000001s", E_OK, 1000},
	{"0.001us", E_OK, 1},
	{"0.5min", E_OK, 30000000000},
	{"1.000001h", E_OK, 3600003600000},
	{"18446744073709551615ns", E_OK, U},
	{"18446744073.709551s", E_OK, 18446744073709551000ull},
	{"5124095h", E_OK, 5124095ull * 3600000000000},
	{"18446744073709551616ns", E_RANGE, 0},
	{"18446744073.709552s", E_RANGE, 0},
	{"18446744074s", E_RANGE, 0},
	{"5124096h", E_RANGE, 0},
	{"99999999999999999999999h", E_RANGE, 0},
	{"0", E_OK, 0},
	{"2m", E_OK, 120000000000},
	{"2M", E_OK, 120000000000},
	{"0.0", E_SYNTAX, 0},
	{"10", E_SYNTAX, 0},
	{"1.5ns", E_SYNTAX, 0},
	{"0.0001us", E_SYNTAX, 0},
	{"1.1234567s", E_SYNTAX, 0},
	{"s", E_SYNTAX, 0},
	{"", E_SYNTAX, 0},
	{"1.s", E_SYNTAX, 0},
	{".1s", E_SYNTAX, 0},
	{"1sec", E_OK, 1000000000},
	{"2minutes", E_OK, 120000000000},
	{"1hours30minutes", E_OK, 5400000000000},
	{"1secs", E_SYNTAX, 0},
	{"1secondss", E_SYNTAX, 0},
	{"1s ", E_SYNTAX, 0},
	{"-1s", E_SYNTAX, 0},
	{"1d", E_OK, 86400000000000},
	{"0.5d", E_OK, 43200000000000},
	{"0.999999d", E_OK, 86399913600000},
	{"1h30m", E_OK, 5400000000000},
	{"1H30Min", E_OK, 5400000000000},
	{"1s1ms", E_OK, 1001000000},
	{"1d1h1m1s1ms1us1ns", E_OK, 90061001001001},
	{"1.5s1ms", E_OK, 1501000000},
	{"1m1h", E_SYNTAX, 0},
	{"1s1s", E_SYNTAX, 0},
	{"1m1min", E_SYNTAX, 0},
	{"1h30", E_SYNTAX, 0},
	{"1h30mx", E_SYNTAX, 0},
	{"1h-30m", E_SYNTAX, 0},
	{"1hminutes", E_SYNTAX, 0},
	{"5124095h99999999s", E_RANGE, 0},
	{"99999999999999999999999h1x", E_SYNTAX, 0},
};

static void times_in_ns(void **state)
{
	(void)state;
	check_numbers(times, COUNT(times), value_time);
}

static void decimals_say_where_they_end(void **state)
{
	static const struct {
		const char *word, *rest;
		enum shell_err err;
		uint64_t micro;
	} t[] = {
		{"2.5", "", E_OK, 2500000},
		{"2.5kpps", "kpps", E_OK, 2500000},
		{"7", "", E_OK, 7000000},
		{"0.000001", "", E_OK, 1},
		{"1-2", "-2", E_OK, 1000000},
		{"18446744073709.551615x", "x", E_OK, U},
		{"18446744073709.551616x", "x", E_RANGE, UNTOUCHED},
		{"18446744073710", "", E_RANGE, UNTOUCHED},
		{"99999999999999999999999.5%", "%", E_RANGE, UNTOUCHED},
		{"", NULL, E_SYNTAX, UNTOUCHED},
		{"x", NULL, E_SYNTAX, UNTOUCHED},
		{"1.", NULL, E_SYNTAX, UNTOUCHED},
		{"1.x", NULL, E_SYNTAX, UNTOUCHED},
		{"1.0000001", NULL, E_SYNTAX, UNTOUCHED},
		{"-1", NULL, E_SYNTAX, UNTOUCHED},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		uint64_t micro = UNTOUCHED;
		const char *end = NULL;

		assert_int_equal(value_decimal(t[i].word, &micro, &end),
				 t[i].err);
		assert_int_equal(micro, t[i].micro);
		if (t[i].rest)
			assert_string_equal(end, t[i].rest);
	}
}

static const struct {
	const char *word;
	enum shell_err err;
	struct rate rate;
} rates[] = {
	{"max", E_OK, {RATE_MAX, 0}},
	{"MAX", E_OK, {RATE_MAX, 0}},
	{"7", E_SYNTAX, {0}},
	{"0.5", E_SYNTAX, {0}},
	{"0", E_SYNTAX, {0}},
	{"0.5pps", E_OK, {RATE_PPS, 500000}},
	{"200mbit/s", E_OK, {RATE_BPS_L2, 200000000000000}},
	{"200Mbit/s", E_OK, {RATE_BPS_L2, 200000000000000}},
	{"1gbit", E_OK, {RATE_BPS_L2, 1000000000000000}},
	{"9bit/s", E_OK, {RATE_BPS_L2, 9000000}},
	{"9bits", E_SYNTAX, {0}},
	{"9bit/", E_SYNTAX, {0}},
	{"1pps", E_OK, {RATE_PPS, 1000000}},
	{"2.5kpps", E_OK, {RATE_PPS, 2500000000}},
	{"10mpps", E_OK, {RATE_PPS, 10000000000000}},
	{"10MPPS", E_OK, {RATE_PPS, 10000000000000}},
	{"1gpps", E_OK, {RATE_PPS, 1000000000000000}},
	{"14.880952mpps", E_OK, {RATE_PPS, 14880952000000}},
	{"9bps", E_OK, {RATE_BPS_L2, 9000000}},
	{"9bpsl2", E_OK, {RATE_BPS_L2, 9000000}},
	{"9kbps", E_OK, {RATE_BPS_L2, 9000000000}},
	{"500mbps", E_OK, {RATE_BPS_L2, 500000000000000}},
	{"500mbpsl2", E_OK, {RATE_BPS_L2, 500000000000000}},
	{"1gbpsL2", E_OK, {RATE_BPS_L2, 1000000000000000}},
	{"9bpsl1", E_OK, {RATE_BPS_L1, 9000000}},
	{"9kbpsl1", E_OK, {RATE_BPS_L1, 9000000000}},
	{"9mbpsl1", E_OK, {RATE_BPS_L1, 9000000000000}},
	{"1gbpsl1", E_OK, {RATE_BPS_L1, 1000000000000000}},
	{"400GbpsL1", E_OK, {RATE_BPS_L1, 400000000000000000}},
	{"25%", E_OK, {RATE_PERCENT, 25000000}},
	{"0.000001%", E_OK, {RATE_PERCENT, 1}},
	{"1/min", E_OK, {RATE_PER_MIN, 1000000}},
	{"2.5/MIN", E_OK, {RATE_PER_MIN, 2500000}},
	{"150%", E_OK, {RATE_PERCENT, 150000000}},
	{"18446744073709.551615pps", E_OK, {RATE_PPS, U}},
	{"18446.744073gbps", E_OK, {RATE_BPS_L2, 18446744073000000000ull}},
	{"18446744073709.551616pps", E_RANGE, {0}},
	{"18446744073709551615pps", E_RANGE, {0}},
	{"18446744073709551615", E_SYNTAX, {0}},
	{"18446.744074gbps", E_RANGE, {0}},
	{"18447gpps", E_RANGE, {0}},
	{"99999999999999999999999%", E_RANGE, {0}},
	{"", E_SYNTAX, {0}},
	{"pps", E_SYNTAX, {0}},
	{"%", E_SYNTAX, {0}},
	{"maximum", E_SYNTAX, {0}},
	{"10k", E_SYNTAX, {0}},
	{"10tbps", E_OK, {RATE_BPS_L2, 10000000000000000000ull}},
	{"10kipps", E_SYNTAX, {0}},
	{"10ppsl1", E_SYNTAX, {0}},
	{"10bpsl3", E_SYNTAX, {0}},
	{"10bpsl11", E_SYNTAX, {0}},
	{"10k%", E_SYNTAX, {0}},
	{"1k/min", E_SYNTAX, {0}},
	{"1/mi", E_SYNTAX, {0}},
	{"/min", E_SYNTAX, {0}},
	{"10%%", E_SYNTAX, {0}},
	{"10 pps", E_SYNTAX, {0}},
	{"1.pps", E_SYNTAX, {0}},
	{".5mpps", E_SYNTAX, {0}},
	{"1.0000000mpps", E_SYNTAX, {0}},
	{"-1pps", E_SYNTAX, {0}},
	{"1e6", E_SYNTAX, {0}},
	{"99999999999999999999999kp", E_SYNTAX, {0}},
};

static void a_number_may_lack_its_unit(void **state)
{
	static const char *const lack[] = {"10",  "0",    "2.5", "100k",
					   "10G", "1.5m", "1t"},
				 *const no[] = {"",     "k",   "10pps", "10x",
						"max",  "10.", "10k ",  "1ms",
						"10mb", "10%"};

	(void)state;
	for (size_t i = 0; i < COUNT(lack); i++)
		assert_true(value_lacks_unit(lack[i]));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(value_lacks_unit(no[i]));
}

static void rates_in_all_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		struct rate r = {RATE_PERCENT, UNTOUCHED};
		const enum shell_err err = value_rate(rates[i].word, &r);

		if (err != rates[i].err ||
		    r.unit != (err ? RATE_PERCENT : rates[i].rate.unit) ||
		    r.micro != (err ? UNTOUCHED : rates[i].rate.micro))
			fail_msg("'%s': %s, %llu of unit %d", rates[i].word,
				 shell_err_name(err),
				 (unsigned long long)r.micro, r.unit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_names_and_texts),
		cmocka_unit_test(integers_with_multipliers),
		cmocka_unit_test(times_in_ns),
		cmocka_unit_test(decimals_say_where_they_end),
		cmocka_unit_test(rates_in_all_units),
		cmocka_unit_test(a_number_may_lack_its_unit),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
