/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/lib/heap.h"

#include <stdbool.h>

#include <uk/essentials.h>

/* Sizes count in units, headers included. */
#define UNIT HEAP_ALIGN
#define HEADER_UNITS 1
/* A free block holds two links behind its header. */
#define MIN_UNITS 2
#define MAX_UNITS 0xfffffff0u
#define MAX_ALIGN (1ul << 31)
#define FIND_FEW 8 /* blocks of a class */

#define STATE_FREE 0x46524545
#define STATE_USED 0x55534544

struct heap_block {
	uint32_t units;
	uint32_t prev_units; /* of the block below, 0 for the first */
	uint32_t state;
	uint32_t check;
	/* Of the same class. Payload while the block is used. */
	struct heap_block *next, *prev;
};

_Static_assert(offsetof(struct heap_block, next) == HEADER_UNITS * UNIT,
	       "the payload starts after the header");

static struct heap_block *after(const struct heap_block *b)
{
	return (void *)((uintptr_t)b + (uintptr_t)b->units * UNIT);
}

static struct heap_block *before(const struct heap_block *b)
{
	return (void *)((uintptr_t)b - (uintptr_t)b->prev_units * UNIT);
}

static void *payload_of(struct heap_block *b)
{
	return (void *)((uintptr_t)b + HEADER_UNITS * UNIT);
}

static uint32_t check_of(const struct heap_block *b)
{
	uint64_t v = (uint64_t)b->units << 32 | b->prev_units;

	v = (v ^ (uintptr_t)b ^ (uint64_t)b->state << 16) *
	    0x9e3779b97f4a7c15ull;
	return (uint32_t)(v >> 32);
}

static void seal(struct heap_block *b, uint32_t units, uint32_t prev_units,
		 uint32_t state)
{
	b->units = units;
	b->prev_units = prev_units;
	b->state = state;
	b->check = check_of(b);
}

static bool sealed(const struct heap_block *b)
{
	return b->check == check_of(b);
}

/* A class for each of the first sizes, then eight from 2^n to 2^(n+1) units. */
static unsigned int class_of(uint32_t units)
{
	unsigned int high = 31 - (unsigned int)__builtin_clz(units);

	if (high < HEAP_PART_BITS)
		return units;
	high -= HEAP_PART_BITS;
	return (high << HEAP_PART_BITS) + (units >> high);
}

static void list_add(struct heap *h, struct heap_block *b)
{
	unsigned int c = class_of(b->units);

	b->prev = NULL;
	b->next = h->classes[c];
	if (b->next)
		b->next->prev = b;
	h->classes[c] = b;
	h->filled[c / 64] |= 1ull << c % 64;
	h->avail_bytes += (size_t)(b->units - HEADER_UNITS) * UNIT;
}

static void list_del(struct heap *h, struct heap_block *b)
{
	unsigned int c = class_of(b->units);

	if ((b->prev ? b->prev->next : h->classes[c]) != b ||
	    (b->next && b->next->prev != b))
		h->corrupt("heap: free list overwritten");
	if (b->next)
		b->next->prev = b->prev;
	if (b->prev)
		b->prev->next = b->next;
	else
		h->classes[c] = b->next;
	if (!h->classes[c])
		h->filled[c / 64] &= ~(1ull << c % 64);
	h->avail_bytes -= (size_t)(b->units - HEADER_UNITS) * UNIT;
}

void heap_init(struct heap *h, void *mem, size_t len_bytes,
	       void (*corrupt)(const char *what))
{
	uintptr_t start = ALIGN_UP((uintptr_t)mem, (uintptr_t)UNIT);
	uintptr_t end = ALIGN_DOWN((uintptr_t)mem + len_bytes, (uintptr_t)UNIT);
	size_t units = end > start ? (end - start) / UNIT : 0;

	*h = (struct heap){.corrupt = corrupt};
	if (units < MIN_UNITS + HEADER_UNITS)
		return;
	units = MIN(units - HEADER_UNITS, (size_t)MAX_UNITS);
	h->first = (void *)start;
	seal(h->first, (uint32_t)units, 0, STATE_FREE);
	h->end = after(h->first);
	seal(h->end, 0, (uint32_t)units, STATE_USED);
	list_add(h, h->first);
}

/*
 * Where the payload's block must start for it to be aligned: at `b` itself, or
 * so far on that a free block fits before it.
 */
static uint32_t lead_units(const struct heap_block *b, size_t align)
{
	uintptr_t payload = (uintptr_t)b + HEADER_UNITS * UNIT;
	uintptr_t aligned = ALIGN_UP(payload, align);

	if (aligned == payload)
		return 0;
	if (aligned - payload < MIN_UNITS * UNIT)
		aligned = ALIGN_UP(payload + MIN_UNITS * UNIT, align);
	return (uint32_t)((aligned - payload) / UNIT);
}

static bool fits(const struct heap_block *b, size_t align, size_t units)
{
	return b->units >= units && b->units - units >= lead_units(b, align);
}

/* One of a class, of the `most` that are looked at. */
static struct heap_block *find_in(struct heap *h, unsigned int c, size_t align,
				  size_t units, unsigned int most)
{
	struct heap_block *b = h->classes[c];

	for (; b && most--; b = b->next)
		if (fits(b, align, units))
			return b;
	return NULL;
}

