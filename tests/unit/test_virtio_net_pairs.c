/* SPDX-License-Identifier: BSD-3-Clause */
/* Several pairs of queues, with RSS and without: what the device is told. */
#include <string.h>

#include "unit.h"
#include "virtio_fake.h"

static void offer(uint8_t pairs, bool rss)
{
	fake.config[8] = pairs;
	if (!rss)
		fake.offered &= ~(1ull << 60);
}

/* Several pairs: the device is told how many, once it is ready. */
static void device_is_told_how_many(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netdev_info info;

	offer(2, false);
	assert_int_equal(virtio_fake_bring_up_pairs(dev, 2, NULL), 0);
	uk_netdev_info_get(dev, &info);
	assert_int_equal(info.max_rx_queues, 2);
	assert_int_equal(info.max_tx_queues, 2);
	assert_int_equal(fake.pairs, 2);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fake.q[i].dev.size, RING);
	assert_int_equal(fake.q[0].bell, 0);
	assert_int_equal(fake.q[2].bell, 2);
	/* In the same way once its rings begin anew. */
	fake.pairs = 0;
	fake.generation++;
	fake.config[6] = 0;
	assert_int_equal(uk_netdev_link_get(dev), 0);
	assert_int_equal(fake.pairs, fake.accepted >> 34 & 1 ? 2 : 0);
}

static void one_pair_of_two_is_not_told(void **state)
{
	offer(2, false);
	virtio_fake_bring_up(*state);
	assert_int_equal(fake.pairs, 0);
	assert_int_equal(fake.q[4].dev.size, 0);
}

static void device_refuses(void **state)
{
	struct uk_netdev *dev = *state;

	offer(2, false);
	fake.refuses_pairs = true;
	assert_int_equal(virtio_fake_bring_up_pairs(dev, 2, NULL), -EIO);
	assert_string_equal(uk_netdev_why(dev),
			    "the device refuses 2 pairs of queues");
}

static void device_does_not_answer(void **state)
{
	struct uk_netdev *dev = *state;

	offer(2, false);
	fake.no_answer = true;
	assert_int_equal(virtio_fake_bring_up_pairs(dev, 2, NULL), -ETIMEDOUT);
	assert_string_equal(uk_netdev_why(dev),
			    "the device does not answer on its control queue");
}

/* virtio 1.2, 5.1.6.5.7.1, byte by byte. */
static void device_is_told_the_hash(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netdev_info info;
	const uint8_t *at = fake.rss + 2;

	offer(2, true);
	assert_int_equal(virtio_fake_bring_up_pairs(dev, 2, NULL), 0);
	uk_netdev_info_get(dev, &info);
	assert_true(info.features & UK_NETDEV_F_RSS);
	assert_int_equal(fake.pairs, 2);
	/* Only the types that are known here, of those that it has. */
	assert_memory_equal(at, ((uint8_t[]){0x3f, 0, 0, 0, 127, 0, 0, 0}), 8);
	for (unsigned i = 0; i < 128; i++)
		assert_memory_equal(at + 8 + 2 * i, ((uint8_t[]){i % 2, 0}), 2);
	at += 8 + 2 * 128;
	assert_memory_equal(at, ((uint8_t[]){2, 0, 40, 0x6d, 0x5a}), 5);
	assert_int_equal(at[2 + 40], 0xfa);
	/* In the same way once its rings begin anew. */
	fake.pairs = 0;
	fake.generation++;
	fake.config[6] = 0;
	assert_int_equal(uk_netdev_link_get(dev), 0);
	assert_int_equal(fake.pairs, fake.accepted >> 34 & 1 ? 2 : 0);
}

/* A device that has no type of ours is only told how many. */
static void device_has_other_hashes(void **state)
{
	struct uk_netdev *dev = *state;

	offer(2, true);
	fake.config[20] = 0xc0;
	fake.accepted = 0;
	assert_int_equal(uk_netdev_probe(dev), 0);
	assert_int_equal(to_vn(dev)->rss_types, 0);
}

static void device_refuses_rss(void **state)
{
	struct uk_netdev *dev = *state;

	offer(2, true);
	fake.refuses_pairs = true;
	assert_int_equal(virtio_fake_bring_up_pairs(dev, 2, NULL), -EIO);
	assert_string_equal(uk_netdev_why(dev),
			    "the device refuses 2 pairs of queues with RSS");
}

/* 5.1.4.1: less than every device has to take. */
static void device_takes_too_little(void **state)
{
	struct uk_netdev *dev = *state;

	offer(2, true);
	fake.config[18] = 64;
	assert_int_equal(uk_netdev_probe(dev), -EIO);
	assert_string_equal(uk_netdev_why(dev),
			    "the device's RSS takes a key of 40 bytes and a "
			    "table of 64");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_FAKE_TEST(device_is_told_how_many),
		VIRTIO_FAKE_TEST(one_pair_of_two_is_not_told),
		VIRTIO_FAKE_TEST(device_refuses),
		VIRTIO_FAKE_TEST(device_does_not_answer),
		VIRTIO_FAKE_TEST(device_is_told_the_hash),
		VIRTIO_FAKE_TEST(device_has_other_hashes),
		VIRTIO_FAKE_TEST(device_refuses_rss),
		VIRTIO_FAKE_TEST(device_takes_too_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
