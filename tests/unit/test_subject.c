/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports and streams as they are typed, and back. */
#include <string.h>

#include "unit.h"
#include "units/subject.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define U UINT64_MAX
#define UNTOUCHED 0x5eed5eed5eed5eedull

/* A word that names no streams: its ports. */
static enum shell_err take(const char *word, unsigned count, uint64_t *mask)
{
	struct subjects s = {.ports = UNTOUCHED};
	const enum shell_err err = subjects_take(word, count, &s);

	*mask = s.ports;
	assert_true(err || (s.whole == s.ports && !s.nb_parts && !s.dotted));
	return err;
}

static void sets_of_ports(void **state)
{
	static const struct {
		const char *word;
		unsigned count;
		enum shell_err err;
		uint64_t mask;
	} t[] = {
		{"0", 1, E_OK, 1},
		{"0,2-3", 4, E_OK, 13},
		{"3,0", 4, E_OK, 9},
		{"1,1,0-1", 2, E_OK, 3},
		{"2-2", 3, E_OK, 4},
		{"all", 1, E_OK, 1},
		{"ALL", 4, E_OK, 15},
		{"all", 64, E_OK, U},
		{"0-63", 64, E_OK, U},
		{"63", 64, E_OK, 1ull << 63},
		{"1-63", 100, E_OK, U - 1},
		{"00", 1, E_OK, 1},
		{"1", 1, E_RANGE, 0},
		{"0-1", 1, E_RANGE, 0},
		{"0,7,1", 4, E_RANGE, 0},
		{"3-2", 4, E_RANGE, 0},
		{"0", 0, E_RANGE, 0},
		{"all", 0, E_RANGE, 0},
		{"64", 100, E_RANGE, 0},
		{"18446744073709551616", 4, E_RANGE, 0},
		{"0-18446744073709551617", 4, E_RANGE, 0},
		{"18446744073709551617-1", 4, E_RANGE, 0},
		{"", 4, E_SYNTAX, 0},
		{",", 4, E_SYNTAX, 0},
		{"0,", 4, E_SYNTAX, 0},
		{",0", 4, E_SYNTAX, 0},
		{"0,,1", 4, E_SYNTAX, 0},
		{"0-", 4, E_SYNTAX, 0},
		{"-0", 4, E_SYNTAX, 0},
		{"0--1", 4, E_SYNTAX, 0},
		{"0-1-2", 4, E_SYNTAX, 0},
		{"0 1", 4, E_SYNTAX, 0},
		{"0,all", 4, E_SYNTAX, 0},
		{"all,0", 4, E_SYNTAX, 0},
		{"none", 4, E_SYNTAX, 0},
		{"a", 4, E_SYNTAX, 0},
		/* A word that is no set is none, whatever it names before. */
		{"9,x", 4, E_SYNTAX, 0},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		uint64_t mask = UNTOUCHED;
		enum shell_err err = take(t[i].word, t[i].count, &mask);

		if (err != t[i].err || mask != (err ? UNTOUCHED : t[i].mask))
			fail_msg("'%s' of %u: %s, %llx", t[i].word, t[i].count,
				 shell_err_name(err), (unsigned long long)mask);
	}
}

