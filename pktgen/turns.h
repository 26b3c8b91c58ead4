/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whose turn it is: of `size` numbered takers the one with the lowest key, of
 * equal ones the lowest number. A tree of winners: setting a key plays the
 * matches on the way to the top again, one a doubling of `size`, whatever the
 * keys are. Key and number are one word, so that a match is one comparison.
 */
#ifndef PKTGEN_TURNS_H
#define PKTGEN_TURNS_H

#include <stddef.h>
#include <stdint.h>
#include <uk/alloc.h>

#define TURNS_WHO_BITS 14
#define TURNS_MAX (1u << TURNS_WHO_BITS) /* takers */

/* Of who has no turn; what is larger counts as this. */
#define TURNS_NEVER (UINT64_MAX >> TURNS_WHO_BITS)

struct turns {
	unsigned size;  /* a power of two, 0: there are none */
	uint64_t *node; /* 1: the winner; from `size` on the takers */
};

/*
 * Has room for `n`, up to TURNS_MAX; those that were there keep their keys.
 * -ENOMEM, and nothing has changed, when the memory from `a` is too little.
 */
int turns_reserve(struct turns *t, unsigned n, struct uk_alloc *a);
void turns_free(struct turns *t, struct uk_alloc *a);

/* The first: key and number. There is room for one at least. */
static inline uint64_t turns_key(const struct turns *t)
{
	return t->node[1] >> TURNS_WHO_BITS;
}

static inline unsigned turns_who(const struct turns *t)
{
	return (unsigned)t->node[1] & (TURNS_MAX - 1);
}

static inline void turns_set(struct turns *t, unsigned who, uint64_t key)
{
	uint64_t *const node = t->node;
	uint64_t win =
		(key < TURNS_NEVER ? key : TURNS_NEVER) << TURNS_WHO_BITS | who;
	size_t at = t->size + who;

	node[at] = win;
	while (at > 1) {
		const uint64_t other = node[at ^ 1];

		win = other < win ? other : win;
		at >>= 1;
		node[at] = win;
	}
}

#endif /* PKTGEN_TURNS_H */
