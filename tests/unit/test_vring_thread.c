/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device as another CPU: a thread that uses buffers while the driver looks
 * at the ring. What was right only because nothing moved fails here.
 */
#include "plat/lib/vring.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "unit.h"

#define SIZE 64
#define BUFS 1000000
#define BURST 2 /* as many as the device is ahead by, time and again */

struct rig {
	struct vring vr;
	enum vring_layout layout;
	uint64_t *payload; /* by slot: what the device wrote or read */
	uintptr_t added, taken;
	bool stop;
};

/* 2.7, 2.8: written with the loads and stores that order needs. */
static bool dev_take(struct rig *r, uint16_t at, struct vring_desc *d)
{
	const struct vring *vr = &r->vr;
	struct vring_packed_desc *p = &vr->packed[at % SIZE];
	uint64_t rest;

	if (r->layout == VRING_SPLIT) {
		if (__atomic_load_n(&vr->avail->idx, __ATOMIC_ACQUIRE) == at)
			return false;
		*d = vr->desc[vr->avail->ring[at % SIZE]];
		return true;
	}
	rest = __atomic_load_n(&p->rest, __ATOMIC_ACQUIRE);
	if ((rest >> 55 & 1) == (at / SIZE & 1) ||
	    (rest >> 63 & 1) != (at / SIZE & 1))
		return false;
	d->addr = p->addr;
	d->len = (uint32_t)rest;
	return true;
}

static void dev_use(struct rig *r, uint16_t at, uint32_t len)
{
	struct vring *vr = &r->vr;
	const uint64_t id = at % SIZE;

	if (r->layout == VRING_SPLIT) {
		vr->used[id] = id | (uint64_t)len << 32;
		__atomic_store_n((uint16_t *)vr->used - 1, (uint16_t)(at + 1),
				 __ATOMIC_RELEASE);
		return;
	}
	__atomic_store_n(&vr->packed[id].rest,
			 len | id << 32 | (at / SIZE & 1 ? 0 : 0x8080ull << 48),
			 __ATOMIC_RELEASE);
}

static void *device(void *arg)
{
	struct rig *r = arg;
	struct vring_desc d;
	unsigned int idle = 0;
	uint16_t at = 0;

	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		if (!dev_take(r, at, &d)) {
			if (++idle % 1000 == 0)
				sched_yield();
			continue;
		}
		/* The driver reads what we write here, after we say so. */
		*(uint64_t *)(uintptr_t)d.addr ^= UINT64_MAX;
		dev_use(r, at++, 8);
	}
	return NULL;
}

static bool get(void *arg, size_t i, struct vring_buf *b)
{
	struct rig *r = arg;
	const uintptr_t nth = r->added + i + 1;
	uint64_t *at = &r->payload[(nth - 1) % SIZE];

	*at = nth;
	b->addr = (uintptr_t)at;
	b->len = 8;
	b->cookie = (void *)nth;
	return true;
}

static void put(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct rig *r = arg;

	assert_in_range(i, 0, BURST - 1);
	assert_int_equal((uintptr_t)cookie, ++r->taken);
	assert_int_equal(len, 8);
	assert_int_equal(r->payload[(r->taken - 1) % SIZE], ~r->taken);
}

#define STEP(layout)                                                         \
	do {                                                                 \
		unsigned int room = vring_room(&r.vr);                       \
                                                                             \
		r.added += vring_add(&r.vr, layout, VRING_FROM_DEVICE, room, \
				     get, &r);                               \
		vring_publish(&r.vr, layout);                                \
		n = vring_reap(&r.vr, layout, VRING_FROM_DEVICE, 0, BURST,   \
			       put, &r);                                     \
	} while (0)

static void test_thread(void **state)
{
	struct rig r = {.layout = *(enum vring_layout *)*state};
	unsigned int n, idle = 0;
	pthread_t t;
	void *mem;

	mem = aligned_alloc(VRING_ALIGN,
			    ALIGN_UP(vring_bytes(r.layout, SIZE), VRING_ALIGN));
	r.payload = calloc(SIZE, sizeof(*r.payload));
	assert_non_null(r.payload);
	vring_init(&r.vr, mem, r.layout, SIZE, VRING_FROM_DEVICE, false);
	vring_set_buf_len(&r.vr, r.layout, 8);
	assert_int_equal(pthread_create(&t, NULL, device, &r), 0);
	while (r.taken < BUFS) {
		if (r.layout == VRING_SPLIT)
			STEP(VRING_SPLIT);
		else
			STEP(VRING_PACKED);
		if (!n && ++idle % 1000 == 0)
			sched_yield();
		assert_false(r.vr.broken);
	}
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
	assert_true(r.vr.in_order);
	free(r.payload);
	free(mem);
}

static enum vring_layout split = VRING_SPLIT, packed = VRING_PACKED;

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"test_thread (split)", test_thread, NULL, NULL, &split},
		{"test_thread (packed)", test_thread, NULL, NULL, &packed},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
