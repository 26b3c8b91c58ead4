/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of each frame that is received. */
#include <string.h>

#include "unit.h"
#include "virtio_fake.h"

#define MERGEABLE (1ull << 15) /* VIRTIO_NET_F_MRG_RXBUF */

/* Each frame in one buffer, where there could be more and where not. */
static void rx(struct uk_netdev *dev, uint64_t without)
{
	struct uk_netbuf *pkts[8];
	uint16_t cnt;

	fake.offered &= ~without;
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

static void test_rx(void **state)
{
	rx(*state, MERGEABLE);
}

static void test_rx_mergeable(void **state)
{
	rx(*state, 0);
}

/* What alloc_rxpkts() of the test below gives: these in turns, when back. */
static struct uk_netbuf *turn[2 * RING];
static unsigned int nb_turn;

static uint16_t give_turn(void *argp, struct uk_netbuf *pkts[], uint16_t count)
{
	const uint16_t n = (uint16_t)MIN(count, nb_turn);

	(void)argp;
	memcpy(pkts, turn, n * sizeof(turn[0]));
	nb_turn -= n;
	memmove(turn, turn + n, nb_turn * sizeof(turn[0]));
	return n;
}

/*
 * The same buffers lap by lap, as a rule, or where there are fewer, twice a
 * lap: descriptors that stand there already count. One that was moved, or that
 * comes to another place, is not filled where it was.
 */
static void rx_again(struct uk_netdev *dev, unsigned int nb_bufs)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_RXQ].dev;
	struct uk_netbuf *pkts[RING];
	unsigned int lap = 0;
	uint64_t seed = 9;

	fake.offered &= ~MERGEABLE;
	virtio_fake_bring_up_with(dev, give_turn);
	for (unsigned int i = 0; i < nb_bufs; i++)
		turn[nb_turn++] = new_netbuf(HEADROOM, BUF_LEN - HEADROOM);
	for (; lap < 20000; lap++) {
		const uint16_t n =
			lap % 500 < 100
				? RING / 2
				: (uint16_t)(1 + unit_random(&seed) % RING);
		struct vring_dev_buf b;
		uint16_t cnt = 0, got = 0;

		uk_netdev_rx_burst(dev, 0, pkts, &cnt);
		while (got < n && vring_dev_take(d, &b)) {
			memset((void *)(uintptr_t)b.addr, (int)(lap + got), 90);
			vring_dev_use(d, b.id, VIRTIO_NET_HDR_LEN + 60);
			got++;
		}
		cnt = RING;
		uk_netdev_rx_burst(dev, 0, pkts, &cnt);
		assert_int_equal(cnt, got);
		for (uint16_t i = 0; i < cnt; i++) {
			struct uk_netbuf *nb = pkts[i];

			assert_int_equal(nb->len, 60);
			for (int k = -VIRTIO_NET_HDR_LEN; k < 60; k++)
				assert_int_equal(((uint8_t *)nb->data)[k],
						 (uint8_t)(lap + i));
			memset(nb->buf, 0, BUF_LEN);
			nb->len = BUF_LEN - HEADROOM;
			/* With at least as much room behind it as before. */
			if (!(unit_random(&seed) % 300) &&
			    uk_netbuf_headroom(nb) > VIRTIO_NET_HDR_LEN) {
				uk_netbuf_header(nb, 1);
				nb->len = BUF_LEN - HEADROOM;
			}
			turn[nb_turn++] = nb;
		}
		if (nb_turn > 1 && !(unit_random(&seed) % 50)) {
			struct uk_netbuf *t = turn[0];

			turn[0] = turn[nb_turn - 1];
			turn[nb_turn - 1] = t;
		}
	}
	while (nb_turn)
		uk_netbuf_free(turn[--nb_turn]);
}

static void test_rx_again(void **state)
{
	rx_again(*state, RING);
}

static void test_rx_again_twice(void **state)
{
	rx_again(*state, RING / 2);
}

