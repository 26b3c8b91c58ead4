/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/pacer_shape.h"

#include <uk/essentials.h>

#include "pktgen/pacer.h"
#include "stats/wide.h"

/* A piece is shorter than 2^31 ns, so it has fewer frames than that. */
#define PIECE_BITS 31
#define CUT_MAX 24

/* ---- Amounts ------------------------------------------------------------- */

static unsigned bits_of(wide v)
{
	const uint64_t high = (uint64_t)(v >> 64), low = (uint64_t)v;

	if (high)
		return 128 - (unsigned)__builtin_clzll(high);
	return low ? 64 - (unsigned)__builtin_clzll(low) : 0;
}

/* v * f, f in 2^-64. */
static wide share(wide v, uint64_t f)
{
	return (v >> 64) * f + (((wide)(uint64_t)v * f) >> 64);
}

/* What a part comes to: at the mean of its two rates. */
static wide amount(const struct pace_part *part)
{
	/* Each below 2^64 * 2^47. */
	return ((wide)part->from * part->ns + (wide)part->to * part->ns) / 2;
}

wide pace_curve_round(const struct pace_curve *c, uint64_t *ns)
{
	wide sum = 0;

	*ns = 0;
	for (unsigned i = c->again; i < c->nb; i++) {
		sum += amount(&c->part[i]);
		*ns += c->part[i].ns;
	}
	return sum;
}

bool pace_curve_alike(const struct pace_curve *a, const struct pace_curve *b,
		      bool rates)
{
	bool alike = a->nb == b->nb && a->again == b->again;

	for (unsigned i = 0; alike && i < a->nb; i++) {
		const struct pace_part *x = &a->part[i], *y = &b->part[i];

		alike = x->ns == y->ns && x->smooth == y->smooth &&
			(!rates || (x->from == y->from && x->to == y->to));
	}
	return alike;
}

/* In 2^-60, by the series, good to that. */
#define ONE (1ull << 60)
#define PI_SQUARED 11378879155978302162ull /* in 2^-60 */

static uint64_t mul(uint64_t a, uint64_t b)
{
	return (uint64_t)((wide)a * b >> 60);
}

/* sin(pi * u) / pi, 0 <= u <= 1. */
static uint64_t sine(uint64_t u)
{
	const uint64_t at = MIN(u, ONE - u);
	const uint64_t square = mul(mul(at, at), PI_SQUARED);
	uint64_t sum = ONE;

	for (unsigned n = 22; n; n -= 2)
		sum = ONE - mul(square, sum) / (n * (n + 1));
	return mul(at, sum);
}

/* How much of the slope has come by `piece`, in 2^-64: 1/2 at the end. */
static uint64_t risen(const struct pacer_shape *s, uint64_t piece)
{
	const uint64_t at = piece << (60 - s->cut);

	if (s->curve.part[s->part].smooth)
		return (at - sine(at)) << 3;
	return (uint64_t)((wide)at * at >> (120 - 63));
}

/* The amount of the part before a piece. */
static wide before(const struct pacer_shape *s, uint64_t piece)
{
	const wide flat = (s->flat >> s->cut) * piece;
	const wide slope = share(s->slope, risen(s, piece));
	wide sum = s->falls ? flat - MIN(flat, slope) : flat + slope;

	if (piece >> s->cut)
		return s->all;
	/* Rounding makes none less than the one before. */
	sum = MAX(sum, s->done);
	return MIN(sum, s->all);
}

/* Lets an amount pass; returns how many frames fell due in it. */
static uint64_t pass(struct pacer_shape *s, wide by)
{
	uint64_t part;

	if (by <= s->owed) {
		s->owed -= (uint64_t)by;
		return 0;
	}
	by -= s->owed;
	part = (uint64_t)by;
	s->owed = -part;
	return (uint64_t)(by >> 64) + (part != 0);
}

/* ---- Parts --------------------------------------------------------------- */

/*
 * Within a piece the rate is taken for constant. By that no frame is more than
 * 1/8 of a gap off when the pieces are as many as the root of the slope.
 */
static void enter(struct pacer_shape *s, unsigned i)
{
	const struct pace_part *part = &s->curve.part[i];
	unsigned bits;

	s->part = i;
	s->falls = part->to < part->from;
	s->flat = (wide)part->from * part->ns;
	s->slope = (wide)(s->falls ? part->from - part->to
				   : part->to - part->from) *
		   part->ns;
	s->all = amount(part);
	bits = bits_of(s->slope >> 64);
	s->cut = (bits + part->smooth + 1) / 2;
	while (part->ns >> s->cut >> PIECE_BITS)
		s->cut++;
	s->cut = MIN(s->cut, (unsigned)CUT_MAX);
	s->length = (uint64_t)(((wide)part->ns << 32) >> s->cut);
	s->piece = 0;
	s->done = 0;
}

static void leave(struct pacer_shape *s)
{
	s->start_ns += s->curve.part[s->part].ns;
	enter(s, s->part + 1 < s->curve.nb ? s->part + 1 : s->curve.again);
}

