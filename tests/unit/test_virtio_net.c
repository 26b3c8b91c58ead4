/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver's negotiation, and its end when the device breaks the rules. */
#include <string.h>

#include "plat/host/host.h"
#include "unit.h"
#include "virtio_fake.h"

static void test_negotiates(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netdev_info info;
	struct uk_netdev_queue_info qi;
	struct vring_dev_buf b;

	fake.max[1] = 1000;
	virtio_fake_bring_up(dev);
	/* Nothing that changes a frame. */
	assert_int_equal(fake.accepted,
			 (fake.offered & 1ull << 34) | 1ull << 60 | 1ull << 32 |
				 1 << 29 | 1 << 22 | 1 << 17 | 1 << 16 |
				 1 << 15 | 1 << 5 | 1 << 3);
	assert_int_equal(fake.status, VIRTIO_STATUS_ACKNOWLEDGE |
					      VIRTIO_STATUS_DRIVER |
					      VIRTIO_STATUS_FEATURES_OK |
					      VIRTIO_STATUS_DRIVER_OK);
	assert_memory_equal(uk_netdev_hwaddr_get(dev), fake.config, 6);
	assert_int_equal(uk_netdev_mtu_get(dev), 9000);
	uk_netdev_info_get(dev, &info);
	assert_int_equal(info.max_mtu, 9000);
	assert_int_equal(info.nb_encap_tx, 12);
	assert_int_equal(info.nb_encap_rx, 12);
	assert_int_equal(uk_netdev_txq_info_get(dev, 0, &qi), 0);
	assert_int_equal(qi.nb_max, 512);
	assert_true(qi.nb_is_power_of_two);
	assert_int_equal(uk_netdev_rxq_info_get(dev, 1, &qi), -EINVAL);
	assert_int_equal(info.features,
			 UK_NETDEV_F_RX_CHAIN | UK_NETDEV_F_RXQ_INTR);
	assert_int_equal(fake.q[0].dev.size, RING);
	assert_int_equal(fake.q[1].dev.size, 256);
	while (vring_dev_take(&fake.q[0].dev, &b))
		;
	assert_int_equal(fake.q[0].dev.seen, RING);
	assert_int_equal(fake.q[0].bell, 0);
}

static void test_plain_device(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netdev_info info;

	fake.offered = VIRTIO_F_VERSION_1;
	virtio_fake_bring_up(dev);
	assert_null(uk_netdev_hwaddr_get(dev));
	assert_int_equal(uk_netdev_mtu_get(dev), 1500);
	uk_netdev_info_get(dev, &info);
	assert_int_equal(info.features, UK_NETDEV_F_RXQ_INTR);
}

/* What is longer than the MTU allows comes in parts, and is not dropped. */
static void test_small_mtu(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netdev_info info;

	fake.config[10] = 1500 & 255;
	fake.config[11] = 1500 >> 8;
	virtio_fake_bring_up(dev);
	assert_true(fake.accepted & 1 << 15);
	uk_netdev_info_get(dev, &info);
	assert_int_equal(info.features,
			 UK_NETDEV_F_RX_CHAIN | UK_NETDEV_F_RXQ_INTR);
}

static void test_config_changes(void **state)
{
	struct uk_netdev *dev = *state;

	/* Twice under way; the third reading is of one piece. */
	fake.changes = 12;
	assert_int_equal(uk_netdev_probe(dev), 0);
	assert_memory_equal(uk_netdev_hwaddr_get(dev), fake.config, 6);
}

/* The device cannot be used, and what it said last does not count. */
static void assert_refused(struct uk_netdev *dev, int err, const char *why)
{
	assert_int_equal(uk_netdev_probe(dev), err);
	assert_string_equal(uk_netdev_why(dev), why);
}

