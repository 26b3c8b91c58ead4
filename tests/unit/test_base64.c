/* SPDX-License-Identifier: BSD-3-Clause */
/* Base64 and CRC-32: what files travel in. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "files/base64.h"
#include "files/crc32.h"

static void vectors(void **state)
{
	/* RFC 4648, 10. */
	static const char *const text[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xfe", "+//+"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		size_t len = strlen(text[i][0]), got;
		char out[16], back[16];

		base64_encode(text[i][0], len, out);
		assert_string_equal(out, text[i][1]);
		assert_true(base64_decode(out, strlen(out), back, len, &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, text[i][0], len);
		if (len)
			assert_false(base64_decode(out, strlen(out), back,
						   len - 1, &got));
	}
	/* The check value of the polynomial, and what zlib says. */
	assert_int_equal(crc32_add(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_add(0, "", 0), 0);
	assert_int_equal(crc32_add(crc32_add(0, "1234", 4), "56789", 5),
			 0xcbf43926);
}

static void what_is_no_base64_is_refused(void **state)
{
	static const char *const bad[] = {"=",        "====",
					  "Z===",     "Zg=",
					  "Zg",       "Zg= ",
					  "Zh==",     "Zm9=",
					  "Z g=",     "Zm8=Zm8=",
					  "Zg==Zm9v", "Zm9v=",
					  "Zm-_",     "\xff\xff\xff\xff",
					  "=m9v",     "Zm9v===="};
	char out[64];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(base64_decode(bad[i], strlen(bad[i]), out,
					   sizeof(out), &len));
}

static void any_bytes_come_back(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (unsigned n = 0; n < 2000; n++) {
		size_t len = n % 800, got;
		unsigned char *data = malloc(len + 1), *back = malloc(len + 1);
		char *text = malloc(BASE64_LEN(len) + 1);

		for (size_t i = 0; i < len; i++)
			data[i] = (unsigned char)(unit_random(&seed) >> 40);
		base64_encode(data, len, text);
		assert_int_equal(strlen(text), BASE64_LEN(len));
		assert_true(base64_decode(text, strlen(text), back, len, &got));
		assert_int_equal(got, len);
		assert_memory_equal(back, data, len);
		/* Any other bytes: no crash, and one spelling of a value. */
		for (size_t i = 0; i < BASE64_LEN(len); i++)
			if (unit_random(&seed) >> 40 & 1)
				text[i] ^= (char)(unit_random(&seed) >> 61);
		if (base64_decode(text, BASE64_LEN(len), back, len, &got)) {
			char *again = malloc(BASE64_LEN(got) + 1);

			base64_encode(back, got, again);
			assert_memory_equal(again, text, BASE64_LEN(len));
			free(again);
		}
		free(text);
		free(back);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(what_is_no_base64_is_refused),
		cmocka_unit_test(any_bytes_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