static struct heap_block *find_some(struct heap *h, size_t align, size_t units,
				    unsigned int most)
{
	const unsigned int from = class_of((uint32_t)units);
	unsigned int i = from / 64;
	uint64_t left = h->filled[i] >> from % 64 << from % 64;

	for (;;) {
		for (; left; left &= left - 1) {
			const unsigned int c =
				i * 64 + (unsigned int)__builtin_ctzll(left);
			struct heap_block *b =
				find_in(h, c, align, units, most);

			if (b)
				return b;
		}
		if (++i == HEAP_NR_CLASSES / 64)
			return NULL;
		left = h->filled[i];
	}
}

/*
 * Every block of a class above that of `units` fits them, so its first is
 * taken, but for an alignment; of their own class a few are tried, as there may
 * be thousands that are a bit too small. All of them are only where nothing
 * else is left.
 */
static struct heap_block *find(struct heap *h, size_t align, size_t units)
{
	struct heap_block *b = find_some(h, align, units, FIND_FEW);

	return b ? b : find_some(h, align, units, UINT32_MAX);
}

/* Cuts `b`, which is on no list, after `units`; gives the rest back. */
static void split(struct heap *h, struct heap_block *b, uint32_t units)
{
	struct heap_block *rest;
	uint32_t left = b->units - units;

	if (left < MIN_UNITS)
		return;
	seal(b, units, b->prev_units, b->state);
	rest = after(b);
	seal(rest, left, units, STATE_FREE);
	after(rest)->prev_units = left;
	after(rest)->check = check_of(after(rest));
	list_add(h, rest);
}

void *heap_alloc(struct heap *h, size_t align, size_t size)
{
	struct heap_block *b;
	size_t units;
	uint32_t lead;

	if (!POWER_OF_2(align) || align > MAX_ALIGN ||
	    size > (size_t)MAX_UNITS * UNIT)
		return NULL;
	align = MAX(align, (size_t)HEAP_ALIGN);
	units = HEADER_UNITS + ALIGN_UP(size, (size_t)UNIT) / UNIT;
	units = MAX(units, (size_t)MIN_UNITS);
	if (units > MAX_UNITS)
		return NULL;
	b = find(h, align, units);
	if (!b)
		return NULL;
	if (!sealed(b) || b->state != STATE_FREE)
		h->corrupt("heap: free block overwritten");
	list_del(h, b);
	lead = lead_units(b, align);
	if (lead) {
		split(h, b, lead);
		list_add(h, b);
		b = after(b);
		list_del(h, b);
	}
	split(h, b, (uint32_t)units);
	seal(b, b->units, b->prev_units, STATE_USED);
	return payload_of(b);
}

/* The block of a pointer that was allocated; anything else is reported. */
static struct heap_block *block_of(struct heap *h, const void *ptr)
{
	struct heap_block *b;

	b = (void *)((uintptr_t)ptr - HEADER_UNITS * UNIT);
	if ((uintptr_t)ptr % UNIT || b < h->first || b >= h->end)
		h->corrupt("heap: not a pointer of the heap");
	if (!sealed(b))
		h->corrupt("heap: not a block, or its header overwritten");
	if (b->state == STATE_FREE)
		h->corrupt("heap: block freed twice");
	return b;
}

void heap_free(struct heap *h, void *ptr)
{
	struct heap_block *b, *next, *prev;
	uint32_t units;

	if (!ptr)
		return;
	b = block_of(h, ptr);
	next = after(b);
	prev = before(b);
	if (!sealed(next) || next->prev_units != b->units)
		h->corrupt("heap: written past the end of a block");
	if (!sealed(prev))
		h->corrupt("heap: block before the freed one overwritten");

	units = b->units;
	seal(b, units, b->prev_units, STATE_FREE);
	if (next->state == STATE_FREE) {
		list_del(h, next);
		units += next->units;
	}
	if (prev != b && prev->state == STATE_FREE) {
		list_del(h, prev);
		units += prev->units;
		b = prev;
	}
	seal(b, units, b->prev_units, STATE_FREE);
	next = after(b);
	seal(next, next->units, units, next->state);
	list_add(h, b);
}

size_t heap_size(struct heap *h, const void *ptr)
{
	return (size_t)(block_of(h, ptr)->units - HEADER_UNITS) * UNIT;
}

size_t heap_avail(const struct heap *h)
{
	return h->avail_bytes;
}

const char *heap_check(const struct heap *h)
{
	const struct heap_block *b = h->first;
	uint32_t prev_units = 0, prev_state = STATE_USED;
	size_t avail = 0;

	for (; b != h->end; b = after(b)) {
		if (!sealed(b) || b->units < MIN_UNITS)
			return "header overwritten";
		if (b->prev_units != prev_units)
			return "sizes disagree";
		if (b->state == STATE_FREE) {
			if (prev_state == STATE_FREE)
				return "free neighbours not joined";
			avail += (size_t)(b->units - HEADER_UNITS) * UNIT;
		}
		prev_units = b->units;
		prev_state = b->state;
	}
	if (avail != h->avail_bytes)
		return "free bytes miscounted";
	return NULL;
}