static void assert_frame(struct uk_netbuf *nb, uint32_t len)
{
	uint32_t i = 0;

	for (struct uk_netbuf *p = nb; p; p = p->next) {
		assert_ptr_equal(p->prev, p == nb ? NULL : p->prev);
		assert_true(!p->next || p->next->prev == p);
		assert_true(p->len > 0);
		for (uint32_t k = 0; k < p->len; k++)
			assert_int_equal(((uint8_t *)p->data)[k], i++ % 251);
	}
	assert_int_equal(i, len);
}

/* Frames over several buffers, taken at once and piece by piece. */
static void test_rx_parts(void **state)
{
	const uint32_t room = BUF_LEN - HEADROOM;
	const uint32_t lens[] = {14,
				 60,
				 room - 1,
				 room,
				 room + 1,
				 2 * room + 11,
				 2 * room + 12,
				 2 * room + 13,
				 9014,
				 9018};
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[RING];
	uint16_t cnt;

	virtio_fake_bring_up(dev);
	for (unsigned int round = 0; round < 300; round++) {
		const uint32_t a = lens[round % 10], b = lens[round / 7 % 10];
		const uint16_t piece = (uint16_t)(1 + round % RING);
		unsigned int n = 0;

		/* The ring is as full as it can be. */
		cnt = 0;
		uk_netdev_rx_burst(dev, 0, pkts, &cnt);
		dev_receive_parts(a, 0);
		dev_receive_parts(b, 0);
		for (int calls = 0; n < 2; calls++) {
			assert_in_range(calls, 0, 12);
			cnt = piece;
			uk_netdev_rx_burst(dev, 0, pkts + n, &cnt);
			assert_in_range(cnt, 0, piece);
			n += cnt;
		}
		assert_frame(pkts[0], a);
		assert_frame(pkts[1], b);
		uk_netbuf_free(pkts[0]);
		uk_netbuf_free(pkts[1]);
	}
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

/*
 * A frame longer than the MTU allows is delivered and told of, whole, in one
 * buffer or in several, and those before and behind it are as they should be.
 */
static void test_rx_large(void **state)
{
	const uint32_t room = BUF_LEN - HEADROOM;
	const uint32_t lens[] = {14,       60,   1514,     1515,     1518, 1519,
				 room - 1, room, room + 1, 2 * room, 9014};
	const unsigned int nb = sizeof(lens) / sizeof(lens[0]);
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[RING];
	uint16_t cnt = 0;

	fake.config[10] = 1500 & 255;
	fake.config[11] = 1500 >> 8;
	virtio_fake_bring_up(dev);
	for (unsigned int round = 0; round < 50 * nb; round++) {
		const uint32_t len = lens[round % nb];
		const uint16_t piece = (uint16_t)(1 + round / nb % RING);
		int status = 0;
		unsigned int n = 0;

		cnt = 0;
		uk_netdev_rx_burst(dev, 0, pkts, &cnt);
		dev_receive_parts(60, 0);
		dev_receive_parts(len, 0);
		dev_receive_parts(90, 0);
		for (int calls = 0; n < 3; calls++) {
			assert_in_range(calls, 0, 12);
			cnt = piece;
			status |= uk_netdev_rx_burst(dev, 0, pkts + n, &cnt);
			assert_in_range(cnt, 0, piece);
			n += cnt;
		}
		assert_int_equal(!!(status & UK_NETDEV_STATUS_LARGE),
				 len > 1514);
		assert_frame(pkts[0], 60);
		assert_frame(pkts[1], len);
		assert_frame(pkts[2], 90);
		for (unsigned int i = 0; i < 3; i++)
			uk_netbuf_free(pkts[i]);
	}
}

/* A device that spreads no frame: what fits the buffer is told of. */
static void test_rx_large_alone(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkt;

	fake.config[10] = 1500 & 255;
	fake.config[11] = 1500 >> 8;
	fake.offered &= ~MERGEABLE;
	virtio_fake_bring_up(dev);
	for (uint32_t len = 1500; len <= BUF_LEN - HEADROOM; len++) {
		dev_receive(len, 1);
		assert_int_equal(
			uk_netdev_rx_one(dev, 0, &pkt),
			UK_NETDEV_STATUS_SUCCESS |
				(len > 1514 ? UK_NETDEV_STATUS_LARGE : 0));
		assert_int_equal(pkt->len, len);
		uk_netbuf_free(pkt);
	}
}

/* Buffers that come back in another order, short and long frames in them. */
static void test_rx_disorder(void **state)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_RXQ].dev;
	struct uk_netdev *dev = *state;
	struct uk_netbuf *pkts[RING];
	uint64_t seed = 5;

	fake.config[10] = 1500 & 255;
	fake.config[11] = 1500 >> 8;
	virtio_fake_bring_up(dev);
	for (unsigned int round = 0; round < 20000; round++) {
		const unsigned int n = 1 + (unsigned int)unit_random(&seed) % 8;
		uint32_t len[8] = {0};
		struct vring_dev_buf b[8];
		uint16_t cnt = 0;

		uk_netdev_rx_burst(dev, 0, pkts, &cnt);
		for (unsigned int i = 0; i < n; i++) {
			uint8_t *p;

			assert_true(vring_dev_take(d, &b[i]));
			p = (uint8_t *)(uintptr_t)b[i].addr;
			memset(p, 0, VIRTIO_NET_HDR_LEN);
			p[VIRTIO_NET_HDR_NUM_BUFFERS] = 1;
		}
		for (unsigned int left = n; left; left--) {
			const size_t k = unit_random(&seed) % left;
			const uint32_t l = 14 + unit_random(&seed) % 1900;

			memset((uint8_t *)(uintptr_t)b[k].addr +
				       VIRTIO_NET_HDR_LEN,
			       (int)l, l);
			vring_dev_use(d, b[k].id, VIRTIO_NET_HDR_LEN + l);
			len[n - left] = l;
			b[k] = b[left - 1];
		}
		cnt = RING;
		uk_netdev_rx_burst(dev, 0, pkts, &cnt);
		assert_int_equal(cnt, n);
		for (unsigned int i = 0; i < n; i++) {
			const uint8_t *p = pkts[i]->data;

			assert_int_equal(pkts[i]->len, len[i]);
			assert_int_equal(p[0], (uint8_t)len[i]);
			assert_int_equal(p[len[i] - 1], (uint8_t)len[i]);
			uk_netbuf_free(pkts[i]);
		}
	}
}

