/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/bpf_gate.h"

#include "capture/bpf_impl.h"

#define FIELDS_MAX 24   /* of a way, while it is walked */
#define PENDING_MAX 32  /* ways that are still to be walked */
#define STEPS_MAX 10000 /* instructions, of all ways */
#define FRAME_MAX 512   /* bytes: what lies behind is no field */
#define NO_OPTIONS 5    /* IPv4's header, in words */

/* What is known of a register. */
struct known {
	enum { ANYTHING, NUMBER, FIELD } kind;
	uint32_t number; /* FIELD: those bits of it that are left */
	uint16_t at;
	uint8_t bytes;
};

/* Where a way is, after some of its fields. */
struct place {
	const struct bpf_insn *insn;
	struct known a, x;
	unsigned nb;
};

struct walk {
	struct bpf_gate *gate;
	unsigned steps, nb_pending;
	struct bpf_field field[FIELDS_MAX];
	/* At what may go two ways, of which the second is to be walked. */
	struct place pending[PENDING_MAX];
};

static const struct known anything;

static struct known number(uint32_t v)
{
	return (struct known){.kind = NUMBER, .number = v};
}

static struct known field(uint64_t at, unsigned bytes)
{
	if (at + bytes > FRAME_MAX)
		return anything;
	return (struct known){FIELD, UINT32_MAX >> (32 - 8 * bytes),
			      (uint16_t)at, (uint8_t)bytes};
}

/* One more field of a way; false: no frame has all of them. */
static bool must(struct walk *w, struct place *p, const struct known *of,
		 uint32_t bits, uint32_t value, bool differs)
{
	/* 4 bytes that end with it, so that no frame is too short for them. */
	const unsigned end = of->at + of->bytes;
	const unsigned at = end < 4 ? 0 : end - 4;
	const unsigned up = 8 * (at + 4 - end);
	const uint32_t mask = bits & of->number;
	const struct bpf_field f = {__builtin_bswap32(mask << up),
				    __builtin_bswap32(value << up),
				    (uint16_t)at, differs};

	if (value & ~mask)
		return differs;
	for (unsigned i = 0; i < p->nb; i++) {
		const struct bpf_field *const had = &w->field[i];

		if (had->at != f.at || had->mask != f.mask)
			continue;
		if (had->value == f.value ? had->differs != f.differs
					  : !had->differs && !f.differs)
			return false;
	}
	if (p->nb < FIELDS_MAX)
		w->field[p->nb++] = f;
	return true;
}

/* The first or second way from here; false: no frame goes there. */
static bool go(struct walk *w, struct place *p, bool second)
{
	const struct bpf_insn *i = p->insn++;
	const struct known ihl = field(i->k, 1);

	switch (i->code) {
	case LDX | B | MSH:
		p->x = second ? anything : number(NO_OPTIONS * 4);
		return ihl.kind == ANYTHING ||
		       must(w, p, &ihl, 0xf, NO_OPTIONS, second);
	case JMP | JEQ | K:
		p->insn += second ? i->jf : i->jt;
		if (p->a.kind == NUMBER)
			return (p->a.number == i->k) != second;
		return p->a.kind == ANYTHING ||
		       must(w, p, &p->a, UINT32_MAX, i->k, second);
	case JMP | JSET | K:
		p->insn += second ? i->jf : i->jt;
		return p->a.kind != FIELD ||
		       must(w, p, &p->a, i->k, 0, !second);
	default:
		p->insn += second ? i->jf : i->jt;
		return true;
	}
}

/*
 * How much a field tells. What lies behind in a frame is less usual than what
 * is before it; that one is not what it could be tells nothing, but for the
 * length of a header.
 */
static unsigned tells(const struct bpf_field *f)
{
	if (f->differs)
		return f->mask == __builtin_bswap32(0xf) ? FRAME_MAX : 0;
	return f->at + 1u;
}

static void open_for_all(struct walk *w)
{
	w->gate->need = UINT32_MAX;
	w->gate->nb = 0;
	w->nb_pending = 0;
}

static bool alike(const struct bpf_field *f, const struct bpf_field *g)
{
	return f->at == g->at && f->mask == g->mask && f->value == g->value &&
	       f->differs == g->differs;
}

