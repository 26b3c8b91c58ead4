/* SPDX-License-Identifier: BSD-3-Clause */
/* A port that reflects on the platform's own driver: buffers that go round. */
#include <string.h>

#include "pktgen/engine.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "plat/host/host.h"
#include "unit.h"
#include "virtio_fake.h"

#define ROUNDS 1000
#define LEN 60
#define SIZE 64 /* of the rings */

static struct pktgen pg;

static int teardown(void **state)
{
	int rc = virtio_fake_teardown(state);

	pktgen_close(&pg, uk_alloc_get_default());
	return rc;
}

/* The device writes its header before what it received, 5.1.6.4. */
static void put_frame_of(struct vring_dev *d, const struct vring_dev_buf *b,
			 uint8_t fill, uint32_t len)
{
	uint8_t *const p = (uint8_t *)(uintptr_t)b->addr;

	memset(p, 0, VIRTIO_NET_HDR_LEN);
	p[VIRTIO_NET_HDR_NUM_BUFFERS] = 1;
	memset(p + VIRTIO_NET_HDR_LEN, fill, len);
	vring_dev_use(d, b->id, VIRTIO_NET_HDR_LEN + len);
}

static void put_frame(struct vring_dev *d, const struct vring_dev_buf *b,
		      uint8_t fill)
{
	put_frame_of(d, b, fill, LEN);
}

static void receive(uint8_t fill)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_RXQ].dev;
	struct vring_dev_buf b;

	assert_true(vring_dev_take(d, &b));
	put_frame(d, &b, fill);
}

/* Each buffer is sent many times, and each time with a header of zeros. */
static void each_time_like_the_first(void **state)
{
	static const uint8_t zero[VIRTIO_NET_HDR_LEN];
	struct vring_dev *tx = &fake.q[VIRTIO_NET_TXQ].dev;
	uint64_t now_ns = 1;
	(void)state;

	pktgen_open(&pg, 1, uk_alloc_get_default());
	pktgen_set_mode(&pg, 1, MODE_RX | MODE_REFLECT | MODE_ANY, now_ns);
	pktgen_start(&pg, 1, now_ns);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct vring_dev_buf b;
		const uint8_t *p;

		/* Even, as a source that is a group is replaced. */
		receive((uint8_t)(i * 2));
		pktgen_step(&pg, ++now_ns);
		assert_true(vring_dev_take(tx, &b));
		p = (const uint8_t *)(uintptr_t)b.addr;
		assert_int_equal(b.len, VIRTIO_NET_HDR_LEN + LEN);
		assert_memory_equal(p, zero, sizeof(zero));
		assert_int_equal(p[VIRTIO_NET_HDR_LEN], (uint8_t)(i * 2));
		vring_dev_use(tx, b.id, 0);
	}
	assert_int_equal(pktgen_worker(&pg, 0, 0)->stats.tx_packets, ROUNDS);
}

/* A device that keeps one, and gives the others back in any order. */
static void one_that_is_kept(void **state)
{
	struct vring_dev *tx = &fake.q[VIRTIO_NET_TXQ].dev;
	struct vring_dev_buf b, kept = {0}, held[4];
	uint64_t now_ns = 1, seed = 5;
	unsigned nb_held = 0, ours;
	struct worker *w;
	(void)state;

	pktgen_open(&pg, 1, uk_alloc_get_default());
	pktgen_set_mode(&pg, 1, MODE_RX | MODE_REFLECT | MODE_ANY, now_ns);
	pktgen_start(&pg, 1, now_ns);
	w = pktgen_worker(&pg, 0, 0);
	ours = port_tx_out(w->queue); /* what the worker would send */
	for (unsigned i = 0; i < 10 * ROUNDS; i++) {
		receive((uint8_t)(i * 2));
		pktgen_step(&pg, ++now_ns);
		assert_true(vring_dev_take(tx, &b));
		if (i == ROUNDS) {
			kept = b;
			continue;
		}
		assert_int_equal(
			*((uint8_t *)(uintptr_t)b.addr + VIRTIO_NET_HDR_LEN),
			(uint8_t)(i * 2));
		held[nb_held++] = b;
		while (nb_held == 4 || (nb_held && i < ROUNDS)) {
			const uint64_t k = unit_random(&seed) % nb_held;

			vring_dev_use(tx, held[k].id, 0);
			held[k] = held[--nb_held];
		}
		assert_in_range(port_tx_out(w->queue) - ours,
				nb_held + (i > ROUNDS),
				nb_held + (i > ROUNDS) + 4);
	}
	while (nb_held)
		vring_dev_use(tx, held[--nb_held].id, 0);
	port_tx_reap(w->queue);
	assert_int_equal(port_tx_out(w->queue), ours + 1);
	vring_dev_use(tx, kept.id, 0);
	port_tx_reap(w->queue);
	assert_int_equal(port_tx_out(w->queue), ours);
	assert_int_equal(w->stats.tx_packets, 10 * ROUNDS);
}

