/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of each frame, on its way out and in. */
#include <string.h>

#include "plat/host/host.h"
#include "unit.h"
#include "virtio_fake.h"

static void test_tx_frame(void **state)
{
	static const uint8_t zero[VIRTIO_NET_HDR_LEN];
	struct fake_queue *q = &fake.q[VIRTIO_NET_TXQ];
	struct uk_netdev *dev = *state;
	struct uk_netbuf *nb;
	struct vring_desc *d;
	uint16_t id;

	virtio_fake_bring_up(dev);
	nb = uk_netbuf_ref(new_netbuf(12, 60));
	memset(nb->buf, 0x5a, BUF_LEN);
	assert_int_equal(uk_netdev_tx_one(dev, 0, nb),
			 UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE);
	assert_int_equal(q->bell, 1);
	d = dev_take(q, &id);
	assert_int_equal(d->addr, (uintptr_t)nb->buf);
	assert_int_equal(d->len, 72);
	assert_int_equal(d->flags, 0);
	assert_memory_equal(nb->buf, zero, VIRTIO_NET_HDR_LEN);
	for (int i = 12; i < 80; i++)
		assert_int_equal(((uint8_t *)nb->buf)[i], 0x5a);
	/* The netbuf itself is as it was. */
	assert_ptr_equal(nb->data, (char *)nb->buf + 12);
	assert_int_equal(nb->len, 60);
	assert_int_equal(nb->refcount, 2);
	dev_use(q, id, 0);
	uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
	assert_int_equal(nb->refcount, 1);
	uk_netbuf_free(nb);
}

/* One shared frame fills the ring; what does not fit stays the caller's. */
static void test_tx_full(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[RING + 4];
	uint16_t cnt = RING + 4;
	struct uk_netbuf *nb;

	virtio_fake_bring_up(dev);
	nb = new_netbuf(HEADROOM, 60);
	for (int i = 0; i < RING + 4; i++)
		pkts[i] = uk_netbuf_ref(nb);
	assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS);
	assert_int_equal(cnt, RING);
	cnt = 4;
	assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts + RING, &cnt), 0);
	assert_int_equal(cnt, 0);
	assert_int_equal(nb->refcount, 1 + RING + 4);
	assert_int_equal(dev_send(), RING);
	cnt = 0;
	assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_MORE);
	assert_int_equal(nb->refcount, 1 + 4);
	cnt = 4;
	assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts + RING, &cnt),
			 UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE);
	assert_int_equal(cnt, 4);
	assert_int_equal(dev_send(), 4);
	cnt = 0;
	uk_netdev_tx_burst(dev, 0, pkts, &cnt);
	assert_int_equal(nb->refcount, 1);
	uk_netbuf_free(nb);
}

static void test_tx_refuses(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *good[2], *tail, *bad[4], *pkts[3];
	uint16_t cnt;

	fake.config[10] = 1500 & 255;
	fake.config[11] = 1500 >> 8;
	virtio_fake_bring_up(dev);
	good[0] = new_netbuf(HEADROOM, 1);
	good[1] = new_netbuf(HEADROOM, 1518);
	tail = new_netbuf(HEADROOM, 60);
	bad[0] = new_netbuf(11, 60);
	bad[1] = new_netbuf(HEADROOM, 0);
	bad[2] = new_netbuf(HEADROOM, 1519);
	bad[3] = new_netbuf(HEADROOM, 60);
	bad[3]->next = tail;
	for (int i = 0; i < 4; i++) {
		pkts[0] = uk_netbuf_ref(good[0]);
		pkts[1] = uk_netbuf_ref(good[1]);
		pkts[2] = bad[i];
		cnt = 3;
		assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts, &cnt),
				 -EINVAL);
		assert_int_equal(cnt, 2);
		/* What came before it is on its way. */
		assert_int_equal(dev_send(), 2);
		cnt = 1;
		assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts + 2, &cnt),
				 -EINVAL);
		assert_int_equal(cnt, 0);
		assert_int_equal(bad[i]->refcount, 1);
	}
	assert_int_equal(good[0]->refcount, 1);
	bad[3]->next = NULL;
	for (int i = 0; i < 4; i++)
		uk_netbuf_free(bad[i]);
	uk_netbuf_free(tail);
	uk_netbuf_free(good[0]);
	uk_netbuf_free(good[1]);
}

