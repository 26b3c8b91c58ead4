/* SPDX-License-Identifier: BSD-3-Clause */
/* Each test runs on both layouts; the device is vring_dev.c, told by us. */
#include "plat/lib/vring.h"
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

static void rig_init(struct rig *r, void **state, uint16_t size,
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

static bool get(void *arg, size_t i, struct vring_buf *b)
{
	struct rig *r = arg;

	(void)i;
	if (r->added == r->limit)
		return false;
	r->added++;
	b->cookie = (void *)r->added;
	b->addr = 0x1000 * r->added;
	b->len = BUF_LEN;
	return true;
}

static void put(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct rig *r = arg;

	assert_in_range(r->nb_got, 0, ARRAY_SIZE(r->got) - 1);
	assert_int_equal(i, r->nb_got);
	r->got_len[r->nb_got] = len;
	r->got[r->nb_got++] = (uintptr_t)cookie;
}

static unsigned int add(struct rig *r, unsigned int n)
{
	if (r->layout == VRING_SPLIT)
		return r->dir == VRING_FROM_DEVICE
			       ? vring_add(&r->vr, VRING_SPLIT,
					   VRING_FROM_DEVICE, n, get, r)
			       : vring_add(&r->vr, VRING_SPLIT, VRING_TO_DEVICE,
					   n, get, r);
	return r->dir == VRING_FROM_DEVICE
		       ? vring_add(&r->vr, VRING_PACKED, VRING_FROM_DEVICE, n,
				   get, r)
		       : vring_add(&r->vr, VRING_PACKED, VRING_TO_DEVICE, n,
				   get, r);
}

static bool publish(struct rig *r)
{
	return r->layout == VRING_SPLIT ? vring_publish(&r->vr, VRING_SPLIT)
					: vring_publish(&r->vr, VRING_PACKED);
}

static unsigned int reap_up_to(struct rig *r, unsigned int n)
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

static unsigned int reap(struct rig *r)
{
	return reap_up_to(r, r->vr.size);
}

static bool waiting(struct rig *r)
{
	return vring_waiting(&r->vr, r->layout);
}

static unsigned int drained;

static void count_put(void *arg, size_t i, void *cookie, uint32_t len)
{
	(void)arg;
	assert_int_equal(i, drained);
	assert_non_null(cookie);
	assert_int_equal(len, 0);
	drained++;
}

static unsigned int drain(struct rig *r)
{
	drained = 0;
	vring_drain(&r->vr, count_put, NULL);
	return drained;
}

static void assert_broken(struct rig *r, unsigned int held)
{
	assert_true(r->vr.broken);
	assert_int_equal(reap(r), 0);
	assert_int_equal(drain(r), held);
	assert_int_equal(drain(r), 0);
}

/* 2.7, 2.8.10: alignments, and nothing overlaps. */
static void test_layout(void **state)
{
	const bool packed = *(enum vring_layout *)*state == VRING_PACKED;
	struct vring_dev *d;
	struct rig r;

	for (uint32_t size = 1; size <= VRING_SIZE_MAX; size *= 2) {
		rig_init(&r, state, (uint16_t)size, VRING_FROM_DEVICE, true);
		d = &r.dev;
		assert_int_equal((uintptr_t)d->area[0] % 16, 0);
		assert_int_equal((uintptr_t)d->area[1] % 4, 0);
		assert_int_equal((uintptr_t)d->area[2] % 4, 0);
		assert_true(d->area[1] >= d->area[0] + 16 * size);
		assert_true(d->area[2] >=
			    d->area[1] + (packed ? 4 : 6 + 2 * size));
		assert_true((uint8_t *)r.vr.cookie >=
			    d->area[2] + (packed ? 4 : 6 + 8 * size));
		assert_true((uint8_t *)r.vr.free >=
			    (uint8_t *)(r.vr.cookie + size));
		assert_true((char *)(r.vr.free + size) <=
			    (char *)r.mem +
				    vring_bytes(r.layout, (uint16_t)size));
		assert_false(waiting(&r));
		assert_false(vring_dev_take(d, &(struct vring_dev_buf){0}));
		free(r.mem);
	}
}

static void test_in_order(void **state)
{
	struct vring_dev_buf b;
	struct rig r;

	for (unsigned int min = 0; min < 7; min += 3) {
		rig_init(&r, state, 8, VRING_FROM_DEVICE, false);
		r.min = min;
		for (unsigned int round = 0; round < 50000; round++) {
			unsigned int n = 1 + round % 8;

			/* In one go, or piece by piece. */
			assert_int_equal(add(&r, n / 2) + add(&r, n - n / 2),
					 n);
			assert_int_equal(vring_room(&r.vr), 8 - n);
			assert_false(vring_dev_take(&r.dev, &b));
			publish(&r);
			for (unsigned int i = 0; i < n; i++) {
				uint64_t nth = r.added - n + 1 + i;

				assert_true(vring_dev_take(&r.dev, &b));
				assert_int_equal(b.addr, 0x1000 * nth);
				assert_int_equal(b.len, BUF_LEN);
				assert_int_equal(b.flags, 2);
				if (round % 3)
					vring_dev_use(&r.dev, b.id, i);
				else
					vring_dev_use_flagged(&r.dev, b.id, i);
			}
			assert_false(vring_dev_take(&r.dev, &b));
			assert_true(waiting(&r));
			assert_int_equal(reap(&r), n);
			assert_false(waiting(&r));
			for (unsigned int i = 0; i < n; i++) {
				assert_int_equal(r.got[i], ++r.taken);
				assert_int_equal(r.got_len[i], i);
			}
		}
		assert_true(r.vr.in_order);
		assert_false(r.vr.broken);
		free(r.mem);
	}
}

static void test_full(void **state)
{
	struct rig r;

	rig_init(&r, state, 16, VRING_TO_DEVICE, true);
	for (unsigned int round = 0; round < 100; round++) {
		assert_int_equal(add(&r, 16), 16);
		assert_int_equal(vring_room(&r.vr), 0);
		assert_int_equal(vring_outstanding(&r.vr), 16);
		publish(&r);
		assert_false(waiting(&r));
		assert_int_equal(reap(&r), 0);
		assert_int_equal(vring_dev_use_all(&r.dev, 0), 16);
		assert_int_equal(reap_up_to(&r, 5), 5);
		assert_true(waiting(&r));
		assert_int_equal(reap(&r), 11);
		assert_int_equal(vring_room(&r.vr), 16);
		/* An odd number, so that batches lie across the end. */
		assert_int_equal(add(&r, 7), 7);
		publish(&r);
		assert_int_equal(vring_dev_use_all(&r.dev, 0), 7);
		assert_int_equal(reap(&r), 7);
	}
	free(r.mem);
}

/* A device that permutes: each cookie comes back once, none is lost. */
static void test_out_of_order(void **state)
{
	struct vring_dev_buf held[64];
	bool out[65536] = {false};
	unsigned int nb = 0, total = 0;
	uint64_t seed = 1;
	struct rig r;

	rig_init(&r, state, 64, VRING_FROM_DEVICE, true);
	for (int round = 0; round < 5000; round++) {
		unsigned int n =
			MIN(vring_room(&r.vr), 1 + unit_random(&seed) % 13);

		for (uintptr_t c = r.added + 1; c <= r.added + n; c++)
			out[c % 65536] = true;
		assert_int_equal(add(&r, n), n);
		publish(&r);
		while (vring_dev_take(&r.dev, &held[nb]))
			nb++;
		for (uint64_t k = unit_random(&seed) % (nb + 1); k > 0; k--) {
			uint64_t i = unit_random(&seed) % nb;

			/* In order to begin with, then not. */
			if (round < 100)
				i = 0;
			vring_dev_use(&r.dev, held[i].id,
				      (uint32_t)(held[i].addr % 97));
			memmove(held + i, held + i + 1,
				(--nb - i) * sizeof(held[0]));
		}
		n = reap(&r);
		assert_int_equal(n, r.nb_got);
		total += r.nb_got;
		for (unsigned int i = 0; i < r.nb_got; i++) {
			assert_true(out[r.got[i] % 65536]);
			out[r.got[i] % 65536] = false;
			assert_int_equal(r.got_len[i], 0x1000 * r.got[i] % 97);
		}
		assert_int_equal(vring_outstanding(&r.vr), nb);
		if (round < 100)
			assert_true(r.vr.in_order);
	}
	assert_false(r.vr.broken);
	assert_false(r.vr.in_order);
	assert_true(total > 10000);
	assert_int_equal(total + nb, r.added);
	assert_int_equal(drain(&r), nb);
	free(r.mem);
}

static void add_same(struct rig *r, unsigned int n, uintptr_t cookie)
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

static unsigned int reap_same(struct rig *r)
{
	if (!vring_is_same(&r->vr))
		return 0;
	return r->layout == VRING_SPLIT ? vring_reap_same(&r->vr, VRING_SPLIT)
					: vring_reap_same(&r->vr, VRING_PACKED);
}

/*
 * One buffer many times, between batches of others: the device sees what was
 * added, and each cookie comes back as often as it went out. `order`: rounds
 * in which the device keeps it.
 */
static void same(void **state, int order)
{
	struct vring_dev_buf held[64];
	unsigned int out[3] = {0}, nb = 0, nb_same = 0;
	uintptr_t sent[64], next = 0;
	uint64_t seed = 3;
	struct rig r;

	rig_init(&r, state, 64, VRING_TO_DEVICE, true);
	for (int round = 0; round < 20000; round++) {
		uint64_t x = unit_random(&seed);
		unsigned int n = MIN(vring_room(&r.vr), x % 40), before = nb;
		/* Long stretches of one, so that the ring is full of it. */
		uintptr_t which = round / 50 % 4;

		if (which < 3 && r.vr.in_order) {
			add_same(&r, n, 1 + which);
			out[which] += n;
			next = 1 + which;
		} else {
			which = 2;
			r.added = 2;
			for (unsigned int i = 0; i < n; i++, r.added = 2)
				assert_int_equal(add(&r, 1), 1);
			out[2] += n;
			next = 3;
		}
		publish(&r);
		while (vring_dev_take(&r.dev, &held[nb])) {
			assert_int_equal(held[nb].addr, 0x1000 * next);
			assert_int_equal(held[nb].len, BUF_LEN);
			nb++;
		}
		assert_int_equal(nb, before + n);
		for (uint64_t k = (x >> 20) % (nb + 1); k > 0; k--) {
			uint64_t i =
				round < order ? 0 : unit_random(&seed) % nb;

			/* Odd flags are not an offence. */
			if (x >> 40 & 1)
				vring_dev_use(&r.dev, held[i].id, 0);
			else
				vring_dev_use_flagged(&r.dev, held[i].id, 9);
			memmove(held + i, held + i + 1,
				(--nb - i) * sizeof(held[0]));
		}
		n = reap_same(&r);
		nb_same += n;
		if (n)
			out[(uintptr_t)r.vr.same.cookie - 1] -= n;
		reap(&r);
		for (unsigned int i = 0; i < r.nb_got; i++)
			out[r.got[i] - 1]--;
		memset(sent, 0, sizeof(sent));
		for (unsigned int i = 0; i < nb; i++)
			sent[held[i].addr / 0x1000 - 1]++;
		for (int i = 0; i < 3; i++)
			assert_int_equal(out[i], sent[i]);
		assert_int_equal(vring_outstanding(&r.vr), nb);
	}
	assert_false(r.vr.broken);
	assert_true(nb_same > 5000);
	assert_int_equal(r.vr.in_order, order > 20000);
	assert_int_equal(drain(&r), nb);
	free(r.mem);
}

static void test_same(void **state)
{
	same(state, 20001);
}

static void test_same_out_of_order(void **state)
{
	same(state, 10025);
	same(state, 15010);
}

/* What is wrong is found out among equals, too. */
static void test_same_wrong_id(void **state)
{
	struct rig r;

	for (uint32_t id = 2; id < 9; id++) {
		rig_init(&r, state, 8, VRING_TO_DEVICE, true);
		add_same(&r, 6, 1);
		publish(&r);
		vring_dev_use(&r.dev, 0, 0);
		vring_dev_use(&r.dev, 1, 0);
		vring_dev_use(&r.dev, id == 2 ? 1 : id, 0);
		assert_true(vring_is_same(&r.vr));
		assert_int_equal(reap_same(&r), 2);
		if (id > 2 && id < 6) {
			assert_int_equal(reap(&r), 1);
			assert_int_equal(r.got[0], 1);
			assert_false(r.vr.in_order);
			assert_int_equal(drain(&r), 3);
		} else {
			assert_int_equal(reap(&r), 0);
			assert_broken(&r, 4);
		}
		free(r.mem);
	}
}

/* Ids that are out of range, never given, or given back twice. */
static void test_wrong_id(void **state)
{
	static const uint32_t wrong[] = {4,      7,       8,         0x8000,
					 0xffff, 0x10000, UINT32_MAX};
	struct rig r;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		rig_init(&r, state, 8, VRING_TO_DEVICE, false);
		add(&r, 4);
		publish(&r);
		vring_dev_use(&r.dev, 0, 0);
		vring_dev_use(&r.dev, wrong[i], 0);
		vring_dev_use(&r.dev, 2, 0);
		assert_int_equal(reap(&r), 1);
		assert_int_equal(r.got[0], 1);
		assert_broken(&r, 3);
		free(r.mem);
	}
	rig_init(&r, state, 8, VRING_TO_DEVICE, false);
	add(&r, 4);
	publish(&r);
	vring_dev_use(&r.dev, 1, 0);
	vring_dev_use(&r.dev, 0, 0);
	vring_dev_use(&r.dev, 1, 0);
	assert_int_equal(reap(&r), 2);
	assert_broken(&r, 2);
	free(r.mem);
}

