/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "capture/bpf_gate.h"

#define FRAME_BYTES 64

static void what_is_no_program_is_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "it does not begin with its number of instructions"},
		{"x", "it does not begin with its number of instructions"},
		{"0", "it has 0 instructions, not 1..4096"},
		{"4097", "it has 4097 instructions, not 1..4096"},
		{"1", "instruction 0 is not four numbers: code, jt, jf, k"},
		{"1,6,0,0",
		 "instruction 0 is not four numbers: code, jt, jf, k"},
		{"2,6,0,0,1,65536,0,0,1",
		 "instruction 1 is not four numbers: code, jt, jf, k"},
		{"1,6,0,256,1",
		 "instruction 0 is not four numbers: code, jt, jf, k"},
		{"1,6,0,0,4294967296",
		 "instruction 0 is not four numbers: code, jt, jf, k"},
		{"1,6,0,0,-1",
		 "instruction 0 is not four numbers: code, jt, jf, k"},
		{"1,6,0,0,1,6", "it goes on after its 1 instructions"},
		{"1,6,0,0,1 tcp", "it goes on after its 1 instructions"},
		/* Those that can be read and cannot be run. */
		{"1,0,0,0,1", "instruction 0, the last, does not return"},
		{"1,14,0,0,1",
		 "instruction 0 (code 14, k 1): there is no such instruction"},
		{"1,65535,0,0,1", "instruction 0 (code 65535, k 1): there is "
				  "no such instruction"},
		{"2,5,0,0,1,6,0,0,0",
		 "instruction 0 (code 5, k 1): it jumps out of the program"},
		{"2,5,0,0,4294967295,6,0,0,0",
		 "instruction 0 (code 5, k 4294967295): it jumps out of the "
		 "program"},
		{"2,21,1,0,0,6,0,0,0",
		 "instruction 0 (code 21, k 0): it jumps out of the program"},
		{"2,21,0,255,0,6,0,0,0",
		 "instruction 0 (code 21, k 0): it jumps out of the program"},
		{"2,2,0,0,16,6,0,0,0",
		 "instruction 0 (code 2, k 16): there is no such memory"},
		{"2,96,0,0,16,6,0,0,0",
		 "instruction 0 (code 96, k 16): there is no such memory"},
		{"2,96,0,0,15,6,0,0,0",
		 "instruction 0 loads memory that none before it stored"},
		/* One way leads past what stores it. */
		{"4,21,0,1,0,2,0,0,3,97,0,0,3,6,0,0,0",
		 "instruction 2 loads memory that none before it stored"},
		{"2,52,0,0,0,6,0,0,0",
		 "instruction 0 (code 52, k 0): it divides by 0"},
		{"2,148,0,0,0,6,0,0,0",
		 "instruction 0 (code 148, k 0): it divides by 0"},
		{"2,100,0,0,32,6,0,0,0",
		 "instruction 0 (code 100, k 32): it shifts by over 31 bits"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct bpf_insn insn[BPF_INSNS_MAX];
		char why[BPF_WHY_MAX] = "";
		unsigned n = bpf_parse(cases[i].text, strlen(cases[i].text),
				       insn, BPF_INSNS_MAX, why);

		if (n)
			assert_false(bpf_check(insn, n, why));
		assert_string_equal(why, cases[i].why);
	}
}

