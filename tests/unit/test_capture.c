/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/read.h"
#include "capture/write.h"

struct file {
	unsigned char bytes[65536];
	size_t len;
};

static void put(struct file *f, const void *bytes, size_t len)
{
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void put32(struct file *f, uint32_t v)
{
	put(f, &v, 4);
}

static void put_block(struct file *f, uint32_t type, const struct file *body)
{
	put32(f, type);
	put32(f, (uint32_t)body->len + 12);
	put(f, body->bytes, body->len);
	put32(f, (uint32_t)body->len + 12);
}

static void put_section(struct file *f)
{
	static struct file body;

	body.len = 0;
	put32(&body, 0x1a2b3c4d);
	put32(&body, 1);
	put32(&body, ~0u);
	put32(&body, ~0u);
	put_block(f, 0x0a0d0d0a, &body);
}

static void put_interface(struct file *f, uint32_t link, uint8_t resolution)
{
	static struct file body;

	body.len = 0;
	put32(&body, link);
	put32(&body, 0);
	put32(&body, 9 | 1 << 16);
	put32(&body, resolution);
	put32(&body, 0);
	put_block(f, 1, &body);
}

static void put_packet(struct file *f, uint32_t interface, uint64_t ticks,
		       const char *text)
{
	static struct file body;
	const uint32_t len = (uint32_t)strlen(text);

	body.len = 0;
	put32(&body, interface);
	put32(&body, (uint32_t)(ticks >> 32));
	put32(&body, (uint32_t)ticks);
	put32(&body, len);
	put32(&body, len);
	put(&body, text, len);
	put(&body, "\0\0\0", -len & 3);
	put_block(f, 6, &body);
}

static void put_record(struct file *f, uint64_t ns, const char *text,
		       uint32_t orig_len)
{
	const uint32_t len = (uint32_t)strlen(text);

	capture_write_record(f->bytes + f->len, ns, len, orig_len);
	f->len += CAPTURE_RECORD_BYTES;
	put(f, text, len);
}

static void put_header(struct file *f)
{
	f->len = CAPTURE_HEADER_BYTES;
	capture_write_header(f->bytes, 65535);
}

/* Reads on to the end from memory that ends where the file does. */
static unsigned read_all(struct capture_reader *r, const struct file *f,
			 struct capture_record last[1],
			 enum capture_result *end)
{
	unsigned char *copy = malloc(f->len + 1);
	const struct capture_bytes bytes = {copy, 0, f->len, true};
	struct capture_record record;
	unsigned sum = 0, n = 0;

	memcpy(copy, f->bytes, f->len);
	capture_begin(r);
	while ((*end = capture_next(r, &bytes, &record)) == CAPTURE_RECORD) {
		for (uint32_t i = 0; i < record.len; i++)
			sum += record.data[i];
		*last = record;
		assert_int_equal(record.number, ++n);
	}
	assert_int_equal(capture_next(r, &bytes, &record), *end);
	free(copy);
	return n + 0 * sum;
}

static void sample(struct file *f, bool ng)
{
	f->len = 0;
	if (!ng) {
		put_header(f);
		put_record(f, 5000000000, "first", 5);
		put_record(f, 5000000123, "second", 1514);
		put_record(f, 4999999999, "", 0);
		return;
	}
	put_section(f);
	put_interface(f, 1, 9);
	put_packet(f, 0, 5000000000, "first");
	put_interface(f, 105, 9);
	put_packet(f, 1, 5000000123, "second");
	put_packet(f, 0, 4999999999, "");
}

static void what_is_written_is_read(void **state)
{
	static struct capture_reader r;
	static struct file f;

	(void)state;
	for (unsigned ng = 0; ng < 2; ng++) {
		struct capture_bytes bytes = {f.bytes, 0, 0, true};
		struct capture_record record;

		sample(&f, ng);
		bytes.len = f.len;
		capture_begin(&r);
		assert_int_equal(capture_next(&r, &bytes, &record),
				 CAPTURE_RECORD);
		assert_int_equal(record.ns, 0);
		assert_int_equal(capture_fit(&record), CAPTURE_FITS);
		assert_memory_equal(record.data, "first", 5);
		assert_int_equal(capture_next(&r, &bytes, &record),
				 CAPTURE_RECORD);
		assert_int_equal(record.ns, 123);
		assert_int_equal(capture_fit(&record),
				 ng ? CAPTURE_LINK : CAPTURE_CUT);
		assert_int_equal(capture_next(&r, &bytes, &record),
				 CAPTURE_RECORD);
		assert_int_equal(record.ns, -1);
		assert_int_equal(record.len, 0);
		assert_int_equal(capture_next(&r, &bytes, &record),
				 CAPTURE_END);
	}
}

static void what_cannot_be_sent_is_named(void **state)
{
	static const struct {
		struct capture_record record;
		const char *text;
	} cases[] = {
		{{.link = 1, .len = 60, .orig_len = 60, .number = 1, .at = 24},
		 "record 1, byte 24"},
		{{.link = 1, .len = 60, .orig_len = 61, .number = 2, .at = 99},
		 "record 2, byte 99: cut to 60 of 61 bytes"},
		{{.link = 105, .number = 3, .at = 4},
		 "record 3, byte 4: link type 105 (802.11) is not Ethernet"},
		{{.link = 999, .number = 3, .at = 4},
		 "record 3, byte 4: link type 999 (unknown) is not Ethernet"},
	};
	char text[CAPTURE_PRINT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		capture_print_fit(&cases[i].record, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

/* Between two records, or blocks, a file may end. */
static void each_cut_is_seen(void **state)
{
	static const size_t ends[2][8] = {
		{24, 45, 67, 83},
		{28, 60, 100, 132, 172, 204},
	};
	static struct capture_reader r;
	static struct file f;
	struct capture_record last;
	char text[CAPTURE_PRINT_MAX];

	(void)state;
	for (unsigned ng = 0; ng < 2; ng++) {
		size_t all, next = 0;

		sample(&f, ng);
		all = f.len;
		for (f.len = 0; f.len <= all; f.len++) {
			enum capture_result end;

			read_all(&r, &f, &last, &end);
			if (f.len == ends[ng][next]) {
				assert_int_equal(end, CAPTURE_END);
				next++;
				continue;
			}
			assert_int_equal(end, CAPTURE_FAULT);
			assert_int_equal(r.fault_at, f.len);
			capture_print_fault(&r, text, sizeof(text));
			assert_non_null(strstr(text, "the file ends inside"));
		}
		assert_int_equal(ends[ng][next], 0);
	}
}

static void any_byte_may_be_another(void **state)
{
	static struct capture_reader r;
	static struct file f;
	struct capture_record last;
	enum capture_result end;
	char text[CAPTURE_PRINT_MAX];

	(void)state;
	for (unsigned ng = 0; ng < 2; ng++) {
		sample(&f, ng);
		for (size_t i = 0; i < f.len; i++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				f.bytes[i] ^= (unsigned char)(1u << bit);
				read_all(&r, &f, &last, &end);
				f.bytes[i] ^= (unsigned char)(1u << bit);
				assert_true(end == CAPTURE_END ||
					    end == CAPTURE_FAULT);
				if (end == CAPTURE_END)
					continue;
				capture_print_fault(&r, text, sizeof(text));
				assert_true(strlen(r.why) > 8);
				assert_true(strlen(text) < sizeof(text) - 1);
			}
		}
	}
}

static void a_section_has_so_many_interfaces(void **state)
{
	static struct capture_reader r;
	static struct file f;
	struct capture_record last;
	enum capture_result end;

	(void)state;
	f.len = 0;
	put_section(&f);
	for (unsigned i = 0; i < CAPTURE_INTERFACES_MAX; i++)
		put_interface(&f, 1, 6);
	put_packet(&f, CAPTURE_INTERFACES_MAX - 1, 0, "last");
	put_section(&f);
	put_interface(&f, 1, 6);
	put_packet(&f, 0, 0, "anew");
	assert_int_equal(read_all(&r, &f, &last, &end), 2);
	assert_int_equal(end, CAPTURE_END);
	for (unsigned i = 0; i < CAPTURE_INTERFACES_MAX; i++)
		put_interface(&f, 1, 6);
	assert_int_equal(read_all(&r, &f, &last, &end), 2);
	assert_int_equal(end, CAPTURE_FAULT);
	assert_string_equal(r.why, "it has over 64 interfaces");
}

static void times_are_those_of_each_resolution(void **state)
{
	static const struct {
		uint8_t resolution;
		uint64_t ticks;
		int64_t ns; /* -1: it has none */
	} cases[] = {
		{0, 3, 3000000000},
		{3, 3, 3000000},
		{6, 3, 3000},
		{9, 3, 3},
		{10, 39, 3},
		{28, UINT64_MAX, 1},
		{29, UINT64_MAX, 0},
		{127, UINT64_MAX, 0},
		{0x80, 3, 3000000000},
		{0x80 | 10, 3 << 10 | 512, 3500000000},
		{0x80 | 63, 3ull << 62, 1500000000},
		{0x80 | 64, 1ull << 63, 500000000},
		{0x80 | 127, UINT64_MAX, 0},
		{0, 18446744074, -1},
		{0, UINT64_MAX, -1},
		{0x80, UINT64_MAX, -1},
		{6, UINT64_MAX, -1},
		/* 146 years after the first one, and 292 */
		{9, (1ull << 62) - 1, (1ll << 62) - 1},
		{9, 1ull << 62, -1},
		{9, 1ull << 63, -1},
	};
	static struct capture_reader r;
	static struct file f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct capture_record last;
		enum capture_result end;
		unsigned n;

		f.len = 0;
		put_section(&f);
		put_interface(&f, 1, cases[i].resolution);
		put_packet(&f, 0, 0, "first");
		put_packet(&f, 0, cases[i].ticks, "second");
		n = read_all(&r, &f, &last, &end);
		assert_int_equal(n, cases[i].ns < 0 ? 1 : 2);
		assert_int_equal(end, n == 1 ? CAPTURE_FAULT : CAPTURE_END);
		if (n == 2)
			assert_int_equal(last.ns, cases[i].ns);
	}
}

/* A block of no interest may be larger than what is there of the file. */
static void blocks_are_passed_over_in_pieces(void **state)
{
	static struct capture_reader r;
	static struct file f, body;
	struct capture_bytes bytes = {f.bytes, 0, 0, false};
	struct capture_record record;
	unsigned pieces = 0;

	(void)state;
	f.len = 0;
	body.len = 40000;
	put_section(&f);
	put_block(&f, 77, &body);
	put_interface(&f, 1, 6);
	put_packet(&f, 0, 0, "there");
	capture_begin(&r);
	while (capture_next(&r, &bytes, &record) == CAPTURE_MORE) {
		assert_true(r.need <= 64);
		bytes.at = r.at;
		bytes.data = f.bytes + r.at;
		bytes.len = r.need;
		bytes.last = r.at + r.need == f.len;
		pieces++;
	}
	assert_memory_equal(record.data, "there", 5);
	assert_in_range(pieces, 8, 14);
	assert_int_equal(capture_next(&r, &bytes, &record), CAPTURE_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_cannot_be_sent_is_named),
		cmocka_unit_test(each_cut_is_seen),
		cmocka_unit_test(any_byte_may_be_another),
		cmocka_unit_test(a_section_has_so_many_interfaces),
		cmocka_unit_test(times_are_those_of_each_resolution),
		cmocka_unit_test(blocks_are_passed_over_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