/* Used before they were shown: the split index jumps, packed is not seen. */
static void test_too_many(void **state)
{
	static const uint16_t jump[] = {5, 8, 9, 0x8000, 0xffff};
	struct rig r;

	for (size_t i = 0; i < ARRAY_SIZE(jump); i++) {
		rig_init(&r, state, 8, VRING_FROM_DEVICE, true);
		add(&r, 4);
		publish(&r);
		/* Added, but the device cannot know of them. */
		add(&r, 2);
		if (r.layout == VRING_SPLIT) {
			memcpy(r.dev.area[2] + 2, &jump[i], 2);
			assert_int_equal(reap(&r), 0);
			assert_broken(&r, 6);
		} else {
			for (uint16_t id = 0; id < 8; id++)
				vring_dev_use(&r.dev, id, 0);
			assert_int_equal(reap(&r), 4);
			assert_false(waiting(&r));
			assert_false(r.vr.broken);
			assert_int_equal(drain(&r), 2);
		}
		free(r.mem);
	}
}

static void test_too_long(void **state)
{
	static const uint32_t lens[] = {BUF_LEN + 1, 0x10000 + BUF_LEN,
					0x80000000, UINT32_MAX};
	struct rig r;

	for (size_t i = 0; i < 2 * ARRAY_SIZE(lens); i++) {
		rig_init(&r, state, 8, VRING_FROM_DEVICE, true);
		r.min = i % 2 ? 26 : 0;
		add(&r, 4);
		publish(&r);
		vring_dev_use(&r.dev, 0, BUF_LEN);
		vring_dev_use(&r.dev, 1, lens[i / 2]);
		assert_int_equal(reap(&r), 1);
		assert_int_equal(r.got_len[0], BUF_LEN);
		assert_broken(&r, 3);
		free(r.mem);

		/* The same away from the order. */
		rig_init(&r, state, 8, VRING_FROM_DEVICE, true);
		add(&r, 4);
		publish(&r);
		vring_dev_use(&r.dev, 3, BUF_LEN);
		vring_dev_use(&r.dev, 1, lens[i / 2]);
		assert_int_equal(reap(&r), 1);
		assert_broken(&r, 3);
		free(r.mem);
	}
	/* Nothing is written there, so the length means nothing. */
	rig_init(&r, state, 8, VRING_TO_DEVICE, true);
	add(&r, 1);
	publish(&r);
	vring_dev_use(&r.dev, 0, UINT32_MAX);
	assert_int_equal(reap(&r), 1);
	assert_false(r.vr.broken);
	free(r.mem);
}