/* A runt of the device's making goes back to its pool. */
static void rx_short(struct uk_netdev *dev, uint64_t without, uint32_t least)
{
	struct uk_netbuf *pkts[8];
	struct vring_dev_buf b;
	uint16_t cnt = 8;

	fake.offered &= ~without;
	virtio_fake_bring_up(dev);
	dev_receive(60, 1);
	dev_receive(13, 2);
	if (least) {
		dev_receive(0, 2);
	} else {
		assert_true(vring_dev_take(&fake.q[0].dev, &b));
		vring_dev_use(&fake.q[0].dev, b.id, 0);
	}
	dev_receive(14, 3);
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS);
	assert_int_equal(cnt, 2);
	assert_int_equal(pkts[0]->len, 60);
	assert_int_equal(pkts[1]->len, 14);
	uk_netbuf_free(pkts[0]);
	uk_netbuf_free(pkts[1]);
}

static void test_rx_short(void **state)
{
	rx_short(*state, MERGEABLE, 0);
}

static void test_rx_short_mergeable(void **state)
{
	rx_short(*state, 0, VIRTIO_NET_HDR_LEN);
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
	vring_dev_event(&fake.q[0].dev, fake.q[0].dev.seen);
	cnt = RING;
	assert_int_equal(uk_netdev_rx_burst(dev, 0, pkts, &cnt), 0);
	assert_int_equal(fake.q[0].bell, 0);
	dev_receive(60, 1);
	assert_int_equal(uk_netdev_rx_one(dev, 0, pkts),
			 UK_NETDEV_STATUS_SUCCESS);
	uk_netbuf_free(pkts[0]);
}

