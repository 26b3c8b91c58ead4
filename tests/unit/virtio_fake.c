/* SPDX-License-Identifier: BSD-3-Clause */
#include "virtio_fake.h"

#include <stdlib.h>
#include <string.h>
#include <uk/arch/lcpu.h>

#include "plat/host/host.h"
#include "unit.h"

/* The driver is the platform's; here it is built for the host. */
#define ukplat_channel_begin fake_channel_begin
#define ukplat_channel_in fake_channel_in
#define ukplat_channel_took fake_channel_took
#define ukplat_channel_out fake_channel_out
#define ukplat_channel_send fake_channel_send
#include "plat/kvm/virtio.c"
#include "plat/kvm/virtio_console.c"

/* While the driver waits for an answer on the control queue. */
static void fake_answer(void);
#define ukarch_spinwait fake_answer
#include "plat/kvm/virtio_net_ctrl.c"
#undef ukarch_spinwait
#include "plat/kvm/virtio_net.c"
#include "plat/kvm/virtio_net_link.c"
#include "plat/kvm/virtio_net_queue.c"
#include "plat/kvm/virtio_net_rx.c"
#include "plat/kvm/virtio_net_tx.c"
#include "plat/kvm/virtio_net_tx_kept.c"

struct virtio_fake fake;
struct uk_allocpool *pool;
bool pool_dry;

/* 5.1.6.5: a command, of any two descriptors in a row, is read and answered. */
static void fake_answer(void)
{
	struct fake_queue *const q = &fake.q[4];
	const struct {
		uint64_t addr;
		uint32_t len;
		uint16_t half[2];
	} *const d = (void *)q->dev.area[0];
	const unsigned at = q->dev.packed ? q->dev.seen % q->dev.size : 0;
	const uint8_t *said = (void *)(uintptr_t)d[at].addr;
	const bool rss = fake.accepted >> 60 & 1;
	const bool wants = said[0] == 4 && said[1] == rss;

	if (fake.no_answer) {
		host_clock_advance(2000000000);
		return;
	}
	assert_int_equal(q->bell, 4);
	assert_true(fake.status & VIRTIO_STATUS_DRIVER_OK);
	assert_int_equal(d[at].len, rss ? sizeof(fake.rss) : 4);
	assert_int_equal(d[at + 1].len, 1);
	/* The device reads the first, and writes the next. */
	assert_int_equal(d[at].half[q->dev.packed] & 3, 1);
	assert_int_equal(d[at + 1].half[q->dev.packed] & 3, 2);
	fake.pairs = (uint16_t)(said[2] | said[3] << 8);
	if (rss) {
		memcpy(fake.rss, said, sizeof(fake.rss));
		said += 2 + 8 + 2 * 128;
		fake.pairs = (uint16_t)(said[0] | said[1] << 8);
	}
	*(uint8_t *)(uintptr_t)d[at + 1].addr = !wants || fake.refuses_pairs;
	q->dev.seen = (uint16_t)(q->dev.seen + (q->dev.packed ? 2 : 1));
	vring_dev_use(&q->dev, 0, 1);
	if (q->dev.packed)
		q->dev.put++;
}

static uint64_t fake_features(struct virtio_dev *vd)
{
	(void)vd;
	return fake.offered;
}

static void fake_set_features(struct virtio_dev *vd, uint64_t features)
{
	(void)vd;
	fake.accepted = features;
}

static uint8_t fake_status(struct virtio_dev *vd)
{
	(void)vd;
	return fake.status;
}

static void fake_set_status(struct virtio_dev *vd, uint8_t status)
{
	(void)vd;
	if (status == 0 && !fake.hangs) {
		memset(fake.q, 0, sizeof(fake.q));
		fake.resets++;
	}
	fake.status = fake.hangs ? 0x40 : status;
	if (fake.refuses)
		fake.status &= (uint8_t)~VIRTIO_STATUS_FEATURES_OK;
}

static uint16_t fake_queue_max(struct virtio_dev *vd, uint16_t queue)
{
	(void)vd;
	return queue < 4 ? fake.max[queue % 2] : queue == 4 ? 64 : 0;
}

static int fake_queue_enable(struct virtio_dev *vd, uint16_t queue,
			     uint16_t size, const uint64_t area[3],
			     struct virtio_notify *notify)
{
	struct fake_queue *q = &fake.q[queue];

	(void)vd;
	assert_true(fake.status & VIRTIO_STATUS_FEATURES_OK);
	assert_false(fake.status & VIRTIO_STATUS_DRIVER_OK);
	q->bell = 0xffff;
	vring_dev_init(&q->dev, fake.accepted & VIRTIO_F_RING_PACKED, size,
		       area);
	*notify = (struct virtio_notify){.addr = &q->bell, .queue = queue};
	return 0;
}

