/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program of any instructions, and a frame. One that is passed returns what
 * libpcap's bpf_filter() makes of it, its gate is shut for none that it takes,
 * and its text is read back the same.
 *
 * The first byte of an input is the number of instructions, each of three
 * bytes: which of those that there are, or any code; where it jumps; its k. The
 * frame follows. An odd first byte has it read as a program's text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/bpf_gate.h"
#include "tests/fuzz/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libpcap's; its header has the same names. */
unsigned bpf_filter(const struct bpf_insn *insn, const unsigned char *frame,
		    unsigned wire_len, unsigned len);

#define INSNS_MAX 48
#define WIRE_MORE 100

static const uint8_t codes[] = {
	0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x00, 0x01, 0x81,
	0xb1, 0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0x94,
	0xa4, 0x0c, 0x1c, 0x2c, 0x3c, 0x4c, 0x5c, 0x6c, 0x7c, 0x9c,
	0xac, 0x84, 0x07, 0x87, 0x06, 0x16, 0x60, 0x61, 0x02, 0x03,
	0x05, 0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d,
};

static struct bpf_insn make(const uint8_t b[3])
{
	struct bpf_insn i = {.code = b[0] % 64, .k = b[2]};

	if (i.code < sizeof(codes))
		i.code = codes[i.code];
	else
		i.code = (uint16_t)(b[0] << (b[2] & 8));
	if ((i.code & 7) == 5 && i.code != 5) {
		i.jt = b[1] & 15;
		i.jf = b[1] >> 4;
	}
	/* Some of its values are large. */
	if (b[0] & 0x80)
		i.k = ~i.k + (uint32_t)b[1];
	else if (b[0] & 0x40)
		i.k <<= b[1] & 31;
	return i;
}

static void text_is_read_back(const struct bpf_insn *insn, unsigned n)
{
	static struct bpf_insn back[INSNS_MAX];
	char text[INSNS_MAX * 32], why[BPF_WHY_MAX];
	int at = sprintf(text, "%u", n);

	for (unsigned i = 0; i < n; i++)
		at += sprintf(text + at, "%c%u %u,%u\n%u", i & 1 ? ',' : ';',
			      insn[i].code, insn[i].jt, insn[i].jf,
			      (unsigned)insn[i].k);
	fuzz_check(bpf_parse(text, (size_t)at, back, INSNS_MAX, why) == n);
	fuzz_check(!memcmp(back, insn, n * sizeof(insn[0])));
}

static void run(const struct bpf_insn *insn, unsigned n, const uint8_t *frame,
		size_t len)
{
	struct bpf_insn *copy = malloc(n * sizeof(insn[0]));
	unsigned char *bytes = malloc(len);
	struct bpf_gate gate;
	uint32_t kept;

	memcpy(copy, insn, n * sizeof(insn[0]));
	memcpy(bytes, frame, len);
	kept = bpf_run(copy, bytes, (uint32_t)len + WIRE_MORE, (uint32_t)len);
	fuzz_check(kept == bpf_filter(copy, bytes, (unsigned)len + WIRE_MORE,
				      (unsigned)len));
	bpf_gate_make(&gate, copy);
	fuzz_check(!kept || !bpf_gate_shut(&gate, bytes, (uint32_t)len));
	if (len >= gate.need)
		fuzz_check(bpf_gate_shut(&gate, bytes, (uint32_t)len) ==
			   bpf_gate_shut_all(
				   &gate, (const unsigned char *[]){bytes}, 1));
	free(bytes);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bpf_insn insn[INSNS_MAX];
	char why[BPF_WHY_MAX] = "";
	unsigned n = 0;

	if (!size)
		return 0;
	if (data[0] & 1) {
		char *text = malloc(size);

		memcpy(text, data + 1, size - 1);
		n = bpf_parse(text, size - 1, insn, INSNS_MAX, why);
		free(text);
		data += size;
		size = 0;
		fuzz_check(n || why[0]);
	} else {
		const unsigned want = data[0] >> 1;

		for (data++, size--; n < want && n < INSNS_MAX && size >= 3;
		     data += 3, size -= 3)
			insn[n++] = make(data);
	}
	if (n)
		text_is_read_back(insn, n);
	if (bpf_check(insn, n, why))
		run(insn, n, data, size);
	else
		fuzz_check(why[0]);
	return 0;
}
