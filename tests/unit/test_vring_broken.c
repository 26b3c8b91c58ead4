/* SPDX-License-Identifier: BSD-3-Clause */
/* A device that breaks the rules of its ring. */
#include "vring_rig.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_same_wrong_id),
		BOTH(test_wrong_id),
		BOTH(test_too_many),
		BOTH(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
