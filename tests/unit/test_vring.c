/* SPDX-License-Identifier: BSD-3-Clause */
/* The test plays the device: it reads and writes the rings as 2.7 says. */
#include "plat/lib/vring.h"
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define BUF_LEN 100

/* One side of it the driver's ring, the other the device's view. */
struct rig {
	struct vring vr;
	void *mem;
	enum vring_dir dir;
	const struct vring_desc *desc;
	const struct vring_avail *avail;
	uint16_t *used;         /* flags, idx, elements */
	uint16_t seen;          /* of avail->idx */
	uint16_t put;           /* used->idx */
	uintptr_t added, taken; /* cookies are numbers from 1 */
	uintptr_t got[1024];
	uint32_t got_len[1024];
	unsigned int nb_got;
};

static void rig_init(struct rig *r, uint16_t size, enum vring_dir dir,
		     bool event_idx)
{
	memset(r, 0, sizeof(*r));
	r->mem = aligned_alloc(VRING_ALIGN,
			       ALIGN_UP(vring_bytes(size), VRING_ALIGN));
	assert_non_null(r->mem);
	memset(r->mem, 0xa5, vring_bytes(size));
	r->dir = dir;
	vring_init(&r->vr, r->mem, size, dir, event_idx);
	r->desc = (void *)(uintptr_t)vring_desc_addr(&r->vr);
	r->avail = (void *)(uintptr_t)vring_avail_addr(&r->vr);
	r->used = (void *)(uintptr_t)vring_used_addr(&r->vr);
}

static uint16_t *used_event(struct rig *r)
{
	return (uint16_t *)&r->avail->ring[r->vr.size];
}

static uint16_t *avail_event(struct rig *r)
{
	return r->used + 2 + 4 * r->vr.size;
}

static bool get(void *arg, struct vring_buf *b)
{
	struct rig *r = arg;

	r->added++;
	b->cookie = (void *)r->added;
	b->addr = 0x1000 * r->added;
	b->len = BUF_LEN;
	return true;
}

static void put(void *arg, void *cookie, uint32_t len)
{
	struct rig *r = arg;

	assert_in_range(r->nb_got, 0, ARRAY_SIZE(r->got) - 1);
	r->got_len[r->nb_got] = len;
	r->got[r->nb_got++] = (uintptr_t)cookie;
}

static unsigned int add(struct rig *r, unsigned int n)
{
	if (r->dir == VRING_FROM_DEVICE)
		return vring_add(&r->vr, n, VRING_FROM_DEVICE, get, r);
	return vring_add(&r->vr, n, VRING_TO_DEVICE, get, r);
}

static unsigned int reap(struct rig *r)
{
	r->nb_got = 0;
	if (r->dir == VRING_FROM_DEVICE)
		return vring_reap(&r->vr, vring_pending(&r->vr),
				  VRING_FROM_DEVICE, put, r);
	return vring_reap(&r->vr, vring_pending(&r->vr), VRING_TO_DEVICE, put,
			  r);
}

/* The device takes the next buffer: its identity. */
static uint16_t dev_take(struct rig *r)
{
	assert_int_not_equal(r->seen, r->avail->idx);
	return r->avail->ring[r->seen++ & r->vr.mask];
}

/* Writes a used element without showing it. */
static void dev_write(struct rig *r, uint32_t id, uint32_t len)
{
	uint32_t e[2] = {id, len};

	memcpy((char *)r->used + 4 + 8 * (r->put++ & r->vr.mask), e, sizeof(e));
}

static void dev_use(struct rig *r, uint32_t id, uint32_t len)
{
	dev_write(r, id, len);
	r->used[1] = r->put;
}

static void dev_use_all(struct rig *r)
{
	while (r->seen != r->avail->idx)
		dev_use(r, dev_take(r), BUF_LEN);
}

static unsigned int drained;

static void count_put(void *arg, void *cookie, uint32_t len)
{
	(void)arg;
	assert_non_null(cookie);
	assert_int_equal(len, 0);
	drained++;
}