/* 2.7.10, 2.8.21.3: what suppresses a notification, with flags. */
static void test_notify_flags(void **state)
{
	struct rig r;

	rig_init(&r, state, 8, VRING_TO_DEVICE, false);
	assert_false(publish(&r));
	add(&r, 1);
	assert_true(publish(&r));
	assert_false(publish(&r));
	vring_dev_quiet(&r.dev, true);
	add(&r, 1);
	assert_false(publish(&r));
	vring_dev_quiet(&r.dev, false);
	add(&r, 1);
	assert_true(publish(&r));
	/* The event means nothing without the feature. */
	vring_dev_event(&r.dev, 100);
	add(&r, 1);
	assert_true(publish(&r));
	free(r.mem);
}

/*
 * The same with the event index, over the whole circle of indices: exactly
 * the batch that moves past the event notifies.
 */
static void test_notify_event(void **state)
{
	unsigned int total = 0;
	struct rig r;

	rig_init(&r, state, 256, VRING_TO_DEVICE, true);
	/* Must be looked at by nobody. */
	if (r.layout == VRING_SPLIT)
		vring_dev_quiet(&r.dev, true);
	for (unsigned int round = 0; total < 5 * 65536; round++) {
		unsigned int n = 1 + round % 64;
		unsigned int ahead = round % 100;

		vring_dev_event(&r.dev, (uint16_t)(total + ahead));
		add(&r, n);
		assert_int_equal(publish(&r), ahead < n);
		total += n;
		assert_int_equal(vring_dev_use_all(&r.dev, 0), n);
		assert_int_equal(reap(&r), n);
	}
	/* An event behind is not news. */
	vring_dev_event(&r.dev, (uint16_t)(total - 1));
	add(&r, 1);
	assert_false(publish(&r));
	free(r.mem);
}

