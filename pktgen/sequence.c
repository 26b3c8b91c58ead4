/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/sequence.h"

#include <string.h>

#include "pktgen/hot.h"
#include "pktgen/zipf.h"
#include "units/vary_file.h"

/* 2^64 over the golden ratio: a counter by it spreads over all bits. */
#define GOLDEN 0x9e3779b97f4a7c15ull

typedef unsigned __int128 wide;

/* The upper half of a product: x of all 2^64, made one of 0..n-1. */
static inline uint64_t below(uint64_t x, uint64_t n)
{
	return (uint64_t)((wide)x * n >> 64);
}

/* Any counter as 64 bits that look random (Steele's splitmix64). */
static inline uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* That of a range or list; `index` is below its count. */
static inline uint64_t value_of(const struct sequence *q, uint64_t index)
{
	if (q->listed == sizeof(uint32_t))
		return ((const uint32_t *)(uintptr_t)q->from)[index * q->step];
	if (q->listed)
		return ((const uint64_t *)(uintptr_t)q->from)[index * q->step];
	return q->from ^ ((q->from ^ (q->from + index * q->step)) & q->mask);
}

/*
 * ---- Shuffled -------------------------------------------------------------
 *
 * Of numbers of just as many bits as `count` needs a few multiplications by odd
 * numbers, each folded with its upper half, are a permutation that a key
 * chooses. From a number beyond `count` it goes on until it is back within,
 * fewer than twice in the mean ("cycle walking", Black and Rogaway, 2002).
 */