static void assert_broken(struct rig *r, unsigned int held)
{
	assert_true(r->vr.broken);
	assert_int_equal(vring_pending(&r->vr), 0);
	drained = 0;
	vring_drain(&r->vr, count_put, NULL);
	assert_int_equal(drained, held);
	drained = 0;
	vring_drain(&r->vr, count_put, NULL);
	assert_int_equal(drained, 0);
}

static void test_layout(void **state)
{
	struct rig r;

	(void)state;
	for (uint32_t size = 1; size <= VRING_SIZE_MAX; size *= 2) {
		rig_init(&r, (uint16_t)size, VRING_FROM_DEVICE, true);
		/* 2.7: alignments of 16, 2 and 4, and nothing overlaps. */
		assert_int_equal((uintptr_t)r.desc % 16, 0);
		assert_int_equal((uintptr_t)r.avail % 2, 0);
		assert_int_equal((uintptr_t)r.used % 4, 0);
		assert_true((char *)r.avail >= (char *)(r.desc + size));
		assert_true((char *)r.used >= (char *)(used_event(&r) + 1));
		assert_true((char *)r.vr.cookie >=
			    (char *)(avail_event(&r) + 1));
		assert_true((char *)(r.vr.free + size) <=
			    (char *)r.mem + vring_bytes((uint16_t)size));
		assert_int_equal(r.desc[size - 1].flags, VRING_DESC_F_WRITE);
		assert_int_equal(r.avail->flags, 0);
		assert_int_equal(*used_event(&r), 0xffff);
		assert_int_equal(r.used[1], 0);
		free(r.mem);
	}
	rig_init(&r, 4, VRING_TO_DEVICE, false);
	assert_int_equal(r.desc[0].flags, 0);
	assert_int_equal(r.avail->flags, VRING_AVAIL_F_NO_INTERRUPT);
	free(r.mem);
}

static void test_in_order(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 8, VRING_FROM_DEVICE, false);
	for (int round = 0; round < 50000; round++) {
		unsigned int n = 1 + (unsigned int)round % 8;

		assert_int_equal(add(&r, n), n);
		assert_int_equal(vring_room(&r.vr), 8 - n);
		/* Not before it is published. */
		assert_int_equal(r.avail->idx, r.seen);
		vring_publish(&r.vr);
		for (unsigned int i = 0; i < n; i++) {
			uint16_t id = dev_take(&r);
			uint64_t nth = r.added - n + 1 + i;

			assert_int_equal(r.desc[id].addr, 0x1000 * nth);
			assert_int_equal(r.desc[id].len, BUF_LEN);
			dev_use(&r, id, i);
		}
		assert_int_equal(reap(&r), n);
		for (unsigned int i = 0; i < n; i++) {
			assert_int_equal(r.got[i], ++r.taken);
			assert_int_equal(r.got_len[i], i);
		}
	}
	assert_true(r.vr.in_order);
	assert_false(r.vr.broken);
	free(r.mem);
}

static void test_full(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 16, VRING_TO_DEVICE, true);
	assert_int_equal(add(&r, 16), 16);
	assert_int_equal(vring_room(&r.vr), 0);
	assert_int_equal(vring_outstanding(&r.vr), 16);
	vring_publish(&r.vr);
	assert_int_equal(reap(&r), 0);
	dev_use_all(&r);
	assert_int_equal(vring_pending(&r.vr), 16);
	assert_int_equal(reap(&r), 16);
	assert_int_equal(vring_room(&r.vr), 16);
	free(r.mem);
}

