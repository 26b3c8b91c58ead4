/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of each frame that is sent. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plat/host/host.h"
#include "unit.h"
#include "virtio_fake.h"

static void test_tx_frame(void **state)
{
	static const uint8_t zero[VIRTIO_NET_HDR_LEN];
	struct fake_queue *q = &fake.q[VIRTIO_NET_TXQ];
	struct uk_netdev *dev = *state;
	struct vring_dev_buf b;
	struct uk_netbuf *nb;

	virtio_fake_bring_up(dev);
	nb = uk_netbuf_ref(new_netbuf(12, 60));
	memset(nb->buf, 0x5a, BUF_LEN);
	assert_int_equal(uk_netdev_tx_one(dev, 0, nb),
			 UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE);
	assert_int_equal(q->bell, 1);
	assert_true(vring_dev_take(&q->dev, &b));
	assert_int_equal(b.addr, (uintptr_t)nb->buf);
	assert_int_equal(b.len, 72);
	assert_int_equal(b.flags, 0);
	assert_memory_equal(nb->buf, zero, VIRTIO_NET_HDR_LEN);
	for (int i = 12; i < 80; i++)
		assert_int_equal(((uint8_t *)nb->buf)[i], 0x5a);
	/* The netbuf itself is as it was. */
	assert_ptr_equal(nb->data, (char *)nb->buf + 12);
	assert_int_equal(nb->len, 60);
	assert_int_equal(nb->refcount, 2);
	vring_dev_use(&q->dev, b.id, 0);
	uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
	assert_int_equal(nb->refcount, 1);
	uk_netbuf_free(nb);
}

/* Its memory may be read only once its header is in place. */
static void test_tx_shared_is_not_written(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct uk_netdev *dev = *state;
	struct uk_netbuf nb, *pkts[4] = {&nb, &nb, &nb, &nb};
	uint16_t cnt = 4;
	void *mem;

	virtio_fake_bring_up(dev);
	mem = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(mem, MAP_FAILED);
	uk_netbuf_init_indir(&nb, mem, page, 64, NULL, NULL);
	nb.len = 60;
	nb.refcount = 1 + 4;
	assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts, &cnt),
			 UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE);
	assert_int_equal(cnt, 4);
	assert_int_equal(dev_send(), 4);
	uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
	assert_int_equal(nb.refcount, 1);
	munmap(mem, page);
}

static unsigned int nb_destroyed;

static void count_dtor(struct uk_netbuf *nb)
{
	assert_int_equal(nb->refcount, 0);
	nb_destroyed++;
}

/*
 * Shared and single frames in any order, completed in any order: each loses
 * the references that were sent, and the last one frees it.
 */
static void test_tx_references(void **state)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_TXQ].dev;
	struct uk_netdev *dev = *state;
	struct uk_netbuf nb[4], *pkts[RING];
	struct vring_dev_buf held[RING];
	uint32_t owed[4] = {0};
	unsigned int nb_held = 0;
	uint64_t seed = 7;

	virtio_fake_bring_up(dev);
	for (int i = 0; i < 4; i++) {
		uk_netbuf_init_indir(&nb[i], calloc(1, 256), 256, 64, NULL,
				     count_dtor);
		nb[i].len = (uint16_t)(60 + i);
	}
	nb_destroyed = 0;
	for (int round = 0; round < 3000; round++) {
		uint16_t cnt = (uint16_t)(unit_random(&seed) % RING);
		uint64_t runs = 1 + unit_random(&seed) % 4, k;

		for (uint16_t i = 0; i < cnt; i++) {
			k = i % runs ? unit_random(&seed) % 4 : runs - 1;
			pkts[i] = uk_netbuf_ref(&nb[k]);
		}
		k = cnt;
		uk_netdev_tx_burst(dev, 0, pkts, &cnt);
		for (uint64_t i = 0; i < k; i++) {
			if (i < cnt)
				owed[pkts[i] - nb]++;
			else
				uk_netbuf_free(pkts[i]);
		}
		while (vring_dev_take(d, &held[nb_held]))
			nb_held++;
		for (k = unit_random(&seed) % (nb_held + 1); k > 0; k--) {
			/* In order at first. */
			uint64_t i =
				round < 1000 ? 0 : unit_random(&seed) % nb_held;
			int which = (int)held[i].len - 72;

			assert_int_equal(held[i].addr,
					 (uintptr_t)nb[which].data - 12);
			vring_dev_use(d, held[i].id, 0);
			memmove(held + i, held + i + 1,
				(--nb_held - i) * sizeof(held[0]));
			owed[which]--;
		}
		uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
		for (int i = 0; i < 4; i++)
			assert_int_equal(nb[i].refcount, 1 + owed[i]);
	}
	assert_int_equal(nb_destroyed, 0);
	/* We let go of them: the device's are the last ones. */
	for (int i = 0; i < 4; i++)
		uk_netbuf_free(&nb[i]);
	while (nb_held)
		vring_dev_use(d, held[--nb_held].id, 0);
	uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
	assert_int_equal(nb_destroyed, 4);
	for (int i = 0; i < 4; i++)
		free(nb[i].buf);
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

