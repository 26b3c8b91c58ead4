/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The value of a field: constant, or one that varies from frame to frame, as
 * words say it and print again. What it comes to for each frame is
 * pktgen/sequence.h.
 *
 *	VALUES = 1000 | 0xacbbb | 10.0.0.1 | 02:00:00:00:00:01 | 2001:2::1
 *	       | 1000-1003 [step 3] | 10.0.0.1-10.0.0.254 | 10.1.0.0/24
 *	       | list 4001,4005,5003 | list @FILE
 *	       | map FROM TO ...
 *	value  = VALUES [down] [shuffled] [zipf 1.0] [every N]
 *	       | random [VALUES] [mask 0x00ff] [every N]
 *
 * in any order of its parts. Only the low 64 bits of an IPv6 address vary, but
 * for those of a file.
 */
#ifndef UNITS_VARY_H
#define UNITS_VARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "units/error.h"

/* The types of fields, in the order of enum proto_type. */
enum vary_type { VARY_NUMBER, VARY_MAC, VARY_IPV4, VARY_IPV6 };

enum vary_kind {
	VARY_CONSTANT,
	VARY_RANGE,  /* and prefixes: one after another, or shuffled */
	VARY_LIST,   /* the same of the values of a list */
	VARY_RANDOM, /* drawn: of all, a range, a prefix, a list; or bits */
	VARY_ZIPF,   /* drawn of a range or list, the first most often */
	VARY_MAP,    /* of frames that are played: another for what is there */
};

#define VARY_BYTES 16 /* of the widest value */

/*
 * Plain data; two that were typed in the same way have the same bytes, but for
 * where their lists are. A range is `count` values from `from` on by `step`; a
 * prefix one that goes on at the prefix's first address after its last, and has
 * `host_bits` bits that vary.
 */
struct vary {
	uint8_t from[VARY_BYTES]; /* constant or first; network order, right */
	uint64_t count;           /* values to take or draw from; 0 for 2^64 */
	uint64_t step;            /* 1 and more; of masked ones the mask */
	uint32_t every;    /* frames that have the same value, 1 and more */
	uint16_t list;     /* where in the pool the list begins */
	uint16_t exponent; /* VARY_ZIPF: thousandths */
	uint8_t kind;      /* enum vary_kind */
	uint8_t host_bits; /* a prefix; 0: none */
	bool listed;       /* the values are those of a list */
	bool masked;       /* VARY_RANDOM: the bits of `step` are drawn */
	bool down;         /* from the last to the first */
	bool shuffled;     /* each once a cycle, each cycle in another order */
	bool hex;          /* prints so */
	bool filed;        /* the list is a file; its address is in the pool */
};

struct vary_file; /* see units/vary_file.h */

/*
 * The values of a stream's lists: of each the lowest (bits + 7) / 8 bytes, 8 at
 * most, in network order; of a file where it is. Zeros are behind what is used.
 * Nothing is taken out of a pool: to do without a list that is no longer
 * needed, the others are moved to an empty one.
 */
#define VARY_POOL_BYTES 512

struct vary_pool {
	uint16_t used;
	uint8_t bytes[VARY_POOL_BYTES];
};

#define VARY_ZIPF_MIN 100 /* thousandths */
#define VARY_ZIPF_MAX 4000
/* The most values that can be shuffled, and that zipf takes. */
#define VARY_ORDER_MAX 0x100000000ull

#define VARY_WHY_MAX 200

/*
 * Takes `nb` words as the value of a field of `bits` bits: 1 to 128 of a
 * number, of which 64 vary. A list is added to the pool. E_MISSING with
 * *fault == nb when a word is missing, E_SURPLUS, E_SYNTAX, E_RANGE, E_NOFILE
 * and, when the pool is full, E_NOMEM: then *fault is the index of the word,
 * `why` a sentence for people, and *v and the pool stay as they were.
 */
enum shell_err vary_take(const char *const words[], unsigned nb,
			 enum vary_type type, unsigned bits,
			 struct vary_file *file, struct vary_pool *pool,
			 struct vary *v, unsigned *fault,
			 char why[VARY_WHY_MAX]);

/*
 * Writes the words that vary_take() reads back as the same, with blanks
 * between. Cut at `size`; VARY_PRINT_MAX bytes hold any.
 */
#define VARY_LIST_TEXT 800 /* the longest list, as it prints */
#define VARY_PRINT_MAX (VARY_LIST_TEXT + 200)
void vary_print(const struct vary *v, enum vary_type type, unsigned bits,
		const struct vary_pool *pool, char *buf, size_t size);

/* A constant of these bytes, in network order; `len` is 16 at most. */
struct vary vary_constant(const uint8_t *bytes, size_t len);

/*
 * Adds the list of `v`, if it has one, to another pool, and makes `v` refer to
 * it there. False when that one is full; nothing has changed then.
 */
bool vary_move(struct vary *v, unsigned bits, const struct vary_pool *from,
	       struct vary_pool *to);

/*
 * The i-th pair of a VARY_MAP, 0 where there are not as many. A value whose
 * bits, but for the lowest `from_free`, are those of `from`, gets those of
 * `to`, but for the lowest `to_free`.
 */
struct vary_map {
	uint64_t from_high, from, to_high, to;
	uint8_t from_free, to_free;
};
unsigned vary_map_pair(const struct vary *v, unsigned bits,
		       const struct vary_pool *pool, unsigned i,
		       struct vary_map *map);

/* The bytes that a list's values have. */
static inline unsigned vary_width(unsigned bits)
{
	return bits > 56 ? 8 : (bits + 7) / 8;
}

/* The low 64 bits of the constant, or of the first value. */
uint64_t vary_low(const struct vary *v);

/* The file of a list, or NULL. */
struct vary_file *vary_file_of(const struct vary *v,
			       const struct vary_pool *pool);

/* The low 64 bits of a list's value. */
uint64_t vary_listed(const struct vary *v, unsigned bits,
		     const struct vary_pool *pool, uint64_t index);

/*
 * The frames after which the same values come again, or with `shuffled` the
 * same in another order: 1 for a constant, UINT64_MAX for that many and more, 0
 * for what is drawn, which has no cycle.
 */
uint64_t vary_cycle(const struct vary *v);

#endif /* UNITS_VARY_H */