/* A frame that arrives while the device is told to interrupt. */
static void arrive_at_ack(void)
{
	fake.at_ack = NULL;
	dev_receive(60, 7);
}

static void take_one(struct uk_netdev *dev)
{
	struct uk_netbuf *pkt = NULL;

	assert_int_equal(uk_netdev_rx_one(dev, 0, &pkt),
			 UK_NETDEV_STATUS_SUCCESS);
	uk_netbuf_free(pkt);
}

/* With the next frame, and never without having been asked to. */
static void interrupt(struct uk_netdev *dev, uint64_t without)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_RXQ].dev;
	struct uk_netdev_info info;
	bool event_idx;

	fake.offered &= ~without;
	virtio_fake_bring_up(dev);
	event_idx = fake.accepted & VIRTIO_F_EVENT_IDX;
	uk_netdev_info_get(dev, &info);
	assert_true(info.features & UK_NETDEV_F_RXQ_INTR);
	for (unsigned i = 0; i < 3 * RING; i++) {
		assert_false(vring_dev_would_interrupt(d, event_idx, 1));
		assert_int_equal(uk_netdev_rxq_intr_enable(dev, 0), 0);
		assert_true(vring_dev_would_interrupt(d, event_idx, 1));
		dev_receive(60, (int)i);
		/* One waits: there is nothing to wait for. */
		assert_int_equal(uk_netdev_rxq_intr_enable(dev, 0), 1);
		assert_int_equal(uk_netdev_rxq_intr_disable(dev, 0), 0);
		assert_false(vring_dev_would_interrupt(d, event_idx, 1));
		take_one(dev);
		fake.at_ack = arrive_at_ack;
		assert_int_equal(uk_netdev_rxq_intr_enable(dev, 0), 1);
		assert_false(vring_dev_would_interrupt(d, event_idx, 1));
		take_one(dev);
	}
	/* Each is acknowledged, whoever shares the line. */
	fake.acks = 0;
	virtio_irq();
	assert_int_equal(fake.acks, 1);
}

static void test_interrupt(void **state)
{
	interrupt(*state, 0);
}

static void test_interrupt_by_flag(void **state)
{
	interrupt(*state, VIRTIO_F_EVENT_IDX);
}

/* A device whose line leads nowhere. */
static void test_no_interrupt(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netdev_info info;

	fake.vd.has_irq = false;
	virtio_fake_bring_up(dev);
	uk_netdev_info_get(dev, &info);
	assert_false(info.features & UK_NETDEV_F_RXQ_INTR);
	assert_int_equal(uk_netdev_rxq_intr_enable(dev, 0), -ENOTSUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_FAKE_TEST(test_rx),
		VIRTIO_FAKE_TEST(test_rx_mergeable),
		VIRTIO_FAKE_TEST(test_rx_parts),
		VIRTIO_FAKE_TEST(test_rx_again),
		VIRTIO_FAKE_TEST(test_rx_again_twice),
		VIRTIO_FAKE_TEST(test_rx_large),
		VIRTIO_FAKE_TEST(test_rx_large_alone),
		VIRTIO_FAKE_TEST(test_rx_disorder),
		VIRTIO_FAKE_TEST(test_rx_more),
		VIRTIO_FAKE_TEST(test_rx_short),
		VIRTIO_FAKE_TEST(test_rx_short_mergeable),
		VIRTIO_FAKE_TEST(test_rx_underrun),
		VIRTIO_FAKE_TEST(test_interrupt),
		VIRTIO_FAKE_TEST(test_interrupt_by_flag),
		VIRTIO_FAKE_TEST(test_no_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