/* The device's own arithmetic must never find that an interrupt is due. */
static void test_no_interrupt(void **state)
{
	struct rig r;

	for (int event_idx = 0; event_idx < 2; event_idx++) {
		rig_init(&r, state, 256, VRING_FROM_DEVICE, event_idx);
		for (unsigned int round = 0; round < 4000; round++) {
			unsigned int n = 1 + round % 256;

			assert_int_equal(add(&r, n), n);
			publish(&r);
			assert_false(vring_dev_would_interrupt(
				&r.dev, event_idx, (uint16_t)n));
			assert_int_equal(vring_dev_use_all(&r.dev, 1), n);
			assert_int_equal(reap(&r), n);
		}
		free(r.mem);
	}
}

static void test_source_ends(void **state)
{
	struct rig r;

	for (unsigned int last = 0; last < 5; last++) {
		rig_init(&r, state, 8, VRING_TO_DEVICE, true);
		add(&r, 6);
		publish(&r);
		assert_int_equal(vring_dev_use_all(&r.dev, 0), 6);
		assert_int_equal(reap(&r), 6);
		r.limit = 6 + last;
		assert_int_equal(add(&r, 8), last);
		assert_int_equal(add(&r, 8), 0);
		assert_int_equal(vring_outstanding(&r.vr), last);
		publish(&r);
		assert_int_equal(vring_dev_use_all(&r.dev, 0), last);
		assert_int_equal(drain(&r), last);
		free(r.mem);
	}
}