/* Which streams of which of 4 ports a word means, as it is printed. */
static void streams_of_ports(void **state)
{
	static const struct {
		const char *word, *printed;
		enum shell_err err;
	} t[] = {
		{"0.3", "0.3", E_OK},
		{"0.0", "0.0", E_OK},
		{"0.all", "0", E_OK},
		{"0-1.2-5", "0-1.2-5", E_OK},
		{"all.7", "0-3.7", E_OK},
		{"ALL.All", "0-3", E_OK},
		{"0.1,2.3-4,1", "1,0.1,2.3-4", E_OK},
		{"0.1,0.5", "0.1,0.5", E_OK},
		/* What a port has as a whole may still be wrong by itself. */
		{"0.1,0", "0,0.1", E_OK},
		{"0-1.1,0", "0,0-1.1", E_OK},
		{"0.65535", "0.65535", E_OK},
		{"0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8",
		 "0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8", E_OK},
		{"0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9", NULL, E_RANGE},
		{"0.65536", NULL, E_RANGE},
		{"0.18446744073709551616", NULL, E_RANGE},
		{"0.0-18446744073709551616", NULL, E_RANGE},
		{"0.3-2", NULL, E_RANGE},
		{"4.0", NULL, E_RANGE},
		{"0.", NULL, E_SYNTAX},
		{".0", NULL, E_SYNTAX},
		{"0.-1", NULL, E_SYNTAX},
		{"0.1.2", NULL, E_SYNTAX},
		{"0.1-", NULL, E_SYNTAX},
		{"0.all-3", NULL, E_SYNTAX},
		{"0.x", NULL, E_SYNTAX},
		{"0.1,", NULL, E_SYNTAX},
		{"all.1,0", NULL, E_SYNTAX},
		{"0.1,all", NULL, E_SYNTAX},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct subjects s = subjects_of(8);
		const enum shell_err err = subjects_take(t[i].word, 4, &s);
		char text[SUBJECTS_PRINT_MAX];

		subjects_print(&s, text, sizeof(text));
		if (err != t[i].err ||
		    strcmp(text, err ? "3" : t[i].printed) != 0)
			fail_msg("'%s': %s, %s", t[i].word, shell_err_name(err),
				 text);
		assert_int_equal(s.dotted, !err);
	}
}

/* By each subject's own place, whatever the word looks like. */
static void has_what_was_named(void **state)
{
	struct subjects s;
	(void)state;

	assert_int_equal(subjects_take("2,0-1.2-5,1.9", 4, &s), E_OK);
	assert_int_equal(s.ports, 7);
	for (unsigned port = 0; port < 4; port++)
		for (unsigned stream = 0; stream < 12; stream++) {
			const bool named =
				port == 2 ||
				(port < 2 && stream >= 2 && stream <= 5) ||
				(port == 1 && stream == 9);

			assert_int_equal(
				subjects_has(&s,
					     (struct subject){port, stream}),
				named);
		}
}

/* Words of their letters: what is taken prints as a word of the same. */
static void any_word_reads_back(void **state)
{
	static const char letters[] = "00112.,,-al";
	struct subjects s, back;
	char word[24], text[SUBJECTS_PRINT_MAX];
	unsigned taken = 0;
	uint64_t seed = 1;
	(void)state;

	for (int i = 0; i < 400000; i++) {
		size_t len = 1 + unit_random(&seed) % 12;

		for (size_t n = 0; n < len; n++)
			word[n] = letters[unit_random(&seed) % 11];
		word[len] = '\0';
		if (subjects_take(word, 3, &s))
			continue;
		taken++;
		assert_in_range(s.ports, 1, 7);
		subjects_print(&s, text, sizeof(text));
		assert_int_equal(subjects_take(text, 3, &back), E_OK);
		if (!subjects_equal(&s, &back) || s.ports != back.ports)
			fail_msg("'%s' is '%s'", word, text);
	}
	assert_true(taken > 1000);
}

/* The longest that there are fit, and what does not fit is cut. */
static void printed_in_its_room(void **state)
{
	struct subjects s = subjects_of(0x5555555555555555);
	char text[SUBJECTS_PRINT_MAX], cut[4];
	(void)state;

	s.ports = U;
	s.nb_parts = SUBJECT_PARTS_MAX;
	for (unsigned i = 0; i < SUBJECT_PARTS_MAX; i++)
		s.part[i] = (struct subject_part){61, 63, 65534, 65535};
	subjects_print(&s, text, sizeof(text));
	assert_int_equal(strlen(text),
			 5 * 2 + 27 * 3 - 1 +
				 SUBJECT_PARTS_MAX *
					 strlen(",61-63.65534-65535"));
	subjects_print(&s, cut, sizeof(cut));
	assert_string_equal(cut, "0,2");
	subjects_print(&(struct subjects){0}, text, sizeof(text));
	assert_string_equal(text, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_of_ports),
		cmocka_unit_test(streams_of_ports),
		cmocka_unit_test(has_what_was_named),
		cmocka_unit_test(any_word_reads_back),
		cmocka_unit_test(printed_in_its_room),
	};

	return cmocka_run_group_tests_name("subject", tests, NULL, NULL);
}