static uint8_t fake_config_byte(struct virtio_dev *vd, uint32_t offset)
{
	(void)vd;
	if (fake.changes) {
		fake.changes--;
		fake.generation++;
		fake.config[offset] ^= 0xff;
		return (uint8_t)~fake.config[offset];
	}
	return fake.config[offset];
}

static uint32_t fake_config_generation(struct virtio_dev *vd)
{
	(void)vd;
	return fake.generation;
}

static int fake_irq_enable(struct virtio_dev *vd)
{
	(void)vd;
	return fake.irq;
}

static void fake_irq_ack(struct virtio_dev *vd)
{
	(void)vd;
	if (fake.at_ack)
		fake.at_ack();
	fake.acks++;
}

/* The IOAPIC of a PC. */
bool irq_route(unsigned int line)
{
	return line < 24;
}

static const struct virtio_ops fake_ops = {
	.features = fake_features,
	.set_features = fake_set_features,
	.status = fake_status,
	.set_status = fake_set_status,
	.queue_max = fake_queue_max,
	.queue_enable = fake_queue_enable,
	.config_byte = fake_config_byte,
	.config_generation = fake_config_generation,
	.irq_enable = fake_irq_enable,
	.irq_ack = fake_irq_ack,
};

void virtio_pci_scan(struct uk_alloc *a)
{
	fake.vd.ops = &fake_ops;
	with_irq = NULL;
	strcpy(fake.vd.name, "fake");
	virtio_found(a, &fake.vd);
}

void virtio_mmio_scan(struct uk_alloc *a)
{
	(void)a;
}

struct uk_netbuf *new_netbuf(uint16_t headroom, uint16_t len)
{
	struct uk_netbuf *nb = uk_netbuf_alloc_buf(
		uk_allocpool2ukalloc(pool), BUF_LEN, 64, headroom, 0, NULL);

	if (nb)
		nb->len = len;
	return nb;
}

bool virtio_fake_console(void)
{
	fake.max[0] = fake.max[1] = 128;
	virtio_console_found(&fake.vd);
	return fake_channel_begin(uk_alloc_get_default());
}

void virtio_fake_no_console(void)
{
	struct ring *const rings[] = {&console.rx, &console.tx};

	for (unsigned i = 0; i < 2; i++) {
		uk_free(uk_alloc_get_default(), rings[i]->vr.desc);
		uk_free(uk_alloc_get_default(), rings[i]->mem);
	}
	memset(&console, 0, sizeof(console));
}

static uint16_t alloc_rxpkts(void *argp, struct uk_netbuf *pkts[],
			     uint16_t count)
{
	uint16_t n = 0;

	(void)argp;
	while (!pool_dry && n < count &&
	       (pkts[n] = new_netbuf(HEADROOM, BUF_LEN - HEADROOM)))
		n++;
	return n;
}

/* A device as it comes out of the box, registered but not probed. */
static int setup(void **state, uint64_t offered)
{
	static const uint8_t config[] = {
		0x52, 0x54, 0, 1, 2, 3,  1,   0, 1,    0, 9000 & 255, 9000 >> 8,
		0,    0,    0, 0, 0, 40, 128, 0, 0xff, 1, 0,          0};

	host_reset();
	memset(&fake, 0, sizeof(fake));
	fake.offered = offered;
	fake.max[0] = fake.max[1] = RING;
	fake.irq = 10;
	memcpy(fake.config, config, sizeof(config));
	pool_dry = false;
	pool = uk_allocpool_alloc(uk_alloc_get_default(), NB_BUFS,
				  BUF_LEN + 256, 64);
	virtio_init(uk_alloc_get_default());
	*state = uk_netdev_get(0);
	return *state ? 0 : -1;
}

int virtio_fake_setup_split(void **state)
{
	return setup(state, ~VIRTIO_F_RING_PACKED);
}

int virtio_fake_setup_packed(void **state)
{
	return setup(state, ~0ull);
}

static void give_back(void *arg, size_t i, void *cookie, uint32_t len)
{
	(void)arg;
	(void)i;
	(void)len;
	uk_netbuf_free(cookie);
}

static void free_queue(struct virtio_net_queue *q)
{
	uk_free(uk_alloc_get_default(), q->vr.desc);
	uk_free(uk_alloc_get_default(), q);
}

