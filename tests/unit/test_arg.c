/* SPDX-License-Identifier: BSD-3-Clause */
/* Arguments from words and back. */
#include <stdio.h>
#include <string.h>

#include "any_value.h"

#define NB_PORTS 64

static const struct parse_ports ports = {.count = NB_PORTS};

static const struct arg_word words[] = {
	{"off", ""}, {"tx", ""}, {"rx", ""}, {"txrx", ""}, {NULL},
};

static const struct arg args[] = {
	{ARG_PORTS, .name = "PORTS"},
	{ARG_INT, .name = "INT"},
	{ARG_RATE, .name = "RATE"},
	{ARG_TIME, .name = "TIME"},
	{ARG_ENUM, .name = "ENUM", .words = words},
	{ARG_KEYWORD, .name = "keyword"},
	{ARG_NAME, .name = "NAME"},
	{ARG_LABEL, .name = "LABEL"},
	{ARG_HEX32, .name = "CRC32"},
	{ARG_SPEED, .name = "SPEED", .min = 1000000, .max = 1000000000000},
	{ARG_SHARE, .name = "SHARE", .max = 1000000},
	{ARG_SPAN, .name = "SPAN", .words = words, .max = 15},
	{ARG_MAC, .name = "MAC"},
	{ARG_MAC, .name = "MAC", .words = words},
	{ARG_IPV4, .name = "IPV4", .prefix = true, .min = 8, .max = 32},
	{ARG_IPV6, .name = "IPV6", .prefix = true, .min = 96, .max = 128},
	{ARG_IPV4, .name = "ONE"},
	{ARG_IPV6, .name = "ONE6"},
	{ARG_SIZES, .name = "SIZE", .min = 64, .max = 9018},
	{ARG_NONE},
};

static void what_is_printed_reads_back(void **state)
{
	uint64_t seed = 1;
	(void)state;

	for (const struct arg *a = args; a->type != ARG_NONE; a++) {
		for (int i = 0; i < 20000; i++) {
			struct value v, back;
			char word[ARG_PRINT_MAX];

			any_value(a, NB_PORTS, &v, &seed);
			memset(&back, 0x5a, sizeof(back));
			arg_print(a, &v, word, sizeof(word));
			assert_true(strlen(word) < sizeof(word) - 1);
			if (arg_take(a, word, &ports, &back) ||
			    !arg_equal(a, &v, &back))
				fail_msg("%s: '%s'", a->name, word);
		}
	}
}

/* Two values that print apart are not equal, and the other way round. */
static void equal_is_what_prints_the_same(void **state)
{
	uint64_t seed = 2;
	(void)state;

	for (const struct arg *a = args; a->type != ARG_NONE; a++) {
		for (int i = 0; i < 20000; i++) {
			struct value x, y;
			char a_word[ARG_PRINT_MAX], b_word[ARG_PRINT_MAX];

			any_value(a, NB_PORTS, &x, &seed);
			any_value(a, NB_PORTS, &y, &seed);
			/* Mostly alike, so that one difference has to show. */
			if (any_below(&seed, 2)) {
				y = x;
				y.addr[any_below(&seed, 16)] ^= 1;
				y.mask ^= 1ull << any_below(&seed, 64);
				y.mask |= !y.mask;
				y.subjects = subjects_of(y.mask);
			}
			arg_print(a, &x, a_word, sizeof(a_word));
			arg_print(a, &y, b_word, sizeof(b_word));
			assert_int_equal(arg_equal(a, &x, &y),
					 !strcmp(a_word, b_word));
		}
	}
}

static void limits_of_the_new_types(void **state)
{
	static const struct {
		const char *name, *word;
		enum shell_err err;
	} t[] = {
		{"SPEED", "1mbps", E_OK},
		{"SPEED", "10gbps", E_OK},
		{"SPEED", "2.5GBPS", E_OK},
		{"SPEED", "1tbps", E_OK},
		{"SPEED", "1000000000bps", E_OK},
		{"SPEED", "999999bps", E_RANGE},
		{"SPEED", "1.000001tbps", E_RANGE},
		{"SPEED", "99tbps", E_RANGE},
		{"SPEED", "10gbpsl1", E_SYNTAX},
		{"SPEED", "10gbpsl2", E_SYNTAX},
		{"SPEED", "10gpps", E_SYNTAX},
		{"SPEED", "10g", E_OK},
		{"SPEED", "100M", E_OK},
		{"SPEED", "10gbit/s", E_OK},
		{"SPEED", "11111111111111111111111111111111111g", E_SYNTAX},
		{"SPEED", "10", E_SYNTAX},
		{"SPEED", "max", E_SYNTAX},
		{"SPEED", "25%", E_SYNTAX},
		{"SPEED", "", E_SYNTAX},
		{"SPEED", "1000000.5bps", E_SYNTAX},
		{"IPV4", "10.0.0.0/8", E_OK},
		{"IPV4", "10.0.0.0/7", E_RANGE},
		{"IPV4", "10.0.0.0", E_OK},
		{"IPV6", "2001:2::/96", E_OK},
		{"IPV6", "2001:2::/95", E_RANGE},
		{"IPV6", "2001:2::/128", E_OK},
		{"ONE", "10.0.0.0/8", E_SYNTAX},
		{"ONE6", "::/100", E_SYNTAX},
		{"SIZE", "64:7,63", E_RANGE},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct arg *a = args;
		struct value v = {0};

		while (strcmp(a->name, t[i].name) != 0)
			a++;
		if (arg_take(a, t[i].word, &ports, &v) != t[i].err)
			fail_msg("%s '%s'", t[i].name, t[i].word);
		if (t[i].err)
			assert_int_equal(v.prefix, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(equal_is_what_prints_the_same),
		cmocka_unit_test(limits_of_the_new_types),
	};

	return cmocka_run_group_tests_name("arg", tests, NULL, NULL);
}
