/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes on the serial line of the whole app: a person's keys, requests,
 * broken ones of both. Nothing that comes out can drive a terminal but what the
 * editor sends, and however the line was left, a ^C and a line end later it
 * answers a request.
 */
#include <string.h>

#include "tests/fuzz/line.h"

/* What stands in queues behind a command that waits takes a ^C each. */
#define ROUNDS 40

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

static bool answered(void)
{
	static const char answer[] = "\n@fuzz OK\r\n";
	const size_t n = sizeof(answer) - 1;

	return line.out_len >= n &&
	       !memcmp(line.out + line.out_len - n, answer, n);
}

/* Ends what runs, asks, and waits for the answer. */
static void ask(void)
{
	line.room = SIZE_MAX;
	for (unsigned i = 0; i < ROUNDS && !answered(); i++) {
		/* In this order: a request that is half in ends first. */
		line_give("\x03\n\x03\n@fuzz\n", 10, i ? 1 : SIZE_MAX);
		line_settle();
	}
	fuzz_check(answered());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	line_begin(4096);
	line.room = 1 + data[1] * 4;
	line_give(data + 2, size - 2, 1 + data[0]);
	ask();
	check_output();
	return 0;
}
