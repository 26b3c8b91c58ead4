/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/turns.h"

#include <errno.h>
#include <stdbool.h>

/* Key and number. */
static uint64_t taker(const struct turns *t, unsigned who)
{
	return who < t->size ? t->node[t->size + who]
			     : TURNS_NEVER << TURNS_WHO_BITS | who;
}

int turns_reserve(struct turns *t, unsigned n, struct uk_alloc *a)
{
	struct turns more = {.size = t->size ? t->size : 1};

	if (n <= t->size)
		return 0;
	while (more.size < n)
		more.size *= 2;
	more.node = uk_malloc(a, 2 * more.size * sizeof(more.node[0]));
	if (!more.node)
		return -ENOMEM;
	for (unsigned i = 0; i < more.size; i++)
		more.node[more.size + i] = taker(t, i);
	for (unsigned at = more.size - 1; at; at--) {
		const unsigned left = 2 * at;
		const bool right = more.node[left + 1] < more.node[left];

		more.node[at] = more.node[left + right];
	}
	turns_free(t, a);
	*t = more;
	return 0;
}

void turns_free(struct turns *t, struct uk_alloc *a)
{
	if (t->node)
		uk_free(a, t->node);
	*t = (struct turns){0};
}
