/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform's allocator: random use against a model, and its defences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plat/lib/heap.h"

#define MEM_LEN (256 * 1024)
#define MAX_LIVE 200
#define ROUNDS 200000

struct live {
	uint8_t *p;
	size_t size;
	uint8_t fill;
};

struct world {
	void *mem;
	struct heap heap;
	struct live live[MAX_LIVE];
	size_t nr_live;
	uint64_t random;
};

static jmp_buf damaged;
static const char *damage;

static void corrupt(const char *what)
{
	damage = what;
	longjmp(damaged, 1);
}

static uint32_t next_random(struct world *w)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(w->random >> 33);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	/* Not aligned, and outside of it nothing may be touched (ASan). */
	w->mem = malloc(MEM_LEN);
	heap_init(&w->heap, (char *)w->mem + 3, MEM_LEN - 3, corrupt);
	w->random = 42;
	damage = NULL;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	free(w->mem);
	free(w);
	return 0;
}

static void assert_sound(struct world *w)
{
	const char *wrong = heap_check(&w->heap);

	if (wrong)
		fail_msg("heap_check: %s", wrong);
}

static void assert_filled(const struct live *l)
{
	for (size_t i = 0; i < l->size; i++)
		assert_int_equal(l->p[i], l->fill);
}

static void take_one(struct world *w)
{
	struct live *l = &w->live[w->nr_live];
	size_t align = (size_t)1 << next_random(w) % 13;
	size_t size = next_random(w) % 64;
	uint32_t kind = next_random(w) % 16;

	if (kind < 4)
		size = next_random(w) % 4096;
	else if (kind == 4)
		size = next_random(w) % (MEM_LEN + 100);
	l->p = heap_alloc(&w->heap, align, size);
	if (!l->p)
		return;
	assert_int_equal((uintptr_t)l->p % align, 0);
	assert_int_equal((uintptr_t)l->p % HEAP_ALIGN, 0);
	assert_true(heap_size(&w->heap, l->p) >= size);
	assert_true(l->p >= (uint8_t *)w->mem + 3);
	assert_true(l->p + size <= (uint8_t *)w->mem + MEM_LEN);
	l->size = heap_size(&w->heap, l->p);
	l->fill = (uint8_t)next_random(w);
	memset(l->p, l->fill, l->size);
	w->nr_live++;
}

static void give_one(struct world *w)
{
	size_t i = next_random(w) % w->nr_live;

	assert_filled(&w->live[i]);
	heap_free(&w->heap, w->live[i].p);
	w->live[i] = w->live[--w->nr_live];
}

static void test_random(void **state)
{
	struct world *w = *state;
	size_t all = heap_avail(&w->heap);

	for (int i = 0; i < ROUNDS; i++) {
		/* Phases that mostly take, and phases that mostly give. */
		int take = next_random(w) % 8 < (i / 2000 % 2 ? 5u : 3u);

		if (w->nr_live == MAX_LIVE || (!take && w->nr_live))
			give_one(w);
		else
			take_one(w);
		if (i % 64 == 0)
			assert_sound(w);
	}
	while (w->nr_live)
		give_one(w);
	assert_sound(w);
	assert_int_equal(heap_avail(&w->heap), all);
	assert_non_null(heap_alloc(&w->heap, 1, all));
	assert_int_equal(heap_avail(&w->heap), 0);
}

static void test_refuses(void **state)
{
	struct world *w = *state;
	size_t all = heap_avail(&w->heap);

	assert_null(heap_alloc(&w->heap, 0, 8));
	assert_null(heap_alloc(&w->heap, 48, 8));
	assert_null(heap_alloc(&w->heap, 16, all + 1));
	assert_null(heap_alloc(&w->heap, 16, SIZE_MAX));
	assert_null(heap_alloc(&w->heap, (size_t)1 << 63, 8));
	heap_free(&w->heap, NULL);
	assert_int_equal(heap_avail(&w->heap), all);
}

static void test_zero_bytes_are_a_pointer(void **state)
{
	struct world *w = *state;
	void *a = heap_alloc(&w->heap, 1, 0), *b = heap_alloc(&w->heap, 1, 0);

	assert_non_null(a);
	assert_non_null(b);
	assert_ptr_not_equal(a, b);
	heap_free(&w->heap, a);
	heap_free(&w->heap, b);
	assert_sound(w);
}

static void test_too_small_for_a_heap(void **state)
{
	struct world *w = *state;

	for (size_t len = 0; len < 64; len++) {
		heap_init(&w->heap, w->mem, len, corrupt);
		assert_sound(w);
		if (!heap_alloc(&w->heap, 1, 1))
			assert_int_equal(heap_avail(&w->heap), 0);
	}
}

/* Expects that freeing `p` is reported as `what`. */
static void assert_damage(struct world *w, void *p, const char *what)
{
	damage = NULL;
	if (!setjmp(damaged))
		heap_free(&w->heap, p);
	assert_non_null(damage);
	assert_string_equal(damage, what);
}

static void test_freed_twice(void **state)
{
	struct world *w = *state;
	void *a = heap_alloc(&w->heap, 16, 100);
	void *b = heap_alloc(&w->heap, 16, 100);

	heap_free(&w->heap, a);
	assert_damage(w, a, "heap: block freed twice");
	heap_free(&w->heap, b);
}

static void test_not_a_block(void **state)
{
	struct world *w = *state;
	char *a = heap_alloc(&w->heap, 16, 100);
	long outside[4] = {0};

	memset(a, 0, 100);
	assert_damage(w, a + 32,
		      "heap: not a block, or its header overwritten");
	assert_damage(w, a + 1, "heap: not a pointer of the heap");
	assert_damage(w, outside, "heap: not a pointer of the heap");
}

static void test_written_past_the_end(void **state)
{
	struct world *w = *state;
	char *a = heap_alloc(&w->heap, 16, 32);
	char *b = heap_alloc(&w->heap, 16, 32);

	a[32] ^= 1;
	assert_damage(w, a, "heap: written past the end of a block");
	assert_damage(w, b, "heap: not a block, or its header overwritten");
}

static void test_free_block_written_to(void **state)
{
	struct world *w = *state;
	void **a = heap_alloc(&w->heap, 16, 32);
	void *b = heap_alloc(&w->heap, 16, 32);

	assert_non_null(heap_alloc(&w->heap, 16, 32));
	heap_free(&w->heap, a);
	a[1] = b; /* the link to the block before it in the list */
	assert_damage(w, b, "heap: free list overwritten");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_random),
		T(test_refuses),
		T(test_zero_bytes_are_a_pointer),
		T(test_too_small_for_a_heap),
		T(test_freed_twice),
		T(test_not_a_block),
		T(test_written_past_the_end),
		T(test_free_block_written_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
