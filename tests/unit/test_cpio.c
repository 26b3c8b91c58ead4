/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/cpio.h"

/* An archive under construction. */
struct archive {
	unsigned char bytes[8192];
	size_t len;
};

#define FILE_MODE 0100644

static void pad(struct archive *a)
{
	while (a->len % 4)
		a->bytes[a->len++] = 0;
}

static void add(struct archive *a, unsigned mode, unsigned links,
		const char *name, const void *data, size_t size)
{
	size_t name_size = strlen(name) + 1;

	a->len += (size_t)sprintf((char *)a->bytes + a->len,
				  "070701%08x%08x%08x%08x%08x%08x%08zX%08x%08x"
				  "%08x%08x%08zx%08x",
				  1, mode, 0, 0, links, 0, size, 0, 0, 0, 0,
				  name_size, 0);
	memcpy(a->bytes + a->len, name, name_size);
	a->len += name_size;
	pad(a);
	memcpy(a->bytes + a->len, data, size);
	a->len += size;
	pad(a);
}

static void add_file(struct archive *a, const char *name, const char *text)
{
	add(a, FILE_MODE, 1, name, text, strlen(text));
}

static void sample(struct archive *a)
{
	memset(a, 0, sizeof(*a));
	add_file(a, "one", "1");
	add_file(a, "empty", "");
	add_file(a, "four", "4444");
	add_file(a, "TRAILER!!!", "");
}

/* Reads it from memory that ends where the archive does. */
static unsigned read_all(const void *bytes, size_t len, enum cpio_result *end,
			 size_t *total)
{
	unsigned char *copy = malloc(len ? len : 1);
	unsigned files = 0;
	struct cpio c;

	if (len)
		memcpy(copy, bytes, len);
	cpio_init(&c, copy, len);
	*total = 0;
	for (;;) {
		*end = cpio_next(&c);
		assert_true(c.at <= len);
		if (*end != CPIO_FILE)
			assert_true(*end == CPIO_END || strlen(c.why) > 0);
		if (*end == CPIO_END || *end == CPIO_BROKEN)
			break;
		assert_true(strlen(c.name) < len);
		*total += c.size;
		for (size_t i = 0; i < c.size; i++)
			*total += ((const unsigned char *)c.data)[i] & 0;
		files += *end == CPIO_FILE;
	}
	free(copy);
	return files;
}

static void it_reads_what_was_packed(void **state)
{
	static struct archive a;
	struct cpio c;

	(void)state;
	sample(&a);
	cpio_init(&c, a.bytes, a.len);
	assert_int_equal(cpio_next(&c), CPIO_FILE);
	assert_string_equal(c.name, "one");
	assert_int_equal(c.size, 1);
	assert_memory_equal(c.data, "1", 1);
	assert_int_equal(cpio_next(&c), CPIO_FILE);
	assert_string_equal(c.name, "empty");
	assert_int_equal(c.size, 0);
	assert_int_equal(cpio_next(&c), CPIO_FILE);
	assert_memory_equal(c.data, "4444", 4);
	assert_int_equal(cpio_next(&c), CPIO_END);
}

static void what_is_no_file_is_named_and_passed_over(void **state)
{
	static struct archive a;
	struct cpio c;

	(void)state;
	a.len = 0;
	add(&a, 040755, 2, ".", "", 0);
	add(&a, 0120777, 1, "link", "one", 3);
	add(&a, FILE_MODE, 2, "hard", "", 0);
	add_file(&a, "dir/file", "x");
	add_file(&a, "01234567890123456789012345678901", "x");
	add_file(&a, "a b", "x");
	add_file(&a, "", "x");
	add(&a, FILE_MODE, 2, "last", "x", 1);
	add_file(&a, "TRAILER!!!", "");
	cpio_init(&c, a.bytes, a.len);
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(cpio_next(&c), CPIO_OTHER);
		assert_non_null(c.why);
	}
	assert_int_equal(cpio_next(&c), CPIO_FILE);
	assert_string_equal(c.name, "last");
	assert_int_equal(cpio_next(&c), CPIO_END);
}

static void each_cut_is_seen(void **state)
{
	static struct archive a;
	enum cpio_result end;
	size_t total;

	(void)state;
	sample(&a);
	for (size_t len = 0; len < a.len; len++) {
		read_all(a.bytes, len, &end, &total);
		/* But for the padding behind the trailer. */
		assert_int_equal(end, len + 3 < a.len ? CPIO_BROKEN : CPIO_END);
	}
}

static void odd_fields_break_it(void **state)
{
	static const struct {
		size_t at;
		const char *text;
	} odd[] = {
		{0, "070702"},    {0, "070707"},    {5, "2"},
		{54, "FFFFFFFF"}, {54, "00000g01"}, {54, "-0000001"},
		{94, "00000000"}, {94, "ffffffff"}, {94, "00000003"},
		{94, "00000005"}, {94, " 0000004"},
	};
	static struct archive a;
	enum cpio_result end;
	size_t total;

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		sample(&a);
		memcpy(a.bytes + odd[i].at, odd[i].text, strlen(odd[i].text));
		assert_int_equal(read_all(a.bytes, a.len, &end, &total), 0);
		assert_int_equal(end, CPIO_BROKEN);
	}
}

static void no_bytes_crash_it(void **state)
{
	static struct archive a;
	uint64_t seed = 3;
	enum cpio_result end;
	size_t total;

	(void)state;
	for (unsigned n = 0; n < 200000; n++) {
		unsigned hits = 1 + (unsigned)(unit_random(&seed) >> 61);

		sample(&a);
		while (hits--) {
			size_t at = unit_random(&seed) % a.len;
			/* Digits as often as anything. */
			unsigned v = (unsigned)(unit_random(&seed) >> 50);

			a.bytes[at] = v & 256 ? "0123456789abcdef"[v & 15]
					      : (unsigned char)v;
		}
		read_all(a.bytes, unit_random(&seed) % 4 ? a.len : n % a.len,
			 &end, &total);
		assert_true(total <= a.len);
	}
	for (unsigned n = 0; n < 20000; n++) {
		for (size_t i = 0; i < 300; i++)
			a.bytes[i] = (unsigned char)(unit_random(&seed) >> 56);
		if (n % 2)
			memcpy(a.bytes, "070701", 6);
		read_all(a.bytes, n % 301, &end, &total);
		assert_int_equal(end, CPIO_BROKEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_what_was_packed),
		cmocka_unit_test(what_is_no_file_is_named_and_passed_over),
		cmocka_unit_test(each_cut_is_seen),
		cmocka_unit_test(odd_fields_break_it),
		cmocka_unit_test(no_bytes_crash_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
