/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <uk/alloc.h>

#include "plat/kvm/cpu.h"
#include "plat/kvm/crash.h"
#include "plat/lib/heap.h"

static struct heap heap;

/* It has no lock. */
static struct heap *ours(void)
{
	if (unlikely(cpu_self()->idx))
		crash("the heap belongs to CPU 0");
	return &heap;
}

static void *default_memalign(struct uk_alloc *a __unused, __sz align,
			      __sz size)
{
	return heap_alloc(ours(), align, size);
}

static void *default_malloc(struct uk_alloc *a __unused, __sz size)
{
	return heap_alloc(ours(), HEAP_ALIGN, size);
}

static void *default_calloc(struct uk_alloc *a __unused, __sz nmemb, __sz size)
{
	__sz len;
	void *p;

	if (__builtin_mul_overflow(nmemb, size, &len))
		return NULL;
	p = heap_alloc(ours(), HEAP_ALIGN, len);
	return p ? memset(p, 0, len) : NULL;
}

static void default_free(struct uk_alloc *a __unused, void *ptr)
{
	heap_free(ours(), ptr);
}

static __ssz default_availmem(struct uk_alloc *a __unused)
{
	return (__ssz)heap_avail(ours());
}

static struct uk_alloc default_alloc = {
	.malloc = default_malloc,
	.calloc = default_calloc,
	.memalign = default_memalign,
	.free = default_free,
	.availmem = default_availmem,
};

struct uk_alloc *uk_alloc_get_default(void)
{
	return &default_alloc;
}

/*
 * Firmware has run at the end of memory. As long as an emulator keeps what it
 * translated of that, each write to such a page is a hundred times as slow; it
 * lets go of what is written over.
 */
#define FIRMWARE_BYTES ((size_t)512 << 10)

void heap_setup(void *mem, size_t len_bytes)
{
	const size_t last = MIN(len_bytes, FIRMWARE_BYTES);

	memset((char *)mem + len_bytes - last, 0, last);
	heap_init(&heap, mem, len_bytes, crash);
}

/* ---- libc -------------------------------------------------------------- */

static void *or_enomem(void *p)
{
	if (!p)
		errno = ENOMEM;
	return p;
}

void *malloc(size_t size)
{
	return or_enomem(default_malloc(NULL, size));
}

void *calloc(size_t nmemb, size_t size)
{
	return or_enomem(default_calloc(NULL, nmemb, size));
}

void *aligned_alloc(size_t align, size_t size)
{
	return or_enomem(heap_alloc(ours(), align, size));
}

void *realloc(void *ptr, size_t size)
{
	size_t old = ptr ? heap_size(ours(), ptr) : 0;
	void *p;

	if (ptr && size <= old && size >= old / 2)
		return ptr;
	p = malloc(size);
	if (p && ptr) {
		memcpy(p, ptr, MIN(old, size));
		heap_free(ours(), ptr);
	}
	return p;
}

void free(void *ptr)
{
	heap_free(ours(), ptr);
}
