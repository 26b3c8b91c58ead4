/* SPDX-License-Identifier: BSD-3-Clause */
/* What the client makes of an appliance's text, by the locale. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "client/show.h"
#include "unit.h"

#define BARS "\xe2\x96\x81\xe2\x96\x88" /* U+2581, U+2588 */
#define WIDE "\xe6\xbc\xa2"             /* U+6F22, of two columns */

static const char *const locales[] = {"C", "POSIX", "C.UTF-8"};

static int back_to_c(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C");
	return 0;
}

static const char *page(const char *text)
{
	static char out[1024];
	size_t len;

	assert_true(strlen(text) * SHOW_GROWTH < sizeof(out));
	len = show_page(out, text, strlen(text));
	assert_int_equal(len, strlen(out));
	return out;
}

static void a_page_keeps_its_columns_in_a_locale_without_its_characters(
	void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_non_null(setlocale(LC_CTYPE, locales[i]));
		assert_string_equal(page("a" BARS "b"), "a.#b");
		assert_string_equal(page("a" WIDE "b"), "a..b");
		assert_string_equal(page("caf\xc3\xa9"), "caf.");
		/* A mark above the letter before it takes no column. */
		assert_string_equal(page("e\xcc\x81|"), "e|");
	}
}

static void a_page_shows_what_the_locale_has(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_string_equal(page("a" BARS WIDE), "a" BARS WIDE);
	assert_string_equal(page("e\xcc\x81|"), "e\xcc\x81|");
}

static void no_page_has_an_escape_or_a_control(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		setlocale(LC_CTYPE, locales[i]);
		/* Lone bytes, one cut short, one too long, a surrogate. */
		assert_string_equal(page("\xff\x9b|"), "..|");
		assert_string_equal(page("\xe2\x96|"), "..|");
		assert_string_equal(page("\xc0\xaf|"), "..|");
		assert_string_equal(page("\xed\xa0\x80|"), "...|");
		/* C1 controls, and one that turns the text around. */
		assert_string_equal(page("\xc2\x9b|\xe2\x80\xae|"), "||");
		assert_string_equal(page("\x1b\x7f|"), "..|");
	}
}

static void any_bytes_keep_within_their_room(void **state)
{
	char text[64], out[64 * SHOW_GROWTH + 1];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t len = (size_t)rand() % sizeof(text);
		char *exact = malloc(len + !len);

		for (size_t n = 0; n < len; n++)
			exact[n] = (char)(rand() % 4 ? 0x80 | rand() : rand());
		setlocale(LC_CTYPE, locales[i % 3]);
		show_page(out, exact, len);
		show_text(out, exact, len, SHOW_TERMINAL, NULL);
		for (const char *at = out; *at; at++)
			assert_true((unsigned char)*at >= ' ' && *at != 0x7f);
		free(exact);
	}
}

static void a_reply_names_the_bytes_that_the_locale_lacks(void **state)
{
	char out[64];
	unsigned columns;

	(void)state;
	setlocale(LC_CTYPE, "C");
	show_text(out, "\xc3\xa9!", 3, SHOW_TERMINAL, &columns);
	assert_string_equal(out, "\\xc3\\xa9!");
	assert_int_equal(columns, 9);
	assert_false(show_is_plain("\xc3\xa9", 2));
	setlocale(LC_CTYPE, "C.UTF-8");
	show_text(out, "\xc3\xa9!", 3, SHOW_TERMINAL, &columns);
	assert_string_equal(out, "\xc3\xa9!");
	assert_int_equal(columns, 2);
	assert_true(show_is_plain("\xc3\xa9", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			a_page_keeps_its_columns_in_a_locale_without_its_characters,
			back_to_c),
		cmocka_unit_test_teardown(a_page_shows_what_the_locale_has,
					  back_to_c),
		cmocka_unit_test_teardown(no_page_has_an_escape_or_a_control,
					  back_to_c),
		cmocka_unit_test_teardown(any_bytes_keep_within_their_room,
					  back_to_c),
		cmocka_unit_test_teardown(
			a_reply_names_the_bytes_that_the_locale_lacks,
			back_to_c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