static void test_refusals(void **state)
{
	struct uk_netdev *dev = *state;

	assert_null(uk_netdev_why(dev));
	fake.offered = ~VIRTIO_F_VERSION_1;
	assert_refused(dev, -ENOTSUP,
		       "the device lacks features that are needed "
		       "(0x100000000)");
	assert_true(fake.status & VIRTIO_STATUS_FAILED);
	fake.offered = ~0ull;
	fake.refuses = true;
	assert_refused(dev, -EIO,
		       "the device wants an IOMMU (VIRTIO_F_ACCESS_PLATFORM)");
	fake.offered = VIRTIO_F_VERSION_1;
	assert_refused(dev, -EIO,
		       "the device refuses the features asked for "
		       "(0x100000000)");
	fake.offered = ~0ull;
	fake.refuses = false;
	fake.hangs = true;
	assert_refused(dev, -ETIMEDOUT,
		       "the device does not come to rest when it is reset");
	fake.hangs = false;
	fake.changes = UINT32_MAX;
	assert_refused(dev, -EIO,
		       "the device keeps changing its configuration");
	fake.changes = 0;
	fake.config[10] = 67;
	fake.config[11] = 0;
	assert_refused(dev, -EIO, "MTU 67 is below 68");
	fake.config[10] = 68;
	fake.max[1] = 0;
	assert_refused(dev, -ENODEV,
		       "the device's transmit ring has room for 0 buffers");
	fake.max[1] = RING;
	assert_int_equal(uk_netdev_probe(dev), 0);
	assert_null(uk_netdev_why(dev));
	assert_int_equal(uk_netdev_mtu_get(dev), 68);
}

/* Receiving finds the offence out, with nothing to deliver. */
static void assert_rx_breaks(struct uk_netdev *dev)
{
	struct uk_netbuf *pkts[8];
	uint16_t cnt = 8;

	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt), -EIO);
	assert_int_equal(cnt, 0);
}

/* Both directions are over, and teardown() finds every netbuf. */
static void assert_over(struct uk_netdev *dev, unsigned int resets,
			const char *why)
{
	struct uk_netbuf *nb = new_netbuf(HEADROOM, 60), *pkt;
	uint16_t cnt;

	for (int i = 0; i < 3; i++) {
		cnt = 1;
		assert_int_equal(uk_netdev_tx_burst(dev, 0, &nb, &cnt), -EIO);
		assert_int_equal(cnt, 0);
		cnt = 1;
		assert_int_equal(uk_netdev_rx_burst(dev, 0, &pkt, &cnt), -EIO);
		assert_int_equal(cnt, 0);
	}
	uk_netbuf_free(nb);
	assert_int_equal(fake.resets, resets + 1);
	assert_int_equal(fake.status, 0);
	assert_int_equal(uk_allocpool_availcount(pool), NB_BUFS);
	assert_string_equal(uk_netdev_why(dev), why);
}

static void test_broken_rx(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;
	struct uk_netbuf *pkts[4];
	uint16_t cnt = 4;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
	dev_receive(60, 1);
	dev_receive(BUF_LEN - HEADROOM + 1, 2);
	dev_receive(60, 3);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS);
	assert_int_equal(cnt, 1);
	uk_netbuf_free(pkts[0]);
	assert_over(
		dev, resets,
		"the device returned a length of 1997 for a buffer of 1996");
}

static void test_broken_tx(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	for (int i = 0; i < 5; i++)
		uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
	vring_dev_use(&fake.q[1].dev, 5, 0);
	assert_over(dev, resets,
		    "the device returned a used id that was not in flight "
		    "(id 5, transmit ring of 16)");
}

/* Split only: the device's index runs ahead of what it was given. */
static void test_broken_index(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;
	const uint16_t idx = 9;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	for (int i = 0; i < 5; i++)
		uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
	memcpy(fake.q[1].dev.area[2] + 2, &idx, 2);
	assert_over(dev, resets,
		    "the device returned 9 buffers, 5 were in flight "
		    "(transmit ring of 16)");
}

/* Buffers of a frame are counted wrongly by its header. */
static void test_broken_parts(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[8];
	unsigned int resets;
	uint16_t cnt = 8;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	dev_receive_parts(60, 0);
	dev_receive_parts(60, -1);
	dev_receive_parts(60, 0);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS);
	assert_int_equal(cnt, 1);
	uk_netbuf_free(pkts[0]);
	assert_over(dev, resets,
		    "the device spread a frame over 0 buffers "
		    "(receive ring of 16)");
}