static void programs_return_what_they_should(void **state)
{
	static const struct {
		const char *text;
		uint32_t value;
	} cases[] = {
		{"1,6,0,0,7", 7},
		{"1 6 0 0 4294967295", 4294967295},
		{"2;128 0 0 0;22 0 0 0\n", 1514},        /* its length */
		{"2\n32 0 0 4\n22 0 0 0\n", 0x04050607}, /* ld [4] */
		{"2,40,0,0,4,22,0,0,0", 0x0405},         /* ldh [4] */
		{"2,48,0,0,63,22,0,0,0", 63},            /* ldb [63] */
		{"2,48,0,0,64,6,0,0,9", 0},              /* beyond it */
		{"2,40,0,0,63,6,0,0,9", 0},              /* half beyond */
		{"2,32,0,0,61,6,0,0,9", 0},              /* a byte beyond */
		{"2,32,0,0,4294967295,6,0,0,9", 0},      /* far beyond */
		{"3,1,0,0,3,72,0,0,5,22,0,0,0", 0x0809}, /* ldh [x + 5] */
		{"3,1,0,0,4294967295,80,0,0,5,6,0,0,1", 0},
		{"3,177,0,0,21,135,0,0,0,22,0,0,0", 20},   /* 4*([21]&0xf) */
		{"3,0,0,0,9,52,0,0,2,22,0,0,0", 4},        /* 9 / 2 */
		{"4,1,0,0,0,0,0,0,9,60,0,0,0,6,0,0,1", 0}, /* 9 / x */
		{"4,1,0,0,4,0,0,0,9,156,0,0,0,22,0,0,0", 1},
		{"4,1,0,0,33,0,0,0,9,108,0,0,0,22,0,0,0", 0}, /* 9 << 33 */
		{"3,0,0,0,1,132,0,0,0,22,0,0,0", 4294967295}, /* -1 */
		{"5,0,0,0,5,2,0,0,3,0,0,0,0,97,0,0,3,22,0,0,0", 0},
		{"5,0,0,0,5,2,0,0,3,0,0,0,0,96,0,0,3,22,0,0,0", 5},
		{"4,0,0,0,5,53,1,0,5,6,0,0,1,6,0,0,2", 2}, /* >= */
		{"4,0,0,0,5,37,1,0,5,6,0,0,1,6,0,0,2", 1}, /* > */
		{"4,0,0,0,5,69,1,0,2,6,0,0,1,6,0,0,2", 1}, /* & */
		{"4,5,0,0,1,6,0,0,1,0,0,0,4,22,0,0,0", 4}, /* ja */
	};
	unsigned char frame[FRAME_BYTES];

	(void)state;
	for (unsigned i = 0; i < FRAME_BYTES; i++)
		frame[i] = (unsigned char)i;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct bpf_insn insn[BPF_INSNS_MAX];
		char why[BPF_WHY_MAX] = "";
		unsigned n = bpf_parse(cases[i].text, strlen(cases[i].text),
				       insn, BPF_INSNS_MAX, why);

		assert_true(n && bpf_check(insn, n, why));
		assert_int_equal(bpf_run(insn, frame, 1514, FRAME_BYTES),
				 cases[i].value);
	}
}

/* Of fields as the filters below ask for. */
static void any_frame(unsigned char f[FRAME_BYTES], uint64_t r)
{
	memset(f, 0, FRAME_BYTES);
	f[0] = r >> 8 & 1;
	memcpy(f + 12, r >> 9 & 1 ? "\x08" : "\x86\xdd", 2);
	f[14] = (unsigned char)(r >> 10 & 3 ? 0x45 : r >> 12);
	f[20] = r >> 20 & 1 ? 0 : 17;
	f[23] = r >> 21 & 1 ? 6 : 17;
	f[26 + (r >> 22 & 4)] = 10;
	f[29 + (r >> 22 & 4)] = 1;
	f[34 + (r >> 25) % 30] = 7;
}

static bool all_alike(const struct bpf_look look[],
		      const unsigned char *const frame[], unsigned n)
{
	uint64_t differ = 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < BPF_LOOKS; k++)
			differ |= bpf_look_differs(&look[k], frame[i]) &
				  look[k].mask;
	return !differ;
}