/*
 * What is known to be fit is not looked at again, unless something about it is
 * another: its length, or by `flags` all else.
 */
static void test_tx_ready(void **state)
{
	struct uk_netdev *dev = *state;
	struct uk_netbuf *nb[3], *pkts[3];
	uint16_t cnt;

	virtio_fake_bring_up(dev);
	for (int i = 0; i < 3; i++)
		nb[i] = new_netbuf(HEADROOM, 60);
	for (int round = 0; round < 5; round++) {
		/* All of one length, then the last of another. */
		nb[2]->len = round < 2 ? 60 : (uint16_t)(60 + round);
		/* And one whose frame begins elsewhere. */
		if (round == 4) {
			memset(nb[1]->data, 0xee, 60);
			assert_int_equal(uk_netbuf_header(nb[1], -20), 1);
		}
		for (int i = 0; i < 3; i++)
			pkts[i] = uk_netbuf_ref(nb[i]);
		cnt = 3;
		uk_netdev_tx_burst(dev, 0, pkts, &cnt);
		assert_int_equal(cnt, 3);
		for (int i = 0; i < 3; i++) {
			struct vring_dev *d = &fake.q[VIRTIO_NET_TXQ].dev;
			static const uint8_t zero[VIRTIO_NET_HDR_LEN];
			struct vring_dev_buf b;

			assert_true(vring_dev_take(d, &b));
			assert_int_equal(b.addr, (uintptr_t)nb[i]->data - 12);
			assert_int_equal(b.len, nb[i]->len + 12);
			assert_memory_equal((void *)(uintptr_t)b.addr, zero,
					    sizeof(zero));
			vring_dev_use(d, b.id, 0);
		}
	}
	/* A length that does not fit, behind one that does. */
	nb[2]->len = 9019;
	cnt = 3;
	for (int i = 0; i < 3; i++)
		pkts[i] = nb[i];
	assert_int_equal(uk_netdev_tx_burst(dev, 0, pkts, &cnt), -EINVAL);
	assert_int_equal(cnt, 2);
	assert_int_equal(dev_send(), 2);
	cnt = 0;
	uk_netdev_tx_burst(dev, 0, pkts, &cnt);
	uk_netbuf_free(nb[2]);
}

/* Told not to notify; a device that never looks is told again, in the end. */
static void test_tx_quiet(void **state)
{
	struct fake_queue *q = &fake.q[VIRTIO_NET_TXQ];
	struct uk_netdev *dev = *state;
	unsigned int kicks = 0;

	fake.offered &= ~VIRTIO_F_EVENT_IDX;
	virtio_fake_bring_up(dev);
	vring_dev_quiet(&q->dev, true);
	uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
	assert_int_equal(q->bell, 0xffff);
	/* A second of it, looked at every 10 us. */
	for (int i = 0; i < 100000; i++) {
		host_clock_advance(10000);
		uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
		kicks += q->bell != 0xffff;
		q->bell = 0xffff;
	}
	/* Every 10 ms, to within the 64 looks of 10 us between two. */
	assert_in_range(kicks, 93, 100);
	assert_int_equal(dev_send(), 1);
	/* With nothing in flight there is nothing to wait for. */
	for (int i = 0; i < 10000; i++) {
		host_clock_advance(10000);
		uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
	}
	assert_int_equal(q->bell, 0xffff);
}

/* A device that moves is left alone, however long that lasts. */
static void test_tx_busy(void **state)
{
	struct fake_queue *q = &fake.q[VIRTIO_NET_TXQ];
	struct uk_netdev *dev = *state;

	fake.offered &= ~VIRTIO_F_EVENT_IDX;
	virtio_fake_bring_up(dev);
	vring_dev_quiet(&q->dev, true);
	for (int i = 0; i < 1000; i++) {
		uk_netdev_tx_one(dev, 0, new_netbuf(HEADROOM, 60));
		for (int k = 0; k < 50; k++) {
			host_clock_advance(1000000);
			uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
		}
		dev_send();
	}
	assert_int_equal(q->bell, 0xffff);
}