static void test_broken_many_parts(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	dev_receive_parts(60, RING);
	assert_rx_breaks(dev);
	assert_over(dev, resets,
		    "the device spread a frame over 17 buffers "
		    "(receive ring of 16)");
}

/* The header itself is cut short. */
static void test_broken_header(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;
	struct vring_dev_buf b;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	assert_true(vring_dev_take(&fake.q[0].dev, &b));
	vring_dev_use(&fake.q[0].dev, b.id, 11);
	assert_rx_breaks(dev);
	assert_over(dev, resets,
		    "the device returned 11 bytes, less than a frame's "
		    "header of 12");
}

/* The device breaks down in the middle of a frame. */
static void test_broken_amid(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;
	uint16_t cnt = 8;
	struct uk_netbuf *pkts[8];

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	dev_receive_parts(3000, 1);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt), 0);
	assert_int_equal(cnt, 0);
	vring_dev_use(&fake.q[0].dev, RING, 60);
	assert_rx_breaks(dev);
	assert_over(dev, resets,
		    "the device returned a used id that was not in flight "
		    "(id 16, receive ring of 16)");
}

/* 2.1.2: the device gives up; the driver notices though nothing moves. */
static void test_needs_reset(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;
	uint16_t cnt;
	int rc = 0;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	fake.status |= VIRTIO_STATUS_NEEDS_RESET;
	for (int i = 0; rc == 0 && i < 1000; i++) {
		host_clock_advance(1000000);
		cnt = 0;
		rc = uk_netdev_rx_burst(dev, 0, NULL, &cnt);
	}
	assert_int_equal(rc, -EIO);
	assert_over(dev, resets, "the device asks for a reset (NEEDS_RESET)");
}

/* The same by its notification, which a link's change gives as well. */
static void test_needs_reset_told(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int resets;

	virtio_fake_bring_up(dev);
	resets = fake.resets;
	assert_int_equal(uk_netdev_link_get(dev), 1);
	fake.status |= VIRTIO_STATUS_NEEDS_RESET;
	fake.generation++;
	assert_int_equal(uk_netdev_link_get(dev), -EIO);
	assert_over(dev, resets, "the device asks for a reset (NEEDS_RESET)");
	assert_int_equal(uk_netdev_link_get(dev), -EIO);
}

/*
 * As QEMU 7.2 does for a packed ring whose link was down and up again before
 * anybody looked: the ring begins anew, whoever sees it first.
 */
static void test_needs_reset_for_its_link(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int packed, resets;

	virtio_fake_bring_up(dev);
	packed = !!(fake.accepted & VIRTIO_F_RING_PACKED);
	resets = fake.resets;
	assert_int_equal(uk_netdev_link_get(dev), 1);
	fake.generation += 3;
	fake.status |= VIRTIO_STATUS_NEEDS_RESET;
	for (int i = 0; packed && i < 1000; i++) {
		host_clock_advance(1000000);
		assert_true(uk_netdev_rx_burst(dev, 0, NULL, &(uint16_t){0}) >=
			    0);
	}
	if (!packed) {
		assert_int_equal(uk_netdev_link_get(dev), -EIO);
		return;
	}
	assert_int_equal(uk_netdev_link_get(dev), 1);
	assert_int_equal(fake.resets, resets + 1);
	assert_false(fake.status & VIRTIO_STATUS_NEEDS_RESET);
	/* For no other reason it is spared. */
	fake.generation++;
	fake.status |= VIRTIO_STATUS_NEEDS_RESET;
	assert_int_equal(uk_netdev_link_get(dev), -EIO);
	assert_over(dev, resets + 1,
		    "the device asks for a reset (NEEDS_RESET)");
}

/* It does not even reset: the driver does not wait for ever. */
static void test_broken_and_hung(void **state)
{
	struct uk_netdev *dev = *state;

	virtio_fake_bring_up(dev);
	uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
	fake.hangs = true;
	vring_dev_use(&fake.q[1].dev, 0x8000, 0);
	assert_int_equal(uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0}),
			 -EIO);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, NULL, &(uint16_t){0}),
			 -EIO);
	assert_int_equal(uk_allocpool_availcount(pool), NB_BUFS);
}

