/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a struct vary comes to: a value for each frame, which depends on the
 * value's words, the seed and the frame's number alone. Integers only, so that
 * a seed gives the same bytes on any machine.
 *
 * Nested like an odometer are fields of which each has as `outer_every` the
 * product of the cycles within it: 1 for the innermost, then vary_cycle() of
 * that one, then both cycles multiplied, and so on.
 */
#ifndef PKTGEN_SEQUENCE_H
#define PKTGEN_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/alloc.h>
#include <uk/essentials.h>

#include "units/vary.h"

enum sequence_kind {
	SEQUENCE_CONSTANT,
	SEQUENCE_RANGE,
	SEQUENCE_BITS, /* drawn: those of the mask */
	SEQUENCE_LIST,
	SEQUENCE_SHUFFLED,
	SEQUENCE_RANDOM,
	SEQUENCE_ZIPF,
};

struct zipf_column;

/* Compiled; pktgen/sequence.c's own but for what is inline below. */
struct sequence {
	uint64_t from, step; /* of value 0 and between two */
	uint64_t mask;       /* bits of `from` that vary */
	uint64_t count;      /* as in struct vary */
	uint64_t every;
	uint64_t seed;
	const struct zipf_column *zipf;
	uint8_t kind;
	uint8_t bits;   /* ZIPF: 2^bits columns; SHUFFLED: half of low's */
	uint8_t listed; /* bytes of a list's values: `from` is where these are,
			   `step` 1, or -1 from the last to the first */
	uint32_t low;   /* SHUFFLED: the bits that `count` needs */
};

/* Where in a sequence a flow is. */
struct sequence_state {
	uint64_t value; /* of the next frame */
	uint64_t left;  /* frames that have it, the next one included */
	union {
		uint64_t
			at; /* values left in the cycle; index; what is drawn */
		struct {
			uint32_t index, cycle; /* SHUFFLED */
		};
	};
	uint64_t
		more; /* SHUFFLED: the cycle's key; ZIPF: how many were drawn */
};

/* Bytes that sequence_make() needs beside a sequence, 0 for most. */
size_t sequence_room(const struct vary *v);

/*
 * Compiles the values of a field of `bits` bits; its list is in `pool`, which
 * is not needed afterwards, but for its files. `aux` has sequence_room() bytes,
 * aligned to 8, and belongs to the sequence as long as it is used: a copy of
 * the struct shares it. Each value stays for the frames that it has by its
 * words, times `outer_every`, which is 1 and more. Not for the hot path.
 */
void sequence_make(struct sequence *q, const struct vary *v,
		   const struct vary_pool *pool, unsigned bits, uint64_t seed,
		   uint64_t outer_every, void *aux);

/*
 * Has a sequence of a list take other values at the same places: as many as
 * there were, of 4 or 8 bytes.
 */
void sequence_set_list(struct sequence *q, const struct vary *v,
		       const void *values, unsigned width);

/* The low 64 bits of frame n's value; those above are the value's own. */
uint64_t sequence_at(const struct sequence *q, uint64_t n);

/* From here on sequence_next() gives frame n, then n + 1, ... */
void sequence_seek(const struct sequence *q, struct sequence_state *s,
		   uint64_t n);

/* From here on it gives what is `n` frames further, where that is cheap. */
static inline bool sequence_skip(const struct sequence *q,
				 struct sequence_state *s, uint64_t n)
{
	if (q->kind != SEQUENCE_RANGE || q->every != 1 || n > s->at)
		return false;
	s->at -= n;
	s->value ^= (s->value ^ (s->value + n * q->step)) & q->mask;
	if (!s->at) {
		s->at = q->count;
		s->value = q->from;
	}
	return true;
}

/* The value behind the one in `s`, of any kind. */
uint64_t sequence_step(const struct sequence *q, struct sequence_state *s);

/* 64 random bits from a counter of 2^64 steps (Steele and Vigna, 2021). */
#define SEQUENCE_FACTOR 0xd1342543de82ef95ull
#define SEQUENCE_ADDEND 0x9e3779b97f4a7c15ull

static inline uint64_t sequence_draw(struct sequence_state *s)
{
	s->at = s->at * SEQUENCE_FACTOR + SEQUENCE_ADDEND;
	return s->at ^ s->at >> 32;
}

/* That of the next frame, as sequence_at() has it; divides nothing. */
static inline uint64_t sequence_next(const struct sequence *q,
				     struct sequence_state *s)
{
	const uint64_t value = s->value;

	if (--s->left)
		return value;
	s->left = q->every;
	if (q->kind == SEQUENCE_RANGE && likely(--s->at))
		s->value ^= (value ^ (value + q->step)) & q->mask;
	else if (q->kind == SEQUENCE_BITS)
		s->value ^= (value ^ sequence_draw(s)) & q->mask;
	else
		s->value = sequence_step(q, s);
	return value;
}

/* The low 32 bits of those of the next `n` frames; more is overwritten. */
#define SEQUENCE_FILL_MORE 4

void sequence_fill(const struct sequence *q, struct sequence_state *s,
		   uint32_t value[], unsigned n);

#endif /* PKTGEN_SEQUENCE_H */