/* Whole rounds are passed at once; false where all that comes has no frame. */
static bool next_part(struct pacer_shape *s)
{
	uint64_t ns, n;
	wide round;

	leave(s);
	if (s->part != s->curve.again)
		return true;
	round = pace_curve_round(&s->curve, &ns);
	if (round > s->owed)
		return true;
	if (!round)
		return false;
	n = (uint64_t)wide_div(s->owed, round);
	s->owed -= (uint64_t)(n * round);
	s->start_ns += n * ns;
	return true;
}

/* ---- Times --------------------------------------------------------------- */

/* `of` * n / d, n <= d < 2^32, rounded down. */
static uint64_t fraction(uint64_t of, uint64_t n, uint64_t d)
{
	const wide product = (wide)of * n;
	const uint64_t high = (uint64_t)(product >> 32);

	return (high / d << 32) + ((high % d) << 32 | (uint32_t)product) / d;
}

/* The piece before the next one has `n` frames, the first after `owed`. */
static void set_times(struct pacer *p, wide amount, uint64_t owed, uint64_t n)
{
	const struct pacer_shape *s = p->shape;
	const unsigned bits = bits_of(amount);
	const unsigned cut = bits > 32 ? bits - 32 : 0;
	const uint64_t all = (uint64_t)(amount >> cut);
	wide at = (wide)s->start_ns << 32;
	uint64_t gap = 0;

	at += (wide)s->length * (s->piece - 1);
	at += fraction(s->length, owed >> cut, all);
	if (n > 1)
		gap = fraction(s->length, 1ull << (64 - cut), all);
	p->next_ns = (uint64_t)(at >> 32);
	p->next_frac = (uint32_t)at;
	p->step = (struct gap){gap >> 32, (uint32_t)gap};
	p->left = (unsigned)n;
}

/* From the next piece on the first that has a frame. */
static void find(struct pacer *p)
{
	struct pacer_shape *s = p->shape;
	uint64_t owed, n;
	wide had;

	do {
		while (s->piece >> s->cut || (!s->piece && s->all <= s->owed)) {
			s->owed -= (uint64_t)(s->piece ? 0 : s->all);
			if (!next_part(s)) {
				p->next_ns = PACER_NEVER;
				p->left = 1;
				return;
			}
		}
		owed = s->owed;
		had = s->done;
		s->done = before(s, ++s->piece);
		n = pass(s, s->done - had);
	} while (!n);
	set_times(p, s->done - had, owed, n);
}

void pacer_shape_start(struct pacer *p, const struct pace_curve *curve,
		       uint32_t phase, uint64_t now_ns)
{
	struct pacer_shape *s = p->shape;

	s->curve = *curve;
	s->origin_ns = s->start_ns = now_ns;
	s->owed = (uint64_t)phase << 32;
	enter(s, 0);
	find(p);
}

void pacer_shape_step(struct pacer *p)
{
	uint64_t frac;

	if (!--p->left) {
		find(p);
		return;
	}
	frac = (uint64_t)p->next_frac + p->step.frac;
	p->next_frac = (uint32_t)frac;
	p->next_ns += p->step.ns + (frac >> 32);
}

/* Goes on to the piece that `to_ns` is in; returns the frames before it. */
static uint64_t jump(struct pacer_shape *s, uint64_t to_ns)
{
	uint64_t n = 0, ns, piece, rounds;
	wide round, had;

	for (;;) {
		if (s->part == s->curve.again && !s->piece) {
			round = pace_curve_round(&s->curve, &ns);
			rounds = (to_ns - s->start_ns) / ns;
			n += pass(s, rounds * round);
			s->start_ns += rounds * ns;
		}
		if (to_ns - s->start_ns < s->curve.part[s->part].ns)
			break;
		n += pass(s, s->all - s->done);
		leave(s);
	}
	piece = (uint64_t)wide_div((wide)(to_ns - s->start_ns) << 32,
				   s->length);
	if (piece <= s->piece)
		return n;
	had = s->done;
	s->piece = piece;
	s->done = before(s, piece);
	return n + pass(s, s->done - had);
}

uint64_t pacer_shape_seek(struct pacer *p, uint64_t to_ns)
{
	struct pacer_shape *s = p->shape;
	uint64_t n = 0, m;
	wide end;

	if (p->next_ns >= to_ns)
		return 0;
	end = ((wide)s->start_ns << 32) + (wide)s->length * s->piece;
	if (to_ns > (uint64_t)(end >> 32)) {
		n = p->left + jump(s, to_ns);
		find(p);
	}
	while (p->next_ns < to_ns) {
		m = MIN((to_ns - p->next_ns) / (p->step.ns + 1),
			(uint64_t)p->left - 1);
		end = (wide)m * ((wide)p->step.ns << 32 | p->step.frac) +
		      ((wide)p->next_ns << 32 | p->next_frac);
		p->next_ns = (uint64_t)(end >> 32);
		p->next_frac = (uint32_t)end;
		p->left -= (unsigned)m;
		n += m;
		if (p->next_ns >= to_ns)
			break;
		pacer_shape_step(p);
		n++;
	}
	return n;
}
