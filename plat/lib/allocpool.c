/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects lie in one block; the free ones are a list through themselves. */
#include <stdbool.h>
#include <string.h>
#include <uk/allocpool.h>

struct free_obj {
	struct free_obj *next;
};

struct uk_allocpool {
	struct uk_alloc self; /* first: uk_allocpool2ukalloc() */
	struct uk_alloc *parent;
	void *block;
	size_t obj_len;
	size_t obj_align;
	unsigned int avail;
	struct free_obj *free;
};

static struct uk_allocpool *pool_of(struct uk_alloc *a)
{
	return __containerof(a, struct uk_allocpool, self);
}

static void *pool_memalign(struct uk_alloc *a, __sz align, __sz size)
{
	struct uk_allocpool *p = pool_of(a);

	if (unlikely(size > p->obj_len || align > p->obj_align))
		return NULL;
	return uk_allocpool_take(p);
}

static void *pool_malloc(struct uk_alloc *a, __sz size)
{
	return pool_memalign(a, 1, size);
}

static void *pool_calloc(struct uk_alloc *a, __sz nmemb, __sz size)
{
	size_t total;
	void *obj;

	if (__builtin_mul_overflow(nmemb, size, &total))
		return NULL;
	obj = pool_memalign(a, 1, total);
	if (obj)
		memset(obj, 0, total);
	return obj;
}

static void pool_free(struct uk_alloc *a, void *ptr)
{
	if (ptr)
		uk_allocpool_return(pool_of(a), ptr);
}

static __ssz pool_availmem(struct uk_alloc *a)
{
	return (__ssz)(pool_of(a)->avail * pool_of(a)->obj_len);
}

struct uk_allocpool *uk_allocpool_alloc(struct uk_alloc *parent,
					unsigned int obj_count, __sz obj_len,
					__sz obj_align)
{
	struct uk_allocpool *p;
	size_t total;

	if (!obj_count || !obj_len || !POWER_OF_2(obj_align) ||
	    obj_len > SIZE_MAX / 2)
		return NULL;
	obj_align = MAX(obj_align, _Alignof(struct free_obj));
	obj_len = ALIGN_UP(MAX(obj_len, sizeof(struct free_obj)), obj_align);
	if (__builtin_mul_overflow(obj_len, (size_t)obj_count, &total))
		return NULL;
	p = uk_zalloc(parent, sizeof(*p));
	if (!p)
		return NULL;
	p->block = uk_memalign(parent, obj_align, total);
	if (!p->block) {
		uk_free(parent, p);
		return NULL;
	}
	p->self = (struct uk_alloc){
		.malloc = pool_malloc,
		.calloc = pool_calloc,
		.memalign = pool_memalign,
		.free = pool_free,
		.availmem = pool_availmem,
	};
	p->parent = parent;
	p->obj_len = obj_len;
	p->obj_align = obj_align;
	/* Backwards, so that objects are first taken in order of address. */
	for (unsigned int i = obj_count; i-- > 0;)
		uk_allocpool_return(p, (char *)p->block + i * obj_len);
	return p;
}

void uk_allocpool_free(struct uk_allocpool *p)
{
	uk_free(p->parent, p->block);
	uk_free(p->parent, p);
}

struct uk_alloc *uk_allocpool2ukalloc(struct uk_allocpool *p)
{
	return &p->self;
}

unsigned int uk_allocpool_availcount(struct uk_allocpool *p)
{
	return p->avail;
}

__sz uk_allocpool_objlen(struct uk_allocpool *p)
{
	return p->obj_len;
}

void *uk_allocpool_take(struct uk_allocpool *p)
{
	struct free_obj *obj = p->free;

	if (unlikely(!obj))
		return NULL;
	p->free = obj->next;
	p->avail--;
	return obj;
}

unsigned int uk_allocpool_take_batch(struct uk_allocpool *p, void *obj[],
				     unsigned int count)
{
	unsigned int n = 0;

	while (n < count && p->free)
		obj[n++] = uk_allocpool_take(p);
	return n;
}

void uk_allocpool_return(struct uk_allocpool *p, void *obj)
{
	struct free_obj *o = obj;

	o->next = p->free;
	p->free = o;
	p->avail++;
}

void uk_allocpool_return_batch(struct uk_allocpool *p, void *obj[],
			       unsigned int count)
{
	while (count)
		uk_allocpool_return(p, obj[--count]);
}
