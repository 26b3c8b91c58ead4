/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whose turn it is: of `size` numbered takers the one with the lowest key, of
 * equal ones any of them. A tree of winners: setting a key plays the matches on
 * the way to the top again, one a doubling of `size`, whatever the keys are.
 */
#ifndef PKTGEN_TURNS_H
#define PKTGEN_TURNS_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/alloc.h>

/* Of who has no turn; what is larger counts as this. */
#define TURNS_NEVER ((uint64_t)INT64_MAX)

struct turn {
	uint64_t key;
	uint64_t who;
};

struct turns {
	unsigned size;     /* a power of two, 0: there are none */
	struct turn *node; /* 1: the winner; from `size` on the takers */
};

/*
 * Has room for `n`; those that were there keep their keys. -ENOMEM, and nothing
 * has changed, when the memory from `a` is too little.
 */
int turns_reserve(struct turns *t, unsigned n, struct uk_alloc *a);
void turns_free(struct turns *t, struct uk_alloc *a);

/* There is room for one at least. */
static inline const struct turn *turns_first(const struct turns *t)
{
	return &t->node[1];
}

static inline void turns_set(struct turns *t, unsigned who, uint64_t key)
{
	char *const node = (void *)t->node;
	struct turn win = {key < TURNS_NEVER ? key : TURNS_NEVER, who};
	size_t at = (t->size + who) * sizeof(win);

	*(struct turn *)(void *)(node + at) = win;
	while (at > sizeof(win)) {
		const struct turn *const other =
			(void *)(node + (at ^ sizeof(win)));
		const uint64_t other_key = other->key, other_who = other->who;
		const bool lost = other_key < win.key;

		win.key = lost ? other_key : win.key;
		win.who = lost ? other_who : win.who;
		at = at / 2 & ~(sizeof(win) - 1);
		*(struct turn *)(void *)(node + at) = win;
	}
}

#endif /* PKTGEN_TURNS_H */
