/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Allocators as objects. Whoever needs memory is handed a `struct uk_alloc`
 * and gives back to the same one what it took. Nothing here may be called
 * from an interrupt. Nothing on a packet's path allocates from the default
 * allocator: pools (uk/allocpool.h) exist for that.
 */
#ifndef UK_ALLOC_H
#define UK_ALLOC_H

#include <errno.h>
#include <uk/arch/types.h>
#include <uk/assert.h>
#include <uk/essentials.h>

struct uk_alloc {
	void *(*malloc)(struct uk_alloc *a, __sz size);
	void *(*calloc)(struct uk_alloc *a, __sz nmemb, __sz size);
	void *(*memalign)(struct uk_alloc *a, __sz align, __sz size);
	void (*free)(struct uk_alloc *a, void *ptr);
	/* Bytes that are free now; not all in one piece. May be NULL. */
	__ssz (*availmem)(struct uk_alloc *a);
};

/* The platform's heap. Never NULL once main() runs. */
struct uk_alloc *uk_alloc_get_default(void);

/*
 * Each returns NULL when the memory is not there. `size` is in bytes; `align`
 * is a power of two. Memory from malloc and memalign holds anything; calloc
 * and zalloc clear it and refuse a product that overflows.
 */
static inline void *uk_malloc(struct uk_alloc *a, __sz size)
{
	return a ? a->malloc(a, size) : NULL;
}

static inline void *uk_calloc(struct uk_alloc *a, __sz nmemb, __sz size)
{
	return a ? a->calloc(a, nmemb, size) : NULL;
}

#define uk_zalloc(a, size) uk_calloc((a), 1, (size))

static inline void *uk_memalign(struct uk_alloc *a, __sz align, __sz size)
{
	return a ? a->memalign(a, align, size) : NULL;
}

/* NULL is allowed and does nothing. */
static inline void uk_free(struct uk_alloc *a, void *ptr)
{
	a->free(a, ptr);
}

/* Free bytes, or -ENOTSUP where the allocator cannot tell. */
static inline __ssz uk_alloc_availmem(struct uk_alloc *a)
{
	return a->availmem ? a->availmem(a) : -ENOTSUP;
}

#endif /* UK_ALLOC_H */
