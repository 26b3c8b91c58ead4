/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring and a device that keeps to the rules, in order or not. */
#include "vring_rig.h"

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

static uint32_t differs(const void *arg, const void *cookie)
{
	(void)arg;
	return (uintptr_t)cookie % 11 == 0;
}

static uint64_t addr(const void *cookie)
{
	return 0x1000 * (uintptr_t)cookie;
}

/* Up to the first that does not fit, which goes as any does. */
static unsigned int add_alike(struct rig *r, unsigned int n)
{
	const uintptr_t first = r->added + 1;
	void *cookies[64];

	for (unsigned int i = 0; i < n; i++)
		cookies[i] = (void *)(first + i);
	if (r->layout == VRING_SPLIT)
		n = vring_add_alike(&r->vr, VRING_SPLIT, n, cookies, BUF_LEN,
				    addr, differs, NULL);
	else
		n = vring_add_alike(&r->vr, VRING_PACKED, n, cookies, BUF_LEN,
				    addr, differs, NULL);
	r->added += n;
	return n;
}

/* Of one length: those that fit are as those are that are described whole. */
static void test_alike(void **state)
{
	uint64_t seed = 5;
	struct rig r;

	rig_init(&r, state, 64, VRING_TO_DEVICE, true);
	assert_int_equal(add(&r, 64), 64);
	for (unsigned int round = 0; round < 20000; round++) {
		const unsigned int n = 1 + unit_random(&seed) % 64;
		struct vring_dev_buf b;
		unsigned int got = 0;

		publish(&r);
		while (vring_dev_take(&r.dev, &b)) {
			assert_int_equal(b.addr, 0x1000 * (r.taken + ++got));
			assert_int_equal(b.len, BUF_LEN);
			vring_dev_use(&r.dev, b.id, 0);
		}
		assert_int_equal(reap(&r), r.added - r.taken);
		r.taken = r.added;
		while (r.added < r.taken + n) {
			unsigned int left =
				(unsigned int)(r.taken + n - r.added);
			unsigned int all = 10 - r.added % 11;

			assert_int_equal(add_alike(&r, left), MIN(left, all));
			if (left > all)
				assert_int_equal(add(&r, 1), 1);
		}
	}
	assert_true(r.vr.in_order);
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
			for (unsigned int i = 0; i < n; i++) {
				r.added = 2;
				assert_int_equal(add(&r, 1), 1);
			}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_layout),
		BOTH(test_in_order),
		BOTH(test_full),
		BOTH(test_alike),
		BOTH(test_out_of_order),
		BOTH(test_same),
		BOTH(test_same_out_of_order),
		BOTH(test_notify_flags),
		BOTH(test_notify_event),
		BOTH(test_no_interrupt),
		BOTH(test_source_ends),
		BOTH(test_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