/* Frames that are alike, but for one, or two kinds, or no two. */
static void bursts_are_shut_as_each_is(const struct bpf_insn *insn,
				       const struct bpf_gate *gate,
				       uint64_t *seed)
{
	enum { FRAMES = 9 };
	unsigned char f[FRAMES][FRAME_BYTES];
	const unsigned char *frame[FRAMES];
	unsigned shut = 0, alike = 0;
	struct bpf_look look[BPF_LOOKS];

	if (gate->need > FRAME_BYTES)
		return;
	for (unsigned n = 0; n < 5000; n++) {
		const uint64_t one = unit_random(seed);
		const uint64_t other = unit_random(seed);
		const unsigned odd = (unsigned)(other >> 60) % (FRAMES + 3);
		bool all = true, none = true;

		for (unsigned i = 0; i < FRAMES; i++) {
			any_frame(f[i], odd > FRAMES        ? unit_random(seed)
					: i == odd % FRAMES ? other
							    : one);
			frame[i] = f[i];
			all &= bpf_gate_shut(gate, f[i], FRAME_BYTES);
			none &= !bpf_run(insn, f[i], FRAME_BYTES, FRAME_BYTES);
		}
		assert_int_equal(bpf_gate_shut_all(gate, frame, FRAMES), all);
		if (bpf_gate_look(gate, frame[0], look)) {
			alike += all_alike(look, frame, FRAMES);
			assert_true(!all_alike(look, frame, FRAMES) || all);
		}
		assert_true(none || !all);
		shut += all;
	}
	assert_in_range(shut, 500, 4500);
	assert_in_range(alike, 200, shut);
}

/* What tcpdump makes of these. */
static void gates_are_shut_for_none_that_is_kept(void **state)
{
	static const struct {
		const char *text; /* as tcpdump 4.99.3 compiles what follows */
		const char *what;
		bool opens_for_some;
	} cases[] = {
		{"20,40,0,0,12,21,0,6,34525,48,0,0,20,21,0,15,17,40,0,0,54,21,"
		 "12,0,7,40,0,0,56,21,10,11,7,21,0,10,2048,48,0,0,23,21,0,8,17,"
		 "40,0,0,20,69,6,0,8191,177,0,0,14,72,0,0,14,21,2,0,7,72,0,0,"
		 "16,21,0,1,7,6,0,0,262144,6,0,0,0",
		 "udp port 7", true},
		{"8,40,0,0,12,21,0,5,2048,32,0,0,26,21,2,0,167772161,32,0,0,30,"
		 "21,0,1,167772161,6,0,0,262144,6,0,0,0",
		 "ip host 10.0.0.1", true},
		{"4,48,0,0,0,69,1,0,1,6,0,0,262144,6,0,0,0",
		 "not ether[0] & 1 != 0", true},
		{"4,128,0,0,0,53,0,1,60,6,0,0,262144,6,0,0,0", "len >= 60",
		 false},
		{"1,6,0,0,262144", "", false},
	};
	unsigned shut[sizeof(cases) / sizeof(cases[0])] = {0};
	uint64_t seed = 16;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bpf_insn insn[64];
		char why[BPF_WHY_MAX];
		struct bpf_gate gate;
		unsigned kept = 0;

		assert_true(bpf_parse(cases[i].text, strlen(cases[i].text),
				      insn, 64, why));
		bpf_gate_make(&gate, insn);
		for (unsigned n = 0; n < 20000; n++) {
			unsigned char f[FRAME_BYTES];
			const uint64_t r = unit_random(&seed);
			const unsigned len = (r & 192 ? 58 : 30) + r % 7;

			any_frame(f, r);
			if (bpf_run(insn, f, len, len)) {
				assert_false(bpf_gate_shut(&gate, f, len));
				kept++;
			} else {
				shut[i] += bpf_gate_shut(&gate, f, len);
			}
		}
		assert_true(kept);
		bursts_are_shut_as_each_is(insn, &gate, &seed);
		assert_int_equal(shut[i] > 5000, cases[i].opens_for_some);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_program_is_refused),
		cmocka_unit_test(programs_return_what_they_should),
		cmocka_unit_test(gates_are_shut_for_none_that_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
