/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/bpf.h"
#include "capture/bpf_impl.h"

struct frame {
	const unsigned char *byte;
	uint32_t len;
};

/*
 * The big-endian number of `bytes` at `at`, or false. An offset of over 32 bits
 * is beyond any frame.
 */
static inline bool load(const struct frame *f, uint64_t at, unsigned bytes,
			uint32_t *v)
{
	const unsigned char *p = f->byte + at;

	if (at + bytes > f->len)
		return false;
	switch (bytes) {
	case 4:
		*v = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		     (uint32_t)p[2] << 8 | p[3];
		break;
	case 2:
		*v = (uint32_t)p[0] << 8 | p[1];
		break;
	default:
		*v = p[0];
	}
	return true;
}

static inline unsigned width(uint16_t code)
{
	return code & B ? 1 : code & H ? 2 : 4;
}

/* False: the divisor is 0. */
static inline bool alu(uint16_t code, uint32_t *a, uint32_t with)
{
	switch (code & OP) {
	case ADD:
		*a += with;
		return true;
	case SUB:
		*a -= with;
		return true;
	case MUL:
		*a *= with;
		return true;
	case DIV:
		if (!with)
			return false;
		*a /= with;
		return true;
	case MOD:
		if (!with)
			return false;
		*a %= with;
		return true;
	case OR:
		*a |= with;
		return true;
	case AND:
		*a &= with;
		return true;
	case XOR:
		*a ^= with;
		return true;
	case LSH:
		*a = with < 32 ? *a << with : 0;
		return true;
	case RSH:
		*a = with < 32 ? *a >> with : 0;
		return true;
	default: /* NEG */
		*a = -*a;
		return true;
	}
}

static inline bool jumps(uint16_t code, uint32_t a, uint32_t with)
{
	switch (code & OP) {
	case JEQ:
		return a == with;
	case JGT:
		return a > with;
	case JGE:
		return a >= with;
	default: /* JSET */
		return a & with;
	}
}

struct machine {
	struct frame frame;
	uint32_t wire_len;
	uint32_t a, x;
	uint32_t mem[BPF_MEM_WORDS];
};

/* False: what is loaded is not in the frame. */
static inline bool load_a(struct machine *m, const struct bpf_insn *i)
{
	switch (i->code & MODE) {
	case ABS:
		return load(&m->frame, i->k, width(i->code), &m->a);
	case IND:
		return load(&m->frame, (uint64_t)m->x + i->k, width(i->code),
			    &m->a);
	case LEN:
		m->a = m->wire_len;
		return true;
	case MEM:
		m->a = m->mem[i->k];
		return true;
	default: /* IMM */
		m->a = i->k;
		return true;
	}
}

static inline bool load_x(struct machine *m, const struct bpf_insn *i)
{
	uint32_t byte;

	switch (i->code & MODE) {
	case MSH: /* the length of IPv4's header */
		if (!load(&m->frame, i->k, 1, &byte))
			return false;
		m->x = (byte & 0xf) << 2;
		return true;
	case LEN:
		m->x = m->wire_len;
		return true;
	case MEM:
		m->x = m->mem[i->k];
		return true;
	default: /* IMM */
		m->x = i->k;
		return true;
	}
}

/* All but jumps and returns. False: the frame is dropped. */
static bool step(struct machine *m, const struct bpf_insn *i)
{
	const uint32_t with = i->code & X ? m->x : i->k;

	switch (i->code & CLASS) {
	case LD:
		return load_a(m, i);
	case LDX:
		return load_x(m, i);
	case ST:
		m->mem[i->k] = m->a;
		return true;
	case STX:
		m->mem[i->k] = m->x;
		return true;
	case ALU:
		return alu(i->code, &m->a, with);
	default: /* MISC */
		if (i->code & TXA)
			m->a = m->x;
		else
			m->x = m->a;
		return true;
	}
}

/* What the filters of most people consist of has a way of its own. */
uint32_t bpf_run(const struct bpf_insn *insn, const void *frame,
		 uint32_t wire_len, uint32_t len)
{
	const struct frame f = {frame, len};
	struct machine m; /* where step() is called; its memory all along */
	uint32_t a = 0, x = 0;
	bool ok = true;

	for (const struct bpf_insn *i = insn; ok; i++) {
		const uint32_t k = i->k;

		switch (i->code) {
		case LD | W | ABS:
			ok = load(&f, k, 4, &a);
			break;
		case LD | H | ABS:
			ok = load(&f, k, 2, &a);
			break;
		case LD | B | ABS:
			ok = load(&f, k, 1, &a);
			break;
		case LD | H | IND:
			ok = load(&f, (uint64_t)x + k, 2, &a);
			break;
		case ALU | AND | K:
			a &= k;
			break;
		case JMP | JEQ | K:
			i += a == k ? i->jt : i->jf;
			break;
		case JMP | JGT | K:
			i += a > k ? i->jt : i->jf;
			break;
		case JMP | JGE | K:
			i += a >= k ? i->jt : i->jf;
			break;
		case JMP | JSET | K:
			i += a & k ? i->jt : i->jf;
			break;
		case JMP | JA:
			i += k;
			break;
		case JMP | JEQ | X:
		case JMP | JGT | X:
		case JMP | JGE | X:
		case JMP | JSET | X:
			i += jumps(i->code, a, x) ? i->jt : i->jf;
			break;
		case RET | K:
			return k;
		case RET | A:
			return a;
		default:
			m.frame = f;
			m.wire_len = wire_len;
			m.a = a;
			m.x = x;
			ok = step(&m, i);
			a = m.a;
			x = m.x;
		}
	}
	return 0;
}