/* A burst is one notification at most, for the place that was asked for. */
static void test_tx_event(void **state)
{
	struct fake_queue *q = &fake.q[VIRTIO_NET_TXQ];
	struct uk_netdev *dev = *state;
	struct uk_netbuf *nb, *pkts[8];
	unsigned int total = 0;

	virtio_fake_bring_up(dev);
	nb = new_netbuf(HEADROOM, 60);
	for (unsigned int round = 0; round < 3000; round++) {
		uint16_t n = (uint16_t)(1 + round % 8), ahead = round % 11;

		vring_dev_event(&q->dev, (uint16_t)(total + ahead));
		q->bell = 0xffff;
		for (int i = 0; i < n; i++)
			pkts[i] = uk_netbuf_ref(nb);
		uk_netdev_tx_burst(dev, 0, pkts, &n);
		assert_int_equal(q->bell, ahead < n ? 1 : 0xffff);
		total += n;
		assert_int_equal(dev_send(), n);
	}
	uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
	uk_netbuf_free(nb);
}

/*
 * The same frames lap by lap, as a rule, or twice a lap: descriptors that stand
 * there already count. A frame that was moved, has another length or another
 * place does not go out as it was.
 */
static void tx_again(struct uk_netdev *dev, unsigned int nb_frames)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_TXQ].dev;
	struct uk_netbuf *nb[RING];
	uint64_t seed = 3;

	virtio_fake_bring_up(dev);
	for (unsigned int i = 0; i < nb_frames; i++)
		nb[i] = new_netbuf(40, 60);
	for (unsigned int round = 0; round < 20000; round++) {
		const uint64_t what = unit_random(&seed) % 40;
		const size_t k = unit_random(&seed) % nb_frames;
		const size_t other = unit_random(&seed) % nb_frames;
		const unsigned int piece = 1 + (unsigned int)(seed >> 60);
		/* Sometimes all of them are one. */
		const bool same = round / 64 % 4 == 3;
		unsigned int at = 0;

		if (what < 2) {
			uk_netbuf_header(nb[k],
					 what && uk_netbuf_headroom(nb[k]) >= 20
						 ? 4
						 : -4);
			nb[k]->len = 60;
		} else if (what == 2) {
			nb[k]->len = (uint16_t)(60 + other);
		} else if (what == 3) {
			struct uk_netbuf *t = nb[k];

			nb[k] = nb[other];
			nb[other] = t;
		}
		while (at < nb_frames) {
			struct uk_netbuf *pkts[RING];
			struct vring_dev_buf b;
			uint16_t cnt = (uint16_t)MIN(piece, nb_frames - at);

			for (uint16_t i = 0; i < cnt; i++)
				pkts[i] = uk_netbuf_ref(
					nb[same ? round % 2 : at + i]);
			uk_netdev_tx_burst(dev, 0, pkts, &cnt);
			assert_in_range(cnt, 1, piece);
			for (uint16_t i = 0; i < cnt; i++, at++) {
				assert_true(vring_dev_take(d, &b));
				assert_int_equal(b.addr,
						 (uintptr_t)pkts[i]->data -
							 VIRTIO_NET_HDR_LEN);
				assert_int_equal(b.len,
						 pkts[i]->len +
							 VIRTIO_NET_HDR_LEN);
				vring_dev_use(d, b.id, 0);
			}
		}
		uk_netdev_tx_burst(dev, 0, NULL, &(uint16_t){0});
		for (unsigned int i = 0; i < nb_frames; i++)
			assert_int_equal(nb[i]->refcount, 1);
	}
	for (unsigned int i = 0; i < nb_frames; i++)
		uk_netbuf_free(nb[i]);
}

static void test_tx_again(void **state)
{
	tx_again(*state, RING);
}

static void test_tx_again_twice(void **state)
{
	tx_again(*state, RING / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIRTIO_FAKE_TEST(test_tx_frame),
		VIRTIO_FAKE_TEST(test_tx_shared_is_not_written),
		VIRTIO_FAKE_TEST(test_tx_again),
		VIRTIO_FAKE_TEST(test_tx_again_twice),
		VIRTIO_FAKE_TEST(test_tx_references),
		VIRTIO_FAKE_TEST(test_tx_full),
		VIRTIO_FAKE_TEST(test_tx_refuses),
		VIRTIO_FAKE_TEST(test_tx_ready),
		VIRTIO_FAKE_TEST(test_tx_quiet),
		VIRTIO_FAKE_TEST(test_tx_busy),
		VIRTIO_FAKE_TEST(test_tx_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