static struct worker *open_reflecting(void)
{
	pktgen_open(&pg, 1, uk_alloc_get_default());
	pktgen_set_mode(&pg, 1, MODE_RX | MODE_REFLECT | MODE_ANY, 1);
	pktgen_start(&pg, 1, 1);
	return pktgen_worker(&pg, 0, 0);
}

/* Those that went first stay for good; all others go round. */
static void more_that_are_kept(void **state)
{
	struct vring_dev *tx = &fake.q[VIRTIO_NET_TXQ].dev;
	struct vring_dev_buf b;
	uint64_t now_ns = 1;
	struct worker *w;
	(void)state;

	w = open_reflecting();
	for (unsigned i = 0; i < ROUNDS; i++) {
		receive((uint8_t)(i * 2));
		pktgen_step(&pg, ++now_ns);
		assert_true(vring_dev_take(tx, &b));
		if (i >= 3)
			vring_dev_use(tx, b.id, 0);
	}
	assert_int_equal(w->stats.tx_packets, ROUNDS);
	assert_int_equal(worker_in_flight(w), 3);
}

/* A device that gives back none before there is none left to receive into. */
static void all_that_there_are_kept(void **state)
{
	struct vring_dev *tx = &fake.q[VIRTIO_NET_TXQ].dev;
	struct vring_dev_buf b;
	unsigned sent = 0;
	uint64_t now_ns = 1;
	struct worker *w;
	(void)state;

	fake.max[VIRTIO_NET_TXQ] = 512;
	w = open_reflecting();
	assert_true(w->queue->port->nb_rx_bufs < w->queue->port->nb_tx_desc);
	for (unsigned i = 0; i < 10; i++) {
		while (sent < w->queue->port->nb_rx_bufs * (i + 1)) {
			receive(2);
			pktgen_step(&pg, ++now_ns);
			sent++;
		}
		while (vring_dev_take(tx, &b))
			vring_dev_use(tx, b.id, 0);
		pktgen_step(&pg, ++now_ns);
		pktgen_step(&pg, ++now_ns);
	}
	assert_int_equal(w->stats.tx_packets, 10 * w->queue->port->nb_rx_bufs);
	assert_int_equal(worker_in_flight(w), 0);
}

/* Where a buffer lay when it had that place last; whether it is there again. */
static bool is_there(uint64_t place[], const struct vring_dev_buf *b)
{
	const bool there = place[b->id] == b->addr;

	place[b->id] = b->addr;
	return there;
}

/*
 * Those that go round come back to their places, a burst at a time, though
 * there are more of them than places: no descriptor changes after some laps.
 */
static void each_in_its_place(void **state)
{
	struct vring_dev *rx = &fake.q[VIRTIO_NET_RXQ].dev;
	struct vring_dev *tx = &fake.q[VIRTIO_NET_TXQ].dev;
	uint64_t rx_place[SIZE] = {0}, tx_place[SIZE] = {0};
	unsigned moved = 0;
	uint64_t now_ns = 1;
	struct worker *w;
	(void)state;

	fake.max[0] = fake.max[1] = SIZE;
	w = open_reflecting();
	assert_true(w->queue->port->nb_rx_bufs > SIZE);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct vring_dev_buf b;

		for (unsigned k = 0; k < 4; k++) {
			assert_true(vring_dev_take(rx, &b));
			moved += !is_there(rx_place, &b);
			put_frame(rx, &b, (uint8_t)(k * 2));
		}
		pktgen_step(&pg, ++now_ns);
		for (unsigned k = 0; k < 4; k++) {
			assert_true(vring_dev_take(tx, &b));
			moved += !is_there(tx_place, &b);
			vring_dev_use(tx, b.id, 0);
		}
		if (i == ROUNDS / 2)
			moved = 0;
	}
	assert_int_equal(moved, 0);
	assert_int_equal(w->stats.tx_packets, 4 * ROUNDS);
	assert_int_equal(w->stats.rx_underrun, 0);
}