/* A device that permutes: each cookie comes back once, none is lost. */
static void test_out_of_order(void **state)
{
	uint16_t held[64];
	bool out[65536] = {false};
	unsigned int nb = 0, seed = 1, total = 0;
	struct rig r;

	(void)state;
	rig_init(&r, 64, VRING_FROM_DEVICE, true);
	for (int round = 0; round < 5000; round++) {
		unsigned int n = MIN(vring_room(&r.vr), 1 + seed % 13);

		for (uintptr_t c = r.added + 1; c <= r.added + n; c++)
			out[c % 65536] = true;
		assert_int_equal(add(&r, n), n);
		vring_publish(&r.vr);
		while (r.seen != r.avail->idx)
			held[nb++] = dev_take(&r);
		for (unsigned int k = seed % (nb + 1); k > 0; k--) {
			unsigned int i;

			seed = seed * 1103515245 + 12345;
			i = (seed >> 16) % nb;
			/* In order to begin with, then not. */
			if (round < 100)
				i = 0;
			dev_use(&r, held[i], held[i]);
			memmove(held + i, held + i + 1,
				(--nb - i) * sizeof(held[0]));
		}
		seed = seed * 1103515245 + 12345;
		n = reap(&r);
		assert_int_equal(n, r.nb_got);
		total += r.nb_got;
		for (unsigned int i = 0; i < r.nb_got; i++) {
			assert_true(out[r.got[i] % 65536]);
			out[r.got[i] % 65536] = false;
		}
		assert_int_equal(vring_outstanding(&r.vr), nb);
	}
	assert_false(r.vr.broken);
	assert_false(r.vr.in_order);
	assert_true(total > 10000);
	assert_int_equal(total + nb, r.added);
	drained = 0;
	vring_drain(&r.vr, count_put, NULL);
	assert_int_equal(drained, nb);
	free(r.mem);
}

/* Ids that are out of range, never given, or given back twice. */
static void test_wrong_id(void **state)
{
	static const uint32_t wrong[] = {4, 7, 8, 0x10000, UINT32_MAX};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		rig_init(&r, 8, VRING_TO_DEVICE, false);
		add(&r, 4);
		vring_publish(&r.vr);
		dev_use(&r, 0, 0);
		dev_use(&r, wrong[i], 0);
		dev_use(&r, 2, 0);
		assert_int_equal(reap(&r), 1);
		assert_int_equal(r.got[0], 1);
		assert_broken(&r, 3);
		free(r.mem);
	}
	rig_init(&r, 8, VRING_TO_DEVICE, false);
	add(&r, 4);
	vring_publish(&r.vr);
	dev_use(&r, 1, 0);
	dev_use(&r, 0, 0);
	dev_use(&r, 1, 0);
	assert_int_equal(reap(&r), 2);
	assert_broken(&r, 2);
	free(r.mem);
}

static void test_index_jump(void **state)
{
	static const uint16_t jump[] = {5, 8, 9, 0x8000, 0xffff};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(jump); i++) {
		rig_init(&r, 8, VRING_FROM_DEVICE, true);
		add(&r, 4);
		vring_publish(&r.vr);
		/* Added, but the device cannot know of them. */
		add(&r, 2);
		r.used[1] = jump[i];
		assert_int_equal(reap(&r), 0);
		assert_broken(&r, 6);
		free(r.mem);
	}
}

static void test_too_long(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 8, VRING_FROM_DEVICE, true);
	add(&r, 4);
	vring_publish(&r.vr);
	dev_use(&r, 0, BUF_LEN);
	dev_use(&r, 1, BUF_LEN + 1);
	assert_int_equal(reap(&r), 1);
	assert_broken(&r, 3);
	free(r.mem);

	/* The same away from the order. */
	rig_init(&r, 8, VRING_FROM_DEVICE, true);
	add(&r, 4);
	vring_publish(&r.vr);
	dev_use(&r, 3, BUF_LEN);
	dev_use(&r, 1, UINT32_MAX);
	assert_int_equal(reap(&r), 1);
	assert_broken(&r, 3);
	free(r.mem);

	/* Nothing is written there, so the length means nothing. */
	rig_init(&r, 8, VRING_TO_DEVICE, true);
	add(&r, 1);
	vring_publish(&r.vr);
	dev_use(&r, 0, UINT32_MAX);
	assert_int_equal(reap(&r), 1);
	assert_false(r.vr.broken);
	free(r.mem);
}

