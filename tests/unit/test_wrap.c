/* SPDX-License-Identifier: BSD-3-Clause */
/* How the client breaks what it says: between words, never inside of one. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "client/wrap.h"

static void wraps(const char *text, unsigned columns, unsigned indent,
		  const char *rows)
{
	size_t n;
	char *out = wrap_text(text, strlen(text), columns, indent, &n);

	assert_string_equal(out, rows);
	assert_int_equal(n, strlen(rows));
	free(out);
}

static void test_rows(void **state)
{
	(void)state;
	wraps("", 10, 2, "");
	wraps("one two", 7, 2, "one two");
	wraps("one two", 6, 2, "one\n  two");
	wraps("one two three four", 9, 2, "one two\n  three\n  four");
	wraps("  a  b", 80, 2, "  a  b");
	/* Blanks at a break are gone, those inside a row stay. */
	wraps("one     two", 6, 0, "one\ntwo");
	wraps("one two   ", 80, 0, "one two");
}

static void test_long_words_stay_whole(void **state)
{
	(void)state;
	wraps("incomprehensible", 5, 2, "incomprehensible");
	wraps("a incomprehensible b", 5, 2, "a\n  incomprehensible\n  b");
}

static void test_characters_count_not_bytes(void **state)
{
	(void)state;
	wraps("\xc3\xa4\xc3\xb6\xc3\xbc \xc3\xa4\xc3\xb6\xc3\xbc", 7, 1,
	      "\xc3\xa4\xc3\xb6\xc3\xbc \xc3\xa4\xc3\xb6\xc3\xbc");
	wraps("\xc3\xa4\xc3\xb6\xc3\xbc x", 4, 1,
	      "\xc3\xa4\xc3\xb6\xc3\xbc\n x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_words_stay_whole),
		cmocka_unit_test(test_characters_count_not_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
