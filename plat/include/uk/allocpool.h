/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pool of objects of one size: taking and returning one is a few
 * instructions and never fails but for an empty pool. The pool does not lock:
 * one user at a time. It owns its objects; whoever took one owns it until it
 * is returned.
 */
#ifndef UK_ALLOCPOOL_H
#define UK_ALLOCPOOL_H

#include <uk/alloc.h>

struct uk_allocpool;

/*
 * `obj_count` objects of `obj_len` bytes, each aligned to `obj_align` (a power
 * of two), from `parent`. NULL when the memory is not there or an argument is
 * out of range.
 */
struct uk_allocpool *uk_allocpool_alloc(struct uk_alloc *parent,
					unsigned int obj_count, __sz obj_len,
					__sz obj_align);

/* Gives the memory back to the parent. Every object must be back. */
void uk_allocpool_free(struct uk_allocpool *p);

/*
 * The pool as an allocator: a request of up to uk_allocpool_objlen() bytes
 * with up to the pool's alignment takes one object, a larger one gets NULL.
 */
struct uk_alloc *uk_allocpool2ukalloc(struct uk_allocpool *p);

/* Objects that can be taken now. */
unsigned int uk_allocpool_availcount(struct uk_allocpool *p);

/* The room in an object, in bytes; at least what was asked for. */
__sz uk_allocpool_objlen(struct uk_allocpool *p);

/* NULL when the pool is empty. */
void *uk_allocpool_take(struct uk_allocpool *p);

/* Takes up to `count`; returns how many it took. */
unsigned int uk_allocpool_take_batch(struct uk_allocpool *p, void *obj[],
				     unsigned int count);

/* `obj` came from this pool and is not in it. */
void uk_allocpool_return(struct uk_allocpool *p, void *obj);
void uk_allocpool_return_batch(struct uk_allocpool *p, void *obj[],
			       unsigned int count);

#endif /* UK_ALLOCPOOL_H */