/* 2.7.10: what suppresses a notification, with flags. */
static void test_notify_flags(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 8, VRING_TO_DEVICE, false);
	assert_false(vring_publish(&r.vr));
	add(&r, 1);
	assert_true(vring_publish(&r.vr));
	assert_false(vring_publish(&r.vr));
	r.used[0] = VRING_USED_F_NO_NOTIFY;
	add(&r, 1);
	assert_false(vring_publish(&r.vr));
	/* avail_event means nothing without the feature. */
	*avail_event(&r) = 2;
	add(&r, 1);
	assert_false(vring_publish(&r.vr));
	free(r.mem);
}

/*
 * The same with the event index, over the whole circle of indices: exactly
 * the batch that moves past the event notifies.
 */
static void test_notify_event(void **state)
{
	unsigned int total = 0;
	uint16_t event = 0;
	struct rig r;

	(void)state;
	rig_init(&r, 256, VRING_TO_DEVICE, true);
	/* Must be looked at by nobody. */
	r.used[0] = VRING_USED_F_NO_NOTIFY;
	for (unsigned int round = 0; total < 5 * 65536; round++) {
		unsigned int n = 1 + round % 64;
		unsigned int ahead = round % 100;

		event = (uint16_t)(total + ahead);
		*avail_event(&r) = event;
		add(&r, n);
		assert_int_equal(vring_publish(&r.vr), ahead < n);
		total += n;
		dev_use_all(&r);
		assert_int_equal(reap(&r), n);
	}
	/* An event far behind is not news. */
	*avail_event(&r) = (uint16_t)(total - 1);
	add(&r, 1);
	assert_false(vring_publish(&r.vr));
	free(r.mem);
}

/* The device's own arithmetic must never find that an interrupt is due. */
static void test_no_interrupt(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 256, VRING_FROM_DEVICE, true);
	for (unsigned int round = 0; round < 4000; round++) {
		uint16_t old = r.put;
		uint16_t event;

		add(&r, 1 + round % 256);
		vring_publish(&r.vr);
		dev_use_all(&r);
		event = *used_event(&r);
		assert_false((uint16_t)(r.put - event - 1) <
			     (uint16_t)(r.put - old));
		reap(&r);
		assert_int_equal(vring_outstanding(&r.vr), 0);
	}
	free(r.mem);
}

static bool get_two(void *arg, struct vring_buf *b)
{
	struct rig *r = arg;

	return r->added < 2 && get(arg, b);
}

static void test_source_ends(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 8, VRING_TO_DEVICE, true);
	assert_int_equal(vring_add(&r.vr, 8, VRING_TO_DEVICE, get_two, &r), 2);
	assert_int_equal(vring_outstanding(&r.vr), 2);
	vring_publish(&r.vr);
	assert_int_equal(r.avail->idx, 2);
	drained = 0;
	vring_drain(&r.vr, count_put, NULL);
	assert_int_equal(drained, 2);
	free(r.mem);
}

/* The largest ring: its indices differ by as much as they can. */
static void test_largest(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, VRING_SIZE_MAX, VRING_TO_DEVICE, true);
	for (int round = 0; round < 5; round++) {
		assert_int_equal(add(&r, VRING_SIZE_MAX), VRING_SIZE_MAX);
		assert_int_equal(vring_room(&r.vr), 0);
		vring_publish(&r.vr);
		for (int part = 0; part < 32; part++) {
			for (int i = 0; i < 1024; i++)
				dev_use(&r, dev_take(&r), 0);
			assert_int_equal(reap(&r), 1024);
		}
		assert_int_equal(vring_outstanding(&r.vr), 0);
	}
	free(r.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_out_of_order),
		cmocka_unit_test(test_wrong_id),
		cmocka_unit_test(test_index_jump),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_notify_flags),
		cmocka_unit_test(test_notify_event),
		cmocka_unit_test(test_no_interrupt),
		cmocka_unit_test(test_source_ends),
		cmocka_unit_test(test_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