int virtio_fake_teardown(void **state)
{
	struct uk_netdev *dev = *state;
	struct virtio_net_ctrl *ctrl = to_vn(dev)->ctrl;

	for (unsigned i = 0; i < CONFIG_LIBUKNETDEV_MAXNBQUEUES; i++) {
		struct uk_netdev_rx_queue *rxq = dev->_rx_queue[i];
		struct uk_netdev_tx_queue *txq = dev->_tx_queue[i];

		if (rxq) {
			uk_netbuf_free(rxq->frame);
			vring_drain(&rxq->q.vr, give_back, NULL);
			free_queue(&rxq->q);
		}
		if (txq) {
			vring_drain(&txq->q.vr, give_back, NULL);
			free_queue(&txq->q);
		}
	}
	if (ctrl) {
		uk_free(uk_alloc_get_default(), ctrl->mem);
		uk_free(uk_alloc_get_default(), ctrl);
	}
	/* Whatever happened, no netbuf is missing. */
	assert_int_equal(uk_allocpool_availcount(pool), NB_BUFS);
	uk_allocpool_free(pool);
	uk_free(uk_alloc_get_default(),
		__containerof(dev, struct virtio_net, dev));
	host_reset();
	return 0;
}

void virtio_fake_bring_up(struct uk_netdev *dev)
{
	virtio_fake_bring_up_with(dev, alloc_rxpkts);
}

void virtio_fake_bring_up_with(struct uk_netdev *dev,
			       uk_netdev_alloc_rxpkts alloc)
{
	assert_int_equal(virtio_fake_bring_up_pairs(dev, 1, alloc), 0);
}

int virtio_fake_bring_up_pairs(struct uk_netdev *dev, uint16_t pairs,
			       uk_netdev_alloc_rxpkts alloc)
{
	const struct uk_netdev_conf conf = {pairs, pairs};
	struct uk_netdev_rxqueue_conf rx = {
		.a = uk_alloc_get_default(),
		.alloc_rxpkts = alloc ? alloc : alloc_rxpkts,
	};
	struct uk_netdev_txqueue_conf tx = {.a = uk_alloc_get_default()};

	assert_int_equal(uk_netdev_probe(dev), 0);
	assert_int_equal(uk_netdev_configure(dev, &conf), 0);
	for (uint16_t i = 0; i < pairs; i++) {
		assert_int_equal(uk_netdev_rxq_configure(dev, i, 0, &rx), 0);
		assert_int_equal(uk_netdev_txq_configure(dev, i, 0, &tx), 0);
	}
	/* 3.1.1: nothing is notified before DRIVER_OK. */
	assert_int_equal(fake.q[0].bell, 0xffff);
	return uk_netdev_start(dev);
}

static void take_rx(struct vring_dev_buf *b)
{
	assert_true(vring_dev_take(&fake.q[VIRTIO_NET_RXQ].dev, b));
	assert_int_equal(b->flags, VRING_DESC_F_WRITE);
	assert_int_equal(b->len, VIRTIO_NET_HDR_LEN + BUF_LEN - HEADROOM);
}

void dev_receive(uint32_t len, int fill)
{
	struct vring_dev_buf b;
	uint8_t *p;

	take_rx(&b);
	p = (uint8_t *)(uintptr_t)b.addr;
	memset(p, 0xee, VIRTIO_NET_HDR_LEN);
	p[VIRTIO_NET_HDR_NUM_BUFFERS] = 1;
	p[VIRTIO_NET_HDR_NUM_BUFFERS + 1] = 0;
	memset(p + VIRTIO_NET_HDR_LEN, fill, MIN(len, BUF_LEN - HEADROOM));
	vring_dev_use(&fake.q[VIRTIO_NET_RXQ].dev, b.id,
		      VIRTIO_NET_HDR_LEN + len);
}

void dev_receive_parts(uint32_t len, int more)
{
	const uint32_t room = VIRTIO_NET_HDR_LEN + BUF_LEN - HEADROOM;
	uint32_t left = VIRTIO_NET_HDR_LEN + len, i = 0;
	uint16_t parts = (uint16_t)((int)((left + room - 1) / room) + more);
	struct vring_dev_buf b;

	while (left) {
		uint32_t n = MIN(left, room), from = 0;
		uint8_t *p;

		take_rx(&b);
		p = (uint8_t *)(uintptr_t)b.addr;
		if (i == 0) {
			from = VIRTIO_NET_HDR_LEN;
			memset(p, 0, from);
			memcpy(p + VIRTIO_NET_HDR_NUM_BUFFERS, &parts, 2);
		}
		for (uint32_t k = from; k < n; k++)
			p[k] = (uint8_t)(i++ % 251);
		vring_dev_use(&fake.q[VIRTIO_NET_RXQ].dev, b.id, n);
		left -= n;
	}
}

unsigned int dev_send(void)
{
	return vring_dev_use_all(&fake.q[VIRTIO_NET_TXQ].dev, 0);
}
