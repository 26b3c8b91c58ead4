/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of the rings share: a ring of either layout and its device,
 * vring_dev.c, told by the test. Static: each test file has its own.
 */
#ifndef TESTS_VRING_RIG_H
#define TESTS_VRING_RIG_H

#include "plat/lib/vring.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vring_dev.h"

#define BUF_LEN 100

struct rig {
	struct vring vr;
	struct vring_dev dev;
	void *mem;
	enum vring_layout layout;
	enum vring_dir dir;
	uint32_t min;           /* what the device is expected to write */
	uintptr_t added, taken; /* cookies are numbers from 1 */
	uintptr_t limit;        /* of `added` */
	uintptr_t got[1024];
	uint32_t got_len[1024];
	unsigned int nb_got;
};

static inline void rig_init(struct rig *r, void **state, uint16_t size,
			    enum vring_dir dir, bool event_idx)
{
	memset(r, 0, sizeof(*r));
	r->layout = *(enum vring_layout *)*state;
	r->mem = aligned_alloc(
		VRING_ALIGN,
		ALIGN_UP(vring_bytes(r->layout, size), VRING_ALIGN));
	assert_non_null(r->mem);
	memset(r->mem, 0xa5, vring_bytes(r->layout, size));
	r->dir = dir;
	r->limit = UINTPTR_MAX;
	vring_init(&r->vr, r->mem, r->layout, size, dir, event_idx);
	if (dir == VRING_FROM_DEVICE)
		vring_set_buf_len(&r->vr, r->layout, BUF_LEN);
	vring_dev_init(&r->dev, r->layout == VRING_PACKED, size,
		       (uint64_t[]){vring_desc_addr(&r->vr),
				    vring_driver_addr(&r->vr),
				    vring_device_addr(&r->vr, r->layout)});
}

static inline bool get(void *arg, size_t i, struct vring_buf *b)
{
	const struct rig *r = arg;
	const uintptr_t nth = r->added + i + 1;

	if (nth > r->limit)
		return false;
	b->cookie = (void *)nth;
	b->addr = 0x1000 * nth;
	b->len = BUF_LEN;
	return true;
}

static inline void put(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct rig *r = arg;

	assert_in_range(r->nb_got, 0, ARRAY_SIZE(r->got) - 1);
	assert_int_equal(i, r->nb_got);
	r->got_len[r->nb_got] = len;
	r->got[r->nb_got++] = (uintptr_t)cookie;
}

static inline unsigned int add(struct rig *r, unsigned int n)
{
	struct vring *vr = &r->vr;

	if (r->layout == VRING_SPLIT && r->dir == VRING_FROM_DEVICE)
		n = vring_add(vr, VRING_SPLIT, VRING_FROM_DEVICE, n, get, r);
	else if (r->layout == VRING_SPLIT)
		n = vring_add(vr, VRING_SPLIT, VRING_TO_DEVICE, n, get, r);
	else if (r->dir == VRING_FROM_DEVICE)
		n = vring_add(vr, VRING_PACKED, VRING_FROM_DEVICE, n, get, r);
	else
		n = vring_add(vr, VRING_PACKED, VRING_TO_DEVICE, n, get, r);
	r->added += n;
	return n;
}

static inline bool publish(struct rig *r)
{
	return r->layout == VRING_SPLIT ? vring_publish(&r->vr, VRING_SPLIT)
					: vring_publish(&r->vr, VRING_PACKED);
}

static inline unsigned int reap_up_to(struct rig *r, unsigned int n)
{
	r->nb_got = 0;
	if (r->layout == VRING_SPLIT)
		return r->dir == VRING_FROM_DEVICE
			       ? vring_reap(&r->vr, VRING_SPLIT,
					    VRING_FROM_DEVICE, r->min, n, put,
					    r)
			       : vring_reap(&r->vr, VRING_SPLIT,
					    VRING_TO_DEVICE, 0, n, put, r);
	return r->dir == VRING_FROM_DEVICE
		       ? vring_reap(&r->vr, VRING_PACKED, VRING_FROM_DEVICE,
				    r->min, n, put, r)
		       : vring_reap(&r->vr, VRING_PACKED, VRING_TO_DEVICE, 0, n,
				    put, r);
}

static inline unsigned int reap(struct rig *r)
{
	return reap_up_to(r, r->vr.size);
}

static inline bool waiting(struct rig *r)
{
	return vring_waiting(&r->vr, r->layout);
}

static unsigned int drained;

static inline void count_put(void *arg, size_t i, void *cookie, uint32_t len)
{
	(void)arg;
	assert_int_equal(i, drained);
	assert_non_null(cookie);
	assert_int_equal(len, 0);
	drained++;
}

static inline unsigned int drain(struct rig *r)
{
	drained = 0;
	vring_drain(&r->vr, count_put, NULL);
	return drained;
}

static inline void assert_broken(struct rig *r, unsigned int held)
{
	assert_true(r->vr.broken);
	assert_int_equal(reap(r), 0);
	assert_int_equal(drain(r), held);
	assert_int_equal(drain(r), 0);
}

static inline void add_same(struct rig *r, unsigned int n, uintptr_t cookie)
{
	const struct vring_buf b = {
		.addr = 0x1000 * cookie,
		.len = 100,
		.cookie = (void *)cookie,
	};

	if (r->layout == VRING_SPLIT)
		vring_add_same(&r->vr, VRING_SPLIT, &b, n);
	else
		vring_add_same(&r->vr, VRING_PACKED, &b, n);
}

static inline unsigned int reap_same(struct rig *r)
{
	if (!vring_is_same(&r->vr))
		return 0;
	return r->layout == VRING_SPLIT
		       ? vring_reap_same(&r->vr, VRING_SPLIT, UINT_MAX, true)
		       : vring_reap_same(&r->vr, VRING_PACKED, UINT_MAX, true);
}

/* Each test runs on both layouts. */
static enum vring_layout rig_split = VRING_SPLIT, rig_packed = VRING_PACKED;

#define BOTH(f)                                                               \
	{.name = #f " (split)", .test_func = f, .initial_state = &rig_split}, \
	{                                                                     \
		.name = #f " (packed)", .test_func = f,                       \
		.initial_state = &rig_packed                                  \
	}

#endif /* TESTS_VRING_RIG_H */
