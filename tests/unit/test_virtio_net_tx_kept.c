/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that the sender keeps go without a reference, in order. */
#include "plat/host/host.h"
#include "unit.h"
#include "virtio_fake.h"

#define KEPT 24 /* more than the ring has slots */

static struct uk_netbuf *kept[2 * KEPT]; /* once more, behind the last */

static void new_kept(void)
{
	for (unsigned i = 0; i < 2 * KEPT; i++)
		kept[i] = i < KEPT ? new_netbuf(12, 60) : kept[i - KEPT];
}

static unsigned references(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < KEPT; i++)
		n += kept[i]->refcount - 1;
	return n;
}

static void free_kept(void)
{
	assert_int_equal(references(), 0);
	for (unsigned i = 0; i < KEPT; i++)
		uk_netbuf_free(kept[i]);
}

/* From the `at`th on; what the device gets are these, in this order. */
static unsigned send_kept(struct uk_netdev *dev, unsigned at, unsigned n)
{
	uint16_t cnt = (uint16_t)n;

	assert_true(uk_netdev_tx_kept(dev, 0, kept + at % KEPT, &cnt) >= 0);
	return cnt;
}

static void use_all(unsigned at, unsigned n)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_TXQ].dev;
	struct vring_dev_buf b;

	for (unsigned i = 0; i < n; i++) {
		const char *data = kept[(at + i) % KEPT]->data;

		assert_true(vring_dev_take(d, &b));
		assert_int_equal(b.addr, (uintptr_t)data - VIRTIO_NET_HDR_LEN);
		assert_int_equal(b.len, 60 + VIRTIO_NET_HDR_LEN);
		vring_dev_use(d, b.id, 0);
	}
	assert_false(vring_dev_take(d, &b));
}

/* Nothing is counted while they go round; those that are out are, if asked. */
static void test_tx_kept(void **state)
{
	struct uk_netdev *dev = *state;
	uint16_t cnt = 5, none = 0;
	unsigned at = 0, n;

	virtio_fake_bring_up(dev);
	assert_true(uk_netdev_tx_keeps(dev));
	new_kept();
	/* Behind some that have references. */
	for (unsigned i = 0; i < cnt; i++)
		kept[i]->refcount++;
	uk_netdev_tx_burst(dev, 0, kept, &cnt);
	assert_int_equal(cnt, 5);
	n = send_kept(dev, 5, 8);
	assert_int_equal(n, 8);
	assert_int_equal(references(), 5);
	use_all(0, 5 + 8);
	for (at = 13; at < 20 * KEPT; at += n) {
		n = send_kept(dev, at, 1 + at % 11);
		assert_int_equal(references(), 0);
		use_all(at, n);
	}
	/* A full ring. */
	assert_int_equal(send_kept(dev, at, RING - 3), RING - 3);
	assert_int_equal(send_kept(dev, at + RING - 3, 7), 3);
	assert_int_equal(references(), 0);
	uk_netdev_tx_burst(dev, 0, NULL, &none);
	assert_int_equal(references(), RING);
	uk_netdev_tx_burst(dev, 0, NULL, &none);
	assert_int_equal(references(), RING);
	use_all(at, RING);
	/* Those have some, these have none. */
	assert_int_equal(send_kept(dev, at + RING, 4), 4);
	assert_int_equal(references(), 0);
	use_all(at + RING, 4);
	uk_netdev_tx_burst(dev, 0, NULL, &none);
	free_kept();
}

/* Whoever does not keep the order gets them with references. */
static void test_tx_kept_in_disorder(void **state)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_TXQ].dev;
	struct uk_netdev *dev = *state;
	struct vring_dev_buf b[8];
	uint16_t none = 0;

	virtio_fake_bring_up(dev);
	new_kept();
	assert_int_equal(send_kept(dev, 0, 8), 8);
	for (unsigned i = 0; i < 8; i++)
		assert_true(vring_dev_take(d, &b[i]));
	vring_dev_use(d, b[5].id, 0);
	vring_dev_use(d, b[2].id, 0);
	assert_int_equal(send_kept(dev, 8, 6), 6);
	assert_int_equal(references(), 6 + 6);
	assert_int_equal(kept[5]->refcount, 1);
	assert_int_equal(kept[2]->refcount, 1);
	for (unsigned i = 0; i < 8; i++)
		if (i != 5 && i != 2)
			vring_dev_use(d, b[i].id, 0);
	use_all(8, 6);
	uk_netdev_tx_burst(dev, 0, NULL, &none);
	free_kept();
}

/* It has a full ring, and gives up by itself. */
static void test_tx_kept_asks_for_reset(void **state)
{
	struct uk_netdev *dev = *state;
	uint16_t cnt = 1;
	int rc = 0;

	virtio_fake_bring_up(dev);
	new_kept();
	assert_int_equal(send_kept(dev, 0, RING), RING);
	fake.status |= VIRTIO_STATUS_NEEDS_RESET;
	for (int i = 0; rc >= 0 && i < 1000; i++) {
		host_clock_advance(1000000);
		cnt = 1;
		rc = uk_netdev_tx_kept(dev, 0, kept + RING, &cnt);
		assert_int_equal(cnt, 0);
	}
	assert_int_equal(rc, -EIO);
	free_kept();
}

/* One that breaks the rules is given up: nothing is freed that is kept. */
static void test_tx_kept_of_a_broken_device(void **state)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_TXQ].dev;
	struct uk_netdev *dev = *state;
	struct vring_dev_buf b;
	uint16_t cnt = 2;

	virtio_fake_bring_up(dev);
	new_kept();
	assert_int_equal(send_kept(dev, 0, 8), 8);
	assert_true(vring_dev_take(d, &b));
	vring_dev_use(d, RING + 1, 0);
	assert_int_equal(uk_netdev_tx_kept(dev, 0, kept + 8, &cnt), -EIO);
	assert_int_equal(cnt, 0);
	free_kept();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_FAKE_TEST(test_tx_kept),
		VIRTIO_FAKE_TEST(test_tx_kept_in_disorder),
		VIRTIO_FAKE_TEST(test_tx_kept_of_a_broken_device),
		VIRTIO_FAKE_TEST(test_tx_kept_asks_for_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