/* What the device was given is as it should be. */
static void check_sent(const struct vring_dev_buf *b, uint8_t fill,
		       uint32_t len)
{
	static const uint8_t zero[VIRTIO_NET_HDR_LEN];
	const uint8_t *p = (const uint8_t *)(uintptr_t)b->addr;

	assert_int_equal(b->len, VIRTIO_NET_HDR_LEN + len);
	assert_memory_equal(p, zero, sizeof(zero));
	assert_int_equal(p[VIRTIO_NET_HDR_LEN], fill);
	assert_int_equal(p[VIRTIO_NET_HDR_LEN + len - 1], fill);
}

/* A frame that is none of those that were received. */
static void send_another(struct port_queue *q)
{
	struct uk_netbuf *nb = port_frame_alloc(q);
	int err;

	assert_non_null(nb);
	nb->len = LEN;
	memset(nb->data, 1, LEN);
	assert_int_equal(port_tx_burst(q, &nb, 1, &err), 1);
}

/*
 * Bursts of one length for some laps and then of others, frames of another kind
 * between them on the same queue, and one look at the ring without any: each is
 * sent as it should be, is in flight until it is back, and comes back.
 */
static void others_between_them(void **state)
{
	struct vring_dev *rx = &fake.q[VIRTIO_NET_RXQ].dev;
	struct vring_dev *tx = &fake.q[VIRTIO_NET_TXQ].dev;
	unsigned ours, at_once = 0;
	uint64_t now_ns = 1, seed = 3;
	struct vring_dev_buf b;
	struct port_queue *q;
	uint8_t fill = 0;
	(void)state;

	fake.max[0] = fake.max[1] = SIZE;
	q = open_reflecting()->queue;
	ours = port_tx_out(q);
	for (unsigned i = 0; i < ROUNDS; i++) {
		const uint64_t r = unit_random(&seed);
		const unsigned nb = 1 + (i / 100 % 2 ? r >> 8 & 7 : 7);
		const uint32_t len = i / 50 % 3 ? LEN : 40 + (r >> 20 & 63);

		for (unsigned k = 0; k < nb; k++, fill += 2) {
			assert_true(vring_dev_take(rx, &b));
			put_frame_of(rx, &b, fill, len);
		}
		pktgen_step(&pg, ++now_ns);
		at_once += q->nb_lent >= nb;
		fill -= (uint8_t)(2 * nb);
		for (unsigned k = 0; k < nb; k++, fill += 2) {
			assert_true(vring_dev_take(tx, &b));
			check_sent(&b, fill, len);
			vring_dev_use(tx, b.id, 0);
		}
		if (i > ROUNDS / 2 && !(r >> 30 & 15)) {
			send_another(q);
			assert_true(vring_dev_take(tx, &b));
			check_sent(&b, 1, LEN);
			assert_int_equal(port_tx_out(q), ours + 1 + q->nb_lent);
			vring_dev_use(tx, b.id, 0);
		}
		if (!(r >> 40 & 31)) {
			port_tx_reap(q);
			assert_int_equal(port_tx_out(q), ours);
		}
	}
	port_tx_reap(q);
	assert_int_equal(port_tx_out(q), ours);
	assert_int_equal(q->nb_lent + q->nb_reflected, 0);
	assert_true(at_once > ROUNDS / 2);
}

int main(void)
{
#define TEST(f)                                                            \
	{#f ", split", f, virtio_fake_setup_split, teardown, NULL},        \
	{                                                                  \
#f ", packed", f, virtio_fake_setup_packed, teardown, NULL \
	}
	const struct CMUnitTest tests[] = {
		TEST(each_time_like_the_first), TEST(one_that_is_kept),
		TEST(more_that_are_kept),       TEST(all_that_there_are_kept),
		TEST(each_in_its_place),        TEST(others_between_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
