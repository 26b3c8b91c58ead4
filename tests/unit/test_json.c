/* SPDX-License-Identifier: BSD-3-Clause */
#include "files/json.h"

#include <string.h>
#include <uk/essentials.h>

#include "unit.h"

/* The kinds of a text's pieces, a letter each, up to its end or what is bad. */
static const char *kinds(const char *text)
{
	static const char letters[] = "$!(.tnw";
	static char is[64];
	struct json_piece p;
	struct json j;
	unsigned n = 0;

	json_begin(&j, text, strlen(text));
	do {
		json_next(&j, &p);
		is[n++] = p.kind == JSON_CLOSE ? ')' : letters[p.kind];
	} while (p.kind > JSON_BAD && n < sizeof(is) - 1);
	is[n] = '\0';
	return is;
}

static void pieces_of_what_is_right(void **state)
{
	(void)state;

	assert_string_equal(kinds("{}"), "()$");
	assert_string_equal(kinds(" [ ] \n"), "()$");
	assert_string_equal(kinds("{\"a\":1,\"b\":[\"x\",true,null],\"c\":{}}"),
			    "(n(tww)())$");
	assert_string_equal(kinds("-1.25"), "n$");
	assert_string_equal(kinds("\"a\\\"b\""), "t$");
	assert_string_equal(kinds("{\"a\":1}\n{\"b\":[]}\n"), "(n)(())$");
}

static void what_is_wrong_ends(void **state)
{
	static const char *const wrong[] = {
		"",
		"{",
		"[1 2]",
		"{\"a\"}",
		"{\"a\":}",
		"[1,]",
		"{\"a\":1,}",
		"[1}",
		"{1:2}",
		"\"a",
		"\"\n\"",
		"[\"a\\",
		"[[[[[[[[[[[[[[[[[[",
		"nil",
		"{,}",
		"]",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_non_null(strchr(kinds(wrong[i]), '!'));
}

static void keys_numbers_and_depths(void **state)
{
	static const char text[] =
		"{\"rate\":12.5,\"n\":-7,\"big\":99999999999"
		"999999999999,\"count\":9000000000000000,\"less\":-0.25"
		",\"list\":[{\"k\":\"v\"}]}";
	struct json_piece p;
	struct json j;
	int64_t milli;
	(void)state;

	json_begin(&j, text, sizeof(text) - 1);
	json_next(&j, &p);
	json_next(&j, &p);
	assert_true(json_is_key(&p, "rate") && !json_is_key(&p, "rat"));
	assert_true(json_milli(&p, &milli) && milli == 12500);
	json_next(&j, &p);
	assert_true(json_milli(&p, &milli) && milli == -7000);
	json_next(&j, &p);
	assert_false(json_milli(&p, &milli));
	json_next(&j, &p);
	assert_true(json_milli(&p, &milli) && milli == 9000000000000000000);
	json_next(&j, &p);
	assert_true(json_milli(&p, &milli) && milli == -250);
	json_next(&j, &p);
	assert_true(p.kind == JSON_OPEN && p.list && p.depth == 1);
	json_next(&j, &p);
	assert_true(p.kind == JSON_OPEN && !p.list && p.depth == 2);
	json_next(&j, &p);
	assert_true(p.depth == 3 && p.len == 1 && p.text[0] == 'v');
}

/* Any part of a text, and any with a byte changed, ends. */
static void hostile_text_ends(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":\"c\\\\\"}],\"d\":false}";
	char other[sizeof(text)];
	(void)state;

	for (size_t i = 0; i < sizeof(text); i++)
		for (unsigned byte = 0; byte < 256; byte++) {
			memcpy(other, text, sizeof(text));
			other[i] = (char)byte;
			other[sizeof(text) - 1] = '\0';
			kinds(other);
		}
	for (size_t len = 0; len < sizeof(text); len++) {
		memcpy(other, text, len);
		other[len] = '\0';
		kinds(other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_of_what_is_right),
		cmocka_unit_test(what_is_wrong_ends),
		cmocka_unit_test(keys_numbers_and_depths),
		cmocka_unit_test(hostile_text_ends),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
