/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/sequence.h"

#include <stdbool.h>
#include <string.h>

#include "pktgen/zipf.h"

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
	if (q->listed)
		return ((const uint64_t *)(uintptr_t)q->from)[index];
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

#define ROUNDS 5

/* A key for each cycle of each seed; any number, too, as 64 other bits. */
static inline uint64_t key_of(uint64_t number, uint64_t seed)
{
	const uint64_t x = number + seed;
	const wide product = (wide)x * (x ^ 0xd6e8feb86659fd93ull);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t shuffled(const struct sequence *q, uint32_t cycle,
			 uint32_t index)
{
	const uint64_t mask = UINT64_MAX >> (64 - q->bits);
	const unsigned half = (q->bits + 1u) / 2;
	const uint64_t first = key_of(cycle, q->seed);
	uint64_t x = index;

	do {
		uint64_t key = first;

#pragma GCC unroll 5
		for (unsigned i = 0; i < ROUNDS; i++) {
			x = (x + (key >> 32)) * (key | 1) & mask;
			x ^= x >> half;
			key = key >> 17 | key << 47;
		}
	} while (x >= q->count);
	return value_of(q, x);
}

/*
 * ---- Making one -----------------------------------------------------------
 */

size_t sequence_room(const struct vary *v)
{
	size_t room = v->listed ? v->count * sizeof(uint64_t) : 0;

	if (v->kind == VARY_ZIPF)
		room += sizeof(struct zipf_column) << zipf_bits(v->count);
	return room;
}

static uint8_t kind_of(const struct vary *v)
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

/* The values of the list, in the order they come. */
static void put_list(struct sequence *q, const struct vary *v,
		     const struct vary_pool *pool, unsigned bits,
		     uint64_t *list)
{
	q->from = (uintptr_t)list;
	q->listed = 1;
	for (uint64_t i = 0; i < v->count; i++)
		list[v->down ? v->count - 1 - i : i] =
			vary_listed(v, bits, pool, i);
}

void sequence_make(struct sequence *q, const struct vary *v,
		   const struct vary_pool *pool, unsigned bits, uint64_t seed,
		   uint64_t outer_every, void *aux)
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
	if (v->listed) {
		put_list(q, v, pool, bits, aux);
		aux = (uint64_t *)aux + v->count;
	} else if (v->down) {
		q->from = value_of(q, v->count - 1);
		q->step = -v->step;
	}
	if (q->kind == SEQUENCE_SHUFFLED) {
		q->bits = (uint8_t)(64 - __builtin_clzll(v->count - 1));
	} else if (q->kind == SEQUENCE_ZIPF) {
		q->zipf = aux;
		q->bits = (uint8_t)zipf_bits(v->count);
		zipf_make(aux, v->count, v->exponent);
	}
}

/*
 * ---- Values ---------------------------------------------------------------
 */

/*
 * The k-th draw's 64 bits, of which the upper 16 are each of 65,536 once in as
 * many draws, in another order each time: shares are soon as they should be.
 */
static uint64_t even(uint64_t k, uint64_t seed)
{
	const uint64_t key = key_of(k >> 16, seed);
	uint16_t x = (uint16_t)(k ^ key >> 48);

	x = (uint16_t)(x * ((uint32_t)key | 1));
	x ^= x >> 7;
	x = (uint16_t)(x * ((uint32_t)(key >> 16) | 1));
	x ^= x >> 9;
	x = (uint16_t)(x * 0x9e37u);
	return (uint64_t)x << 48 | mix(seed + k * GOLDEN) >> 16;
}

/* The k-th that is drawn. */
static uint64_t drawn(const struct sequence *q, uint64_t k)
{
	uint64_t random;

	if (q->kind == SEQUENCE_ZIPF)
		return value_of(q,
				zipf_draw(q->zipf, q->bits, even(k, q->seed)));
	random = mix(q->seed + k * GOLDEN);
	if (q->kind == SEQUENCE_BITS)
		return q->from ^ ((q->from ^ random) & q->mask);
	return value_of(q, q->count ? below(random, q->count) : random);
}

uint64_t sequence_at(const struct sequence *q, uint64_t n)
{
	struct sequence_state s;

	sequence_seek(q, &s, n);
	return s.value;
}

void sequence_seek(const struct sequence *q, struct sequence_state *s,
		   uint64_t n)
{
	const uint64_t k = n / q->every;
	const uint64_t cycle = q->count ? k / q->count : 0;
	const uint64_t index = k - cycle * q->count;

	s->left = q->every - n % q->every;
	switch (q->kind) {
	case SEQUENCE_CONSTANT:
		s->at = 0;
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
		s->cycle = (uint32_t)cycle;
		s->index = (uint32_t)index;
		s->value = shuffled(q, s->cycle, s->index);
		break;
	default:
		s->at = k;
		s->value = drawn(q, s->at);
		break;
	}
}

uint64_t sequence_step(const struct sequence *q, struct sequence_state *s)
{
	switch (q->kind) {
	case SEQUENCE_CONSTANT:
		return q->from;
	case SEQUENCE_RANGE:
		/* The inline part counts, and leaves the cycle's end. */
		s->at = q->count;
		return q->from;
	case SEQUENCE_LIST:
		if (++s->at == q->count)
			s->at = 0;
		return value_of(q, s->at);
	case SEQUENCE_SHUFFLED:
		if (++s->index == (uint32_t)q->count) {
			s->index = 0;
			s->cycle++;
		}
		return shuffled(q, s->cycle, s->index);
	default:
		return drawn(q, ++s->at);
	}
}