/* The largest ring: its indices differ by as much as they can. */
static void test_largest(void **state)
{
	struct vring_dev_buf b;
	struct rig r;

	rig_init(&r, state, VRING_SIZE_MAX, VRING_TO_DEVICE, true);
	for (int round = 0; round < 5; round++) {
		assert_int_equal(add(&r, VRING_SIZE_MAX), VRING_SIZE_MAX);
		assert_int_equal(vring_room(&r.vr), 0);
		publish(&r);
		for (int part = 0; part < 32; part++) {
			for (int i = 0; i < 1024; i++) {
				assert_true(vring_dev_take(&r.dev, &b));
				vring_dev_use(&r.dev, b.id, 0);
			}
			assert_int_equal(reap(&r), 1024);
		}
		assert_int_equal(vring_outstanding(&r.vr), 0);
	}
	free(r.mem);
}

static enum vring_layout split = VRING_SPLIT, packed = VRING_PACKED;

#define BOTH(f)                                                           \
	{.name = #f " (split)", .test_func = f, .initial_state = &split}, \
	{                                                                 \
		.name = #f " (packed)", .test_func = f,                   \
		.initial_state = &packed                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_layout),        BOTH(test_in_order),
		BOTH(test_full),          BOTH(test_out_of_order),
		BOTH(test_same),          BOTH(test_same_out_of_order),
		BOTH(test_same_wrong_id), BOTH(test_wrong_id),
		BOTH(test_too_many),      BOTH(test_too_long),
		BOTH(test_notify_flags),  BOTH(test_notify_event),
		BOTH(test_no_interrupt),  BOTH(test_source_ends),
		BOTH(test_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