static unsigned int received(struct uk_netdev *dev)
{
	struct uk_netbuf *pkts[8];
	uint16_t cnt = 8;

	assert_true(uk_netdev_rx_burst(dev, 0, pkts, &cnt) >= 0);
	for (unsigned int i = 0; i < cnt; i++)
		uk_netbuf_free(pkts[i]);
	return cnt;
}

static void set_link(bool up)
{
	fake.config[6] = up;
	fake.generation++;
}

/*
 * A packed ring begins anew once a link that is down has no frame any more, or
 * was down and is up again; a split one goes on.
 */
static void test_link(void **state)
{
	struct uk_netdev *dev = *state;
	unsigned int packed, resets;

	virtio_fake_bring_up(dev);
	packed = !!(fake.accepted & VIRTIO_F_RING_PACKED);
	resets = fake.resets;
	assert_int_equal(uk_netdev_link_get(dev), 1);
	for (int i = 0; i < 3; i++)
		uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
	dev_receive(60, 1);
	set_link(false);
	assert_int_equal(uk_netdev_link_get(dev), 0);
	assert_int_equal(fake.resets, resets);
	assert_int_equal(received(dev), 1);
	assert_int_equal(uk_netdev_link_get(dev), 0);
	assert_int_equal(fake.resets, resets + packed);
	set_link(true);
	assert_int_equal(uk_netdev_link_get(dev), 1);
	assert_int_equal(uk_netdev_link_get(dev), 1);
	assert_int_equal(fake.resets, resets + packed);
	for (int i = 0; i < 3 * RING; i++) {
		uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
		assert_int_equal(dev_send(), !i && !packed ? 4 : 1);
		dev_receive(60, 1);
		assert_int_equal(received(dev), 1);
	}
	set_link(true);
	assert_int_equal(uk_netdev_link_get(dev), 1);
	assert_int_equal(fake.resets, resets + 2 * packed);
	dev_receive(60, 1);
	assert_int_equal(received(dev), 1);
}

/* Where it was, reads are of `byte`. */
static void assert_gone(struct uk_netdev *dev, uint8_t byte)
{
	virtio_fake_bring_up(dev);
	assert_int_equal(uk_netdev_link_get(dev), 1);
	memset(fake.config, byte, sizeof(fake.config));
	fake.generation = fake.status = byte;
	assert_int_equal(uk_netdev_link_get(dev), -EIO);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, NULL, &(uint16_t){0}),
			 -EIO);
	assert_string_equal(uk_netdev_why(dev), "the device has gone");
	assert_int_equal(uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0}),
			 -EIO);
}

static void test_gone_to_ones(void **state)
{
	assert_gone(*state, 0xff);
}

static void test_gone_to_zeros(void **state)
{
	assert_gone(*state, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_FAKE_TEST(test_negotiates),
		VIRTIO_FAKE_TEST(test_plain_device),
		VIRTIO_FAKE_TEST(test_small_mtu),
		VIRTIO_FAKE_TEST(test_config_changes),
		VIRTIO_FAKE_TEST(test_refusals),
		VIRTIO_FAKE_TEST(test_broken_rx),
		VIRTIO_FAKE_TEST(test_broken_tx),
		cmocka_unit_test_setup_teardown(test_broken_index,
						virtio_fake_setup_split,
						virtio_fake_teardown),
		VIRTIO_FAKE_TEST(test_broken_parts),
		VIRTIO_FAKE_TEST(test_broken_many_parts),
		VIRTIO_FAKE_TEST(test_broken_header),
		VIRTIO_FAKE_TEST(test_broken_amid),
		VIRTIO_FAKE_TEST(test_needs_reset),
		VIRTIO_FAKE_TEST(test_needs_reset_told),
		VIRTIO_FAKE_TEST(test_needs_reset_for_its_link),
		VIRTIO_FAKE_TEST(test_broken_and_hung),
		VIRTIO_FAKE_TEST(test_link),
		VIRTIO_FAKE_TEST(test_gone_to_ones),
		VIRTIO_FAKE_TEST(test_gone_to_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