/* A key for each cycle of each seed; any number, too, as 64 other bits. */
static inline uint64_t key_of(uint64_t number, uint64_t seed)
{
	const uint64_t x = number + seed;
	const wide product = (wide)x * (x ^ 0xd6e8feb86659fd93ull);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint32_t permute(uint32_t x, uint64_t key, uint32_t mask,
			       unsigned half)
{
#define ROUND(factor)                            \
	x = (x + (uint32_t)key) * (factor)&mask; \
	x ^= x >> half;                          \
	key = key >> 13 | key << 51
	ROUND(0x9e3779b1u);
	ROUND(0x85ebca6bu);
	ROUND(0xc2b2ae35u);
	ROUND(0x27d4eb2fu);
#undef ROUND
	return x;
}

/* Apart, so that the first time has registers enough. */
static NOINLINE uint32_t walk(const struct sequence *q, uint32_t x,
			      uint64_t key)
{
	do
		x = permute(x, key, q->low, q->bits);
	while (x >= q->count);
	return x;
}

static NOINLINE uint64_t shuffled(const struct sequence *q,
				  const struct sequence_state *s)
{
	uint32_t x = permute(s->index, s->more, q->low, q->bits);

	if (unlikely(x >= q->count))
		x = walk(q, x, s->more);
	return value_of(q, x);
}

static void begin_cycle(const struct sequence *q, struct sequence_state *s,
			uint32_t cycle)
{
	s->index = 0;
	s->cycle = cycle;
	s->more = key_of(cycle, q->seed);
}

/*
 * ---- Making one -----------------------------------------------------------
 */

COLD size_t sequence_room(const struct vary *v)
{
	size_t room = 0;

	if (v->listed && !v->filed)
		room = v->count * sizeof(uint64_t);
	if (v->kind == VARY_ZIPF)
		room += sizeof(struct zipf_column) << zipf_bits(v->count);
	return room;
}

COLD static uint8_t kind_of(const struct vary *v)
{
	switch (v->kind) {
	case VARY_RANGE:
	case VARY_LIST:
		if (v->shuffled)
			return SEQUENCE_SHUFFLED;
		return v->listed ? SEQUENCE_LIST : SEQUENCE_RANGE;
	case VARY_RANDOM:
		return v->masked ? SEQUENCE_BITS : SEQUENCE_RANDOM;
	case VARY_ZIPF:
		return SEQUENCE_ZIPF;
	}
	return SEQUENCE_CONSTANT;
}

COLD static void put_list(const struct vary *v, const struct vary_pool *pool,
			  unsigned bits, uint64_t *list)
{
	for (uint64_t i = 0; i < v->count; i++)
		list[i] = vary_listed(v, bits, pool, i);
}

COLD void sequence_set_list(struct sequence *q, const struct vary *v,
			    const void *values, unsigned width)
{
	q->from = (uintptr_t)values;
	q->listed = (uint8_t)width;
	q->step = 1;
	if (!v->down)
		return;
	q->from += (v->count - 1) * width;
	q->step = UINT64_MAX;
}

COLD void sequence_make(struct sequence *q, const struct vary *v,
			const struct vary_pool *pool, unsigned bits,
			uint64_t seed, uint64_t outer_every, void *aux)
{
	*q = (struct sequence){
		.from = vary_low(v),
		.step = v->step,
		.mask = UINT64_MAX,
		.count = v->count,
		/* Seeds one after another are as far apart as any. */
		.seed = mix(mix(seed + GOLDEN)),
		.kind = kind_of(v),
	};
	if (__builtin_mul_overflow(v->every, outer_every, &q->every) ||
	    q->kind == SEQUENCE_CONSTANT)
		q->every = UINT64_MAX;
	if (v->masked)
		q->mask = v->step;
	else if (v->host_bits && v->host_bits < 64)
		q->mask = (1ull << v->host_bits) - 1;
	if (v->filed) {
		const struct vary_file *f = vary_file_of(v, pool);

		sequence_set_list(q, v, f->low, f->width);
	} else if (v->listed) {
		put_list(v, pool, bits, aux);
		sequence_set_list(q, v, aux, sizeof(uint64_t));
		aux = (uint64_t *)aux + v->count;
	} else if (v->down) {
		q->from = value_of(q, v->count - 1);
		q->step = -v->step;
	}
	/* Numbers of whole bits need not be scaled. */
	if (q->kind == SEQUENCE_RANDOM && !v->listed && v->step == 1 &&
	    (v->host_bits ||
	     !(v->count & (v->count - 1) || q->from & (v->count - 1)))) {
		q->kind = SEQUENCE_BITS;
		q->mask = v->count - 1;
	}
	if (q->kind == SEQUENCE_SHUFFLED) {
		q->low = UINT32_MAX >> __builtin_clz((uint32_t)(v->count - 1));
		q->bits = (uint8_t)((33 - __builtin_clz(q->low)) / 2);
	} else if (q->kind == SEQUENCE_ZIPF) {
		q->zipf = aux;
		q->bits = (uint8_t)zipf_bits(v->count);
		zipf_make(aux, v->count, v->exponent);
	}
}

/*
 * ---- Values ---------------------------------------------------------------
 */

/* Where sequence_draw() is after k steps from `x`. */
COLD static uint64_t jump(uint64_t x, uint64_t k)
{
	uint64_t factor = SEQUENCE_FACTOR, addend = SEQUENCE_ADDEND;

	for (; k; k >>= 1) {
		if (k & 1)
			x = x * factor + addend;
		addend *= factor + 1;
		factor *= factor;
	}
	return x;
}

/* The next that is drawn. */
static NOINLINE uint64_t draw(const struct sequence *q,
			      struct sequence_state *s)
{
	const uint64_t random = sequence_draw(s);

	return value_of(q, q->count ? below(random, q->count) : random);
}

/*
 * The upper 16 bits of 65,536 draws are each of as many once, in another order
 * each time, and those below go on evenly from one time to the next, so that
 * shares are soon what they should be. `at` has how many times it was, in
 * steps of GOLDEN, `more` which of these it is, and what chooses the order.
 */
static NOINLINE uint64_t draw_zipf(const struct sequence *q,
				   struct sequence_state *s)
{
	uint64_t random, low;

	if (!(s->more & 0xffff)) {
		s->at += GOLDEN;
		s->more = key_of(s->at, q->seed) & ~0xffffull;
	}
	random = permute(s->more & 0xffff, s->more >> 16, 0xffff, 8);
	s->more++;
	low = (random + q->seed) * SEQUENCE_FACTOR;
	low = (low ^ low >> 32) + s->at;
	random = random << 48 | low >> 16;
	return value_of(q, zipf_draw(q->zipf, q->bits, random));
}

static uint64_t draw_bits(const struct sequence *q, struct sequence_state *s)
{
	return q->from ^ ((q->from ^ sequence_draw(s)) & q->mask);
}

uint64_t sequence_at(const struct sequence *q, uint64_t n)
{
	struct sequence_state s;

	sequence_seek(q, &s, n);
	return s.value;
}

/* To the k-th value. */
COLD static void seek(const struct sequence *q, struct sequence_state *s,
		      uint64_t k)
{
	const uint64_t cycle = q->count ? k / q->count : 0;
	const uint64_t index = k - cycle * q->count;

	switch (q->kind) {
	case SEQUENCE_CONSTANT:
		s->value = q->from;
		break;
	case SEQUENCE_RANGE:
		s->at = q->count - index;
		s->value = value_of(q, index);
		break;
	case SEQUENCE_LIST:
		s->at = index;
		s->value = value_of(q, index);
		break;
	case SEQUENCE_SHUFFLED:
		begin_cycle(q, s, (uint32_t)cycle);
		s->index = (uint32_t)index;
		s->value = shuffled(q, s);
		break;
	case SEQUENCE_ZIPF:
		s->at = (k >> 16) * GOLDEN;
		if (k & 0xffff) {
			s->at += GOLDEN;
			s->more = (key_of(s->at, q->seed) & ~0xffffull) |
				  (k & 0xffff);
		}
		s->value = draw_zipf(q, s);
		break;
	default:
		s->at = jump(q->seed, k);
		s->value = sequence_step(q, s);
		break;
	}
}

void sequence_seek(const struct sequence *q, struct sequence_state *s,
		   uint64_t n)
{
	*s = (struct sequence_state){.left = q->every - n % q->every};
	seek(q, s, n / q->every);
}

uint64_t sequence_step(const struct sequence *q, struct sequence_state *s)
{
	/* The dearest first; a table of jumps would add to it. */
	if (q->kind == SEQUENCE_SHUFFLED) {
		if (unlikely(++s->index == (uint32_t)q->count))
			begin_cycle(q, s, s->cycle + 1);
		return shuffled(q, s);
	}
	if (q->kind == SEQUENCE_LIST) {
		if (++s->at == q->count)
			s->at = 0;
		return value_of(q, s->at);
	}
	if (q->kind == SEQUENCE_RANDOM)
		return draw(q, s);
	if (q->kind == SEQUENCE_ZIPF)
		return draw_zipf(q, s);
	if (q->kind == SEQUENCE_BITS)
		return draw_bits(q, s);
	/* A range is counted inline, but for the end of its cycle. */
	s->at = q->count;
	return q->from;
}

/*
 * ---- Many values ----------------------------------------------------------
 */

/* Two values, the first in the lower half: a place of memory is what costs. */
typedef uint64_t pair;

#define PAIR(v) ((pair)(uint32_t)(v) << 32 | (uint32_t)(v))

EDIT_INLINE void put_pair(uint32_t *value, pair two)
{
	memcpy(value, &two, sizeof(two));
}

/*
 * Up to the end of each cycle two at once: as one number, neither half goes
 * beyond its 32 bits, which the least and the most show.
 */
static void fill_range(const struct sequence *q, struct sequence_state *s,
		       uint32_t value[], unsigned n)
{
	const uint32_t step = (uint32_t)q->step;
	const pair mask = PAIR(q->mask), stays = PAIR(s->value) & ~mask;

	for (unsigned some; n; n -= some, value += some) {
		const int64_t by = (int32_t)step;
		uint32_t v = (uint32_t)s->value;
		const int64_t end = v + (int64_t)MIN(s->at, n) * by;
		pair two = PAIR(v) + ((pair)step << 32);

		some = (unsigned)MIN(s->at, n);
		if (likely(end >= 0 && end <= UINT32_MAX))
			for (unsigned i = 0; i < some;
			     i += 2, two += (pair)(2 * by) * PAIR(1))
				put_pair(value + i, stays | (two & mask));
		else
			for (unsigned i = 0; i < some; i++, v += step)
				value[i] =
					(uint32_t)stays | (v & (uint32_t)mask);
		s->at -= some;
		s->value ^= (s->value ^ (s->value + some * q->step)) & q->mask;
		if (!s->at) {
			s->at = q->count;
			s->value = q->from;
		}
	}
}

/* Each drawn value is the one behind, so the first comes from before. */
static void fill_bits(const struct sequence *q, struct sequence_state *s,
		      uint32_t value[], unsigned n)
{
	const pair mask = PAIR(q->mask), stays = PAIR(q->from) & ~mask;
	struct sequence_state now = *s;
	uint64_t last = s->value;

	for (unsigned i = 0; i + 2 <= n; i += 2) {
		pair two = (uint32_t)last | sequence_draw(&now) << 32;

		put_pair(value + i, stays | (two & mask));
		last = sequence_draw(&now);
	}
	if (n & 1) {
		value[n - 1] = (uint32_t)(stays | (last & mask));
		last = sequence_draw(&now);
	}
	s->at = now.at;
	s->value = q->from ^ ((q->from ^ last) & q->mask);
}

/* Of 4 or of 8 bytes; up to the end of each cycle. */
static void fill_list(const struct sequence *q, struct sequence_state *s,
		      uint32_t value[], unsigned n)
{
	for (unsigned some; n; n -= some, value += some) {
		const int64_t by = (int64_t)q->step * q->listed;
		const uint8_t *p = (const uint8_t *)(uintptr_t)q->from +
				   (int64_t)s->at * by;

		some = (unsigned)MIN(q->count - s->at, n);
		_Pragma("GCC unroll 4") for (unsigned i = 0; i < some;
					     i++, p += by)
			memcpy(&value[i], p, sizeof(value[i]));
		s->at += some;
		if (s->at == q->count)
			s->at = 0;
	}
	s->value = value_of(q, s->at);
}

/* Of numbers, by their places in the cycle. */
static void fill_shuffled(const struct sequence *q, struct sequence_state *s,
			  uint32_t value[], unsigned n)
{
	const uint32_t step = (uint32_t)q->step, low = q->low;
	const uint32_t from = (uint32_t)q->from, mask = (uint32_t)q->mask;
	const uint32_t stays = from & ~mask;
	const uint64_t count = q->count;
	const unsigned half = q->bits;

	for (unsigned some; n; n -= some, value += some) {
		const uint64_t key = s->more;
		const uint32_t index = s->index;

		some = (unsigned)MIN(n, count - index);
		for (unsigned i = 0; i < some; i++) {
			uint32_t x = permute(index + i, key, low, half);

			if (unlikely(x >= count))
				x = walk(q, x, key);
			x = x * step + from;
			value[i] = stays | (x & mask);
		}
		s->index += some;
		if (s->index == (uint32_t)count)
			begin_cycle(q, s, s->cycle + 1);
	}
	s->value = shuffled(q, s);
}

void sequence_fill(const struct sequence *q, struct sequence_state *s,
		   uint32_t value[], unsigned n)
{
	if (q->every == 1 && q->kind == SEQUENCE_RANGE) {
		fill_range(q, s, value, n);
	} else if (q->every == 1 && q->kind == SEQUENCE_BITS) {
		fill_bits(q, s, value, n);
	} else if (q->every == 1 && q->kind == SEQUENCE_SHUFFLED &&
		   !q->listed) {
		fill_shuffled(q, s, value, n);
	} else if (q->every == 1 && q->kind == SEQUENCE_LIST) {
		fill_list(q, s, value, n);
	} else {
		for (unsigned i = 0; i < n;) {
			const uint32_t v = (uint32_t)s->value;
			const unsigned some = (unsigned)MIN(s->left - 1, n - i);

			/* One that stays, up to the last frame that has it. */
			for (unsigned k = 0; k < some; k += 2)
				put_pair(value + i + k, PAIR(v));
			s->left -= some;
			i += some;
			if (i < n)
				value[i++] = (uint32_t)sequence_next(q, s);
		}
	}
}
