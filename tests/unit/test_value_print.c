/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "unit.h"
#include "units/value.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define U UINT64_MAX

static void printed_as_a_person_would(void **state)
{
	static const struct {
		struct rate rate;
		const char *text;
	} r[] = {
		{{RATE_MAX, 0}, "max"},
		{{RATE_PPS, 0}, "0pps"},
		{{RATE_PPS, 1}, "0.000001pps"},
		{{RATE_PPS, 250000000}, "250pps"},
		{{RATE_PPS, 1000000000}, "1kpps"},
		{{RATE_PPS, 1234000000}, "1234pps"},
		{{RATE_PPS, 2500000000}, "2.5kpps"},
		{{RATE_PPS, 10000000000}, "10kpps"},
		{{RATE_PPS, 14880952000000}, "14880952pps"},
		{{RATE_PPS, 1488095200000}, "1488095.2pps"},
		{{RATE_BPS_L2, 500000000000000}, "500mbps"},
		{{RATE_BPS_L2, 1500000000000000}, "1.5gbps"},
		{{RATE_BPS_L1, 1000000000000000}, "1gbpsl1"},
		{{RATE_PERCENT, 25000000}, "25%"},
		{{RATE_PERCENT, 500000}, "0.5%"},
		{{RATE_PERCENT, 1000000000}, "1000%"},
		{{RATE_PER_MIN, 1000000}, "1/min"},
		{{RATE_PER_MIN, 2500000000}, "2500/min"},
		{{RATE_PPS, U}, "18446744073709.551615pps"},
	};
	static const struct {
		uint64_t ns;
		const char *text;
	} t[] = {
		{0, "0s"},
		{1, "1ns"},
		{1500, "1.5us"},
		{1234567, "1234567ns"},
		{250000, "250us"},
		{100000000, "100ms"},
		{1500000000, "1.5s"},
		{60000000000, "60s"},
		{90000000000, "90s"},
		{120000000000, "2min"},
		{3600000000000, "1h"},
		{5400000000000, "1.5h"},
		{86400000000000, "24h"},
		{U, "18446744073709551615ns"},
	};
	char buf[48], cut[4];
	(void)state;

	for (size_t i = 0; i < COUNT(r); i++) {
		value_rate_print(&r[i].rate, buf, sizeof(buf));
		assert_string_equal(buf, r[i].text);
	}
	for (size_t i = 0; i < COUNT(t); i++) {
		value_time_print(t[i].ns, buf, sizeof(buf));
		assert_string_equal(buf, t[i].text);
	}
	value_rate_print(&r[5].rate, cut, sizeof(cut));
	assert_string_equal(cut, "123");
	value_time_print(1500000000, cut, sizeof(cut));
	assert_string_equal(cut, "1.5");
}

static void sets_are_printed_as_ranges(void **state)
{
	static const struct {
		uint64_t mask;
		const char *text;
	} t[] = {
		{0, "none"}, {1, "0"},           {13, "0,2-3"},
		{U, "0-63"}, {1ull << 63, "63"}, {3ull << 62 | 1, "0,62-63"},
	};
	char buf[100];
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		value_set_print(t[i].mask, buf, sizeof(buf));
		assert_string_equal(buf, t[i].text);
	}
	value_set_print(0x5555555555555555, buf, sizeof(buf));
	assert_int_equal(strlen(buf), 5 * 2 + 27 * 3 - 1);
	value_set_print(13, buf, 3);
	assert_string_equal(buf, "0,");
}

/* A number of any magnitude, often with zeros at its end. */
static uint64_t any(uint64_t *seed)
{
	uint64_t v = unit_random(seed) >> unit_random(seed) % 64;

	for (unsigned n = unit_random(seed) % 20; n; n--)
		if (v <= U / 10)
			v *= 10;
	return v;
}

static void what_is_printed_reads_back(void **state)
{
	uint64_t seed = 1;
	(void)state;

	for (int i = 0; i < 200000; i++) {
		uint64_t ns = any(&seed), v;
		struct rate rate = {unit_random(&seed) % 4 + 1, any(&seed)};
		struct rate back;
		char buf[100];

		value_time_print(ns, buf, sizeof(buf));
		assert_int_equal(value_time(buf, &v), E_OK);
		assert_int_equal(v, ns);
		assert_true(strlen(buf) < 48);
		value_rate_print(&rate, buf, sizeof(buf));
		assert_int_equal(value_rate(buf, &back), E_OK);
		assert_int_equal(back.unit, rate.unit);
		assert_int_equal(back.micro, rate.micro);
		assert_true(strlen(buf) < 48);
	}
}

/* Words of the letters that values are made of: accepted or refused, never
 * changed when refused, and what is accepted prints to the same value. */
static void any_word_is_taken_or_refused(void **state)
{
	static const char letters[] = "00019..%-,kmgipsbl12unhMa";
	uint64_t seed = 2;
	(void)state;

	for (int i = 0; i < 200000; i++) {
		char word[12], buf[48];
		unsigned len = unit_random(&seed) % sizeof(word);
		struct rate rate, back;
		uint64_t v, u;

		for (unsigned j = 0; j < len; j++)
			word[j] = letters[unit_random(&seed) %
					  (sizeof(letters) - 1)];
		word[len] = '\0';
		if (!value_rate(word, &rate)) {
			value_rate_print(&rate, buf, sizeof(buf));
			assert_int_equal(value_rate(buf, &back), E_OK);
			assert_int_equal(back.micro, rate.micro);
		}
		if (!value_time(word, &v)) {
			value_time_print(v, buf, sizeof(buf));
			assert_int_equal(value_time(buf, &u), E_OK);
			assert_int_equal(u, v);
		}
		if (!value_int(word, &v)) {
			snprintf(buf, sizeof(buf), "%llu",
				 (unsigned long long)v);
			assert_int_equal(value_int(buf, &u), E_OK);
			assert_int_equal(u, v);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printed_as_a_person_would),
		cmocka_unit_test(sets_are_printed_as_ranges),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(any_word_is_taken_or_refused),
	};

	return cmocka_run_group_tests_name("value_print", tests, NULL, NULL);
}