static void test_tx_quiet(void **state)
{
	struct uk_netdev *dev = *state;

	fake.offered &= ~VIRTIO_F_EVENT_IDX;
	virtio_fake_bring_up(dev);
	fake.q[1].used[0] = VRING_USED_F_NO_NOTIFY;
	uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
	assert_int_equal(fake.q[1].bell, 0xffff);
	/* A device that never looks is told again, in the end. */
	for (int i = 0; i < 1000; i++) {
		host_clock_advance(1000000);
		uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
	}
	assert_int_equal(fake.q[1].bell, 1);
}

static void test_rx(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[8];
	uint16_t cnt;

	virtio_fake_bring_up(dev);
	for (uint32_t round = 0; round < 10000; round++) {
		uint32_t n = 1 + round % 8, len = 14 + round % 1900;

		for (uint32_t i = 0; i < n; i++)
			dev_receive(len, (int)i);
		cnt = 8;
		assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
				 UK_NETDEV_STATUS_SUCCESS);
		assert_int_equal(cnt, n);
		for (uint32_t i = 0; i < n; i++) {
			assert_int_equal(pkts[i]->len, len);
			assert_int_equal(((uint8_t *)pkts[i]->data)[0], i);
			assert_int_equal(((uint8_t *)pkts[i]->data)[len - 1],
					 i);
			uk_netbuf_free(pkts[i]);
		}
	}
	cnt = 8;
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt), 0);
	assert_int_equal(cnt, 0);
}

static void test_rx_more(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[2];
	uint16_t cnt = 2;

	virtio_fake_bring_up(dev);
	for (int i = 0; i < 3; i++)
		dev_receive(60, i);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE);
	assert_int_equal(cnt, 2);
	uk_netbuf_free(pkts[0]);
	uk_netbuf_free(pkts[1]);
	assert_int_equal(uk_netdev_rx_one(dev, 0, pkts),
			 UK_NETDEV_STATUS_SUCCESS);
	uk_netbuf_free(pkts[0]);
}

/* A runt of the device's making goes back to its pool and is counted. */
static void test_rx_short(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[8];
	uint16_t cnt = 8, id;

	virtio_fake_bring_up(dev);
	dev_receive(60, 1);
	dev_receive(13, 2);
	dev_take(&fake.q[0], &id);
	dev_use(&fake.q[0], id, 0);
	dev_receive(14, 3);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS);
	assert_int_equal(cnt, 2);
	assert_int_equal(virtio_net_rx_short(dev), 2);
	assert_int_equal(pkts[0]->len, 60);
	assert_int_equal(pkts[1]->len, 14);
	uk_netbuf_free(pkts[0]);
	uk_netbuf_free(pkts[1]);
}

static void test_rx_underrun(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[RING];
	uint16_t cnt = RING;

	virtio_fake_bring_up(dev);
	pool_dry = true;
	for (int i = 0; i < RING; i++)
		dev_receive(60, i);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_UNDERRUN);
	assert_int_equal(cnt, RING);
	for (int i = 0; i < RING; i++)
		uk_netbuf_free(pkts[i]);
	cnt = RING;
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_UNDERRUN);
	pool_dry = false;
	fake.q[0].bell = 0xffff;
	*(fake.q[0].used + 2 + 4 * RING) = fake.q[0].seen; /* avail_event */
	cnt = RING;
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt), 0);
	assert_int_equal(fake.q[0].bell, 0);
	dev_receive(60, 1);
	assert_int_equal(uk_netdev_rx_one(dev, 0, pkts),
			 UK_NETDEV_STATUS_SUCCESS);
	uk_netbuf_free(pkts[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_FAKE_TEST(test_tx_frame),
		VIRTIO_FAKE_TEST(test_tx_full),
		VIRTIO_FAKE_TEST(test_tx_refuses),
		VIRTIO_FAKE_TEST(test_tx_quiet),
		VIRTIO_FAKE_TEST(test_rx),
		VIRTIO_FAKE_TEST(test_rx_more),
		VIRTIO_FAKE_TEST(test_rx_short),
		VIRTIO_FAKE_TEST(test_rx_underrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
