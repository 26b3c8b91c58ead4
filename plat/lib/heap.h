/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An allocator of memory of any size and alignment on one piece of memory.
 * Free neighbours are joined at once, and a request takes the smallest class
 * of free blocks that has one to give. It knows no hardware and no globals:
 * the heap owns the memory that it was given, and whoever allocates owns the
 * result until it is freed. One user at a time, never an interrupt.
 *
 * Each block is headed by its size, its neighbour's size, its state, and a
 * checksum of these. Freeing checks the block and both neighbours, so that a
 * block freed twice, a pointer that is none and most writes past the end are
 * found, though some only when a neighbour is freed.
 */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stddef.h>
#include <stdint.h>

#define HEAP_ALIGN 16
#define HEAP_PART_BITS 3
#define HEAP_NR_CLASSES 256

struct heap_block;

struct heap {
	struct heap_block *first;
	struct heap_block *end; /* one past the last, never free */
	size_t avail_bytes;
	uint64_t filled[HEAP_NR_CLASSES / 64]; /* bit n: class n has a block */
	struct heap_block *classes[HEAP_NR_CLASSES];
	void (*corrupt)(const char *what);
};

/*
 * A heap on `mem`, at most 64 GiB of it. `corrupt` is told when the heap is
 * found damaged; it must not return. A piece too small for one block makes a
 * heap that has nothing to give.
 */
void heap_init(struct heap *h, void *mem, size_t len_bytes,
	       void (*corrupt)(const char *what));

/*
 * `size` bytes at a multiple of `align`, a power of two up to 2 GiB; at least
 * HEAP_ALIGN is always kept. The memory holds anything. 0 bytes get a pointer
 * of their own. NULL when no free piece is large enough or `align` is not such
 * a power.
 */
void *heap_alloc(struct heap *h, size_t align, size_t size);

/* NULL is allowed and does nothing. */
void heap_free(struct heap *h, void *ptr);

/* The bytes that may be used at `ptr`, no less than were asked for. */
size_t heap_size(struct heap *h, const void *ptr);

/* Free bytes, not all in one piece. */
size_t heap_avail(const struct heap *h);

/* Goes through the whole heap; returns what is wrong with it, or NULL. */
const char *heap_check(const struct heap *h);

#endif /* LIB_HEAP_H */