/* Of a way only what one more, which begins alike, has as well. */
static void join(struct bpf_field way[BPF_GATE_FIELDS],
		 const struct bpf_field *field, unsigned nb)
{
	for (unsigned k = 1; k < BPF_GATE_FIELDS; k++) {
		unsigned i = 0;

		while (i < nb && !alike(&way[k], &field[i]))
			i++;
		if (i == nb)
			way[k] = way[0];
	}
}

/*
 * The fields of a way that tell most, the first of them first; where there are
 * fewer it is asked again.
 */
static void add_way(struct walk *w, unsigned nb)
{
	struct bpf_gate *const g = w->gate;
	struct bpf_field best[BPF_GATE_FIELDS], left[FIELDS_MAX];
	const unsigned all = nb;

	if (!nb) {
		open_for_all(w);
		return;
	}
	memcpy(left, w->field, nb * sizeof(left[0]));
	for (unsigned k = 0; k < BPF_GATE_FIELDS; k++) {
		unsigned at = 0;

		for (unsigned i = 1; i < nb; i++)
			if (tells(&left[i]) > tells(&left[at]))
				at = i;
		best[k] = left[at];
		if (nb > 1)
			left[at] = left[--nb];
	}
	for (unsigned i = 0; i < g->nb; i++) {
		if (alike(&g->way[i][0], &best[0])) {
			join(g->way[i], w->field, all);
			return;
		}
	}
	if (g->nb == BPF_GATE_WAYS) {
		open_for_all(w);
		return;
	}
	memcpy(g->way[g->nb++], best, sizeof(best));
	for (unsigned k = 0; k < BPF_GATE_FIELDS; k++)
		if (g->need < best[k].at + 4u)
			g->need = best[k].at + 4u;
}

static void load_a(struct place *p, const struct bpf_insn *i)
{
	const unsigned bytes = i->code & B ? 1 : i->code & H ? 2 : 4;

	switch (i->code & MODE) {
	case ABS:
		p->a = field(i->k, bytes);
		break;
	case IND:
		p->a = p->x.kind == NUMBER
			       ? field((uint64_t)p->x.number + i->k, bytes)
			       : anything;
		break;
	case IMM:
		p->a = number(i->k);
		break;
	default:
		p->a = anything;
	}
}

/* All but what may go two ways, and returns. */
static void step(struct place *p, const struct bpf_insn *i)
{
	switch (i->code & CLASS) {
	case LD:
		load_a(p, i);
		break;
	case LDX:
		p->x = (i->code & MODE) == IMM ? number(i->k) : anything;
		break;
	case ALU:
		if (i->code == (ALU | AND | K) && p->a.kind != ANYTHING)
			p->a.number &= i->k;
		else
			p->a = anything;
		break;
	case MISC:
		if (i->code & TXA)
			p->a = p->x;
		else
			p->x = p->a.kind == NUMBER ? p->a : anything;
		break;
	default:
		break;
	}
}

/* On to where it returns. */
static void walk(struct walk *w, struct place *p)
{
	for (;;) {
		const struct bpf_insn *i = p->insn;
		const unsigned class = i->code & CLASS;

		if (++w->steps > STEPS_MAX || w->nb_pending == PENDING_MAX) {
			open_for_all(w);
			return;
		}
		if (class == RET) {
			if (i->code != (RET | K) || i->k)
				add_way(w, p->nb);
			return;
		}
		if (i->code == (JMP | JA)) {
			p->insn += 1 + i->k;
		} else if (class == JMP || i->code == (LDX | B | MSH)) {
			w->pending[w->nb_pending++] = *p;
			if (!go(w, p, false))
				return;
		} else {
			step(p, i);
			p->insn++;
		}
	}
}

void bpf_gate_make(struct bpf_gate *g, const struct bpf_insn *insn)
{
	struct walk w = {.gate = g};
	struct place p = {.insn = insn};

	g->need = 0;
	g->nb = 0;
	walk(&w, &p);
	while (w.nb_pending) {
		p = w.pending[--w.nb_pending];
		if (go(&w, &p, true))
			walk(&w, &p);
	}
	if (g->need < sizeof(uint64_t))
		g->need = sizeof(uint64_t);
}
