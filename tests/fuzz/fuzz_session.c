/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes on the serial line of the whole app: a person's keys, requests,
 * broken ones of both. Nothing that comes out can drive a terminal but what the
 * editor sends, and however the line was left, whoever opens it is answered.
 */
#include <string.h>

#include "tests/fuzz/line.h"

#define ASK "\x05\x15\n\x03@fuzz\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_output(void)
{
	for (size_t i = 0; i < line.out_len; i++) {
		const char *p = line.out + i;

		if ((unsigned char)*p >= 0x20 && *p != 0x7f)
			continue;
		if (*p == '\n')
			fuzz_check(i && p[-1] == '\r');
		else
			fuzz_check(*p == '\r' || *p == '\a' || *p == '\x1b');
	}
}

/* Behind all else, from `from` on: one line, and the only one of its tag. */
static bool answered(size_t from)
{
	static const char answer[] = "\n@fuzz OK\r\n";
	const size_t n = sizeof(answer) - 1;

	for (size_t i = from; i + n <= line.out_len; i++)
		if (!memcmp(line.out + i, answer, n))
			return true;
	return false;
}

/* What was not taken stands before it, as on a line. */
static void ask(const uint8_t *left, size_t len)
{
	static uint8_t bytes[1 << 20];
	const size_t from = line.out_len ? line.out_len - 1 : 0;

	fuzz_check(len + sizeof(ASK) <= sizeof(bytes));
	memcpy(bytes, left, len);
	memcpy(bytes + len, ASK, sizeof(ASK) - 1);
	line.room = SIZE_MAX;
	len += sizeof(ASK) - 1;
	fuzz_check(line_give(bytes, len, SIZE_MAX) == len);
	line_settle();
	fuzz_check(answered(from));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n;

	if (size < 2)
		return 0;
	line_begin(4096);
	line.room = 1 + data[1] * 4;
	n = 2 + line_give(data + 2, size - 2, 1 + data[0]);
	ask(data + n, size - n);
	check_output();
	return 0;
}
