/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/bpf.h"

#include <stdio.h>
#include <string.h>

#include "capture/bpf_impl.h"

/* A number, and what stands behind it; false where there is none that fits. */
static bool take_number(const char **at, const char *end, uint64_t max,
			uint64_t *v)
{
	const char *p = *at;
	uint64_t n = 0;

	while (p < end && *p >= '0' && *p <= '9') {
		n = n * 10 + (uint64_t)(*p++ - '0');
		if (n > max)
			return false;
	}
	if (p == *at)
		return false;
	while (p < end && (*p == ' ' || *p == ',' || *p == ';' || *p == '\n' ||
			   *p == '\r' || *p == '\t'))
		p++;
	*at = p;
	*v = n;
	return true;
}

unsigned bpf_parse(const char *text, size_t len, struct bpf_insn *insn,
		   unsigned max, char why[BPF_WHY_MAX])
{
	const char *at = text, *end = text + len;
	uint64_t count, code, jt, jf, k;

	if (!take_number(&at, end, UINT32_MAX, &count)) {
		snprintf(why, BPF_WHY_MAX,
			 "it does not begin with its number of instructions");
		return 0;
	}
	if (!count || count > max) {
		snprintf(why, BPF_WHY_MAX,
			 "it has %llu instructions, not 1..%u",
			 (unsigned long long)count, max);
		return 0;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!take_number(&at, end, UINT16_MAX, &code) ||
		    !take_number(&at, end, UINT8_MAX, &jt) ||
		    !take_number(&at, end, UINT8_MAX, &jf) ||
		    !take_number(&at, end, UINT32_MAX, &k)) {
			snprintf(why, BPF_WHY_MAX,
				 "instruction %u is not four numbers: code, "
				 "jt, jf, k",
				 i);
			return 0;
		}
		insn[i] = (struct bpf_insn){(uint16_t)code, (uint8_t)jt,
					    (uint8_t)jf, (uint32_t)k};
	}
	if (at != end) {
		snprintf(why, BPF_WHY_MAX,
			 "it goes on after its %llu instructions",
			 (unsigned long long)count);
		return 0;
	}
	return (unsigned)count;
}

/* Nothing can be wrong with it. */
static bool is_plain(uint16_t code)
{
	switch (code) {
	case LD | W | ABS:
	case LD | H | ABS:
	case LD | B | ABS:
	case LD | W | IND:
	case LD | H | IND:
	case LD | B | IND:
	case LD | W | LEN:
	case LD | IMM:
	case LDX | IMM:
	case LDX | W | LEN:
	case LDX | B | MSH:
	case ALU | ADD | K:
	case ALU | SUB | K:
	case ALU | MUL | K:
	case ALU | OR | K:
	case ALU | AND | K:
	case ALU | XOR | K:
	case ALU | ADD | X:
	case ALU | SUB | X:
	case ALU | MUL | X:
	case ALU | DIV | X:
	case ALU | MOD | X:
	case ALU | OR | X:
	case ALU | AND | X:
	case ALU | XOR | X:
	case ALU | LSH | X:
	case ALU | RSH | X:
	case ALU | NEG:
	case MISC | TAX:
	case MISC | TXA:
	case RET | K:
	case RET | A:
		return true;
	default:
		return false;
	}
}

/* A clause of what is wrong with an instruction, or NULL. */
static const char *wrong(const struct bpf_insn *i, unsigned left)
{
	if (is_plain(i->code))
		return NULL;
	switch (i->code) {
	case LD | MEM:
	case LDX | MEM:
	case ST:
	case STX:
		return i->k < BPF_MEM_WORDS ? NULL : "there is no such memory";
	case ALU | DIV | K:
	case ALU | MOD | K:
		return i->k ? NULL : "it divides by 0";
	case ALU | LSH | K:
	case ALU | RSH | K:
		return i->k < 32 ? NULL : "it shifts by over 31 bits";
	case JMP | JA:
		return i->k < left ? NULL : "it jumps out of the program";
	case JMP | JEQ | K:
	case JMP | JGT | K:
	case JMP | JGE | K:
	case JMP | JSET | K:
	case JMP | JEQ | X:
	case JMP | JGT | X:
	case JMP | JGE | X:
	case JMP | JSET | X:
		return i->jt < left && i->jf < left
			       ? NULL
			       : "it jumps out of the program";
	default:
		return "there is no such instruction";
	}
}

/* Which words of memory have a value before an instruction, as bits. */
struct known {
	uint16_t before[BPF_INSNS_MAX];
};

static void come_from(struct known *known, unsigned to, uint16_t words)
{
	known->before[to] &= words;
}

/*
 * libpcap 1.10.3 compiles some of `geneve` and `vxlan` to programs that load
 * what no instruction stored; what these keep is chance. False of one, with the
 * instruction in *at.
 */
static bool stored_before_loaded(const struct bpf_insn *insn, unsigned count,
				 unsigned *at)
{
	struct known known;

	memset(known.before, 0xff, count * sizeof(known.before[0]));
	known.before[0] = 0;
	for (unsigned n = 0; n < count; n++) {
		const struct bpf_insn *i = &insn[n];
		uint16_t words = known.before[n];

		switch (i->code) {
		case LD | MEM:
		case LDX | MEM:
			if (!(words >> i->k & 1)) {
				*at = n;
				return false;
			}
			break;
		case ST:
		case STX:
			words |= (uint16_t)(1u << i->k);
			break;
		case JMP | JA:
			come_from(&known, n + 1 + i->k, words);
			continue;
		default:
			if ((i->code & CLASS) == RET)
				continue;
			if ((i->code & CLASS) == JMP) {
				come_from(&known, n + 1u + i->jt, words);
				come_from(&known, n + 1u + i->jf, words);
				continue;
			}
		}
		come_from(&known, n + 1, words);
	}
	return true;
}

bool bpf_check(const struct bpf_insn *insn, unsigned count,
	       char why[BPF_WHY_MAX])
{
	unsigned at;

	if (!count || count > BPF_INSNS_MAX) {
		snprintf(why, BPF_WHY_MAX, "it has %u instructions, not 1..%u",
			 count, BPF_INSNS_MAX);
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		const char *what = wrong(&insn[i], count - 1 - i);

		if (what) {
			snprintf(why, BPF_WHY_MAX,
				 "instruction %u (code %u, k %u): %s", i,
				 insn[i].code, (unsigned)insn[i].k, what);
			return false;
		}
	}
	if ((insn[count - 1].code & CLASS) != RET) {
		snprintf(why, BPF_WHY_MAX,
			 "instruction %u, the last, does not "
			 "return",
			 count - 1);
		return false;
	}
	if (!stored_before_loaded(insn, count, &at)) {
		snprintf(why, BPF_WHY_MAX,
			 "instruction %u loads memory that none before it "
			 "stored",
			 at);
		return false;
	}
	return true;
}
