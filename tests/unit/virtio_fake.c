/* SPDX-License-Identifier: BSD-3-Clause */
#include "virtio_fake.h"

#include <stdlib.h>
#include <string.h>

#include "plat/host/host.h"
#include "unit.h"

/* The driver is the platform's; here it is built for the host. */
#include "plat/kvm/virtio.c"
#include "plat/kvm/virtio_net.c"
#include "plat/kvm/virtio_net_rxtx.c"

struct virtio_fake fake;
struct uk_allocpool *pool;
bool pool_dry;

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
	return queue < 2 ? fake.max[queue] : 0;
}

static int fake_queue_enable(struct virtio_dev *vd, uint16_t queue,
			     uint16_t size, const uint64_t area[3],
			     struct virtio_notify *notify)
{
	struct fake_queue *q = &fake.q[queue];

	(void)vd;
	assert_true(fake.status & VIRTIO_STATUS_FEATURES_OK);
	assert_false(fake.status & VIRTIO_STATUS_DRIVER_OK);
	*q = (struct fake_queue){
		.size = size,
		.desc = (void *)(uintptr_t)area[0],
		.avail = (void *)(uintptr_t)area[1],
		.used = (void *)(uintptr_t)area[2],
		.bell = 0xffff,
	};
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

static const struct virtio_ops fake_ops = {
	.features = fake_features,
	.set_features = fake_set_features,
	.status = fake_status,
	.set_status = fake_set_status,
	.queue_max = fake_queue_max,
	.queue_enable = fake_queue_enable,
	.config_byte = fake_config_byte,
	.config_generation = fake_config_generation,
};

void virtio_pci_scan(struct uk_alloc *a)
{
	fake.vd.ops = &fake_ops;
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
int virtio_fake_setup(void **state)
{
	static const uint8_t config[] = {
		0x52, 0x54, 0, 1, 2, 3, 1, 0, 1, 0, 9000 & 255, 9000 >> 8};

	host_reset();
	memset(&fake, 0, sizeof(fake));
	fake.offered = ~0ull;
	fake.max[0] = fake.max[1] = RING;
	memcpy(fake.config, config, sizeof(config));
	pool_dry = false;
	pool = uk_allocpool_alloc(uk_alloc_get_default(), NB_BUFS,
				  BUF_LEN + 256, 64);
	virtio_init(uk_alloc_get_default());
	*state = uk_netdev_get(0);
	return *state ? 0 : -1;
}

static void give_back(void *arg, void *cookie, uint32_t len)
{
	(void)arg;
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

	if (dev->_rx_queue[0]) {
		vring_drain(&dev->_rx_queue[0]->q.vr, give_back, NULL);
		free_queue(&dev->_rx_queue[0]->q);
	}
	if (dev->_tx_queue[0]) {
		vring_drain(&dev->_tx_queue[0]->q.vr, give_back, NULL);
		free_queue(&dev->_tx_queue[0]->q);
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
	const struct uk_netdev_conf conf = {1, 1};
	struct uk_netdev_rxqueue_conf rx = {
		.a = uk_alloc_get_default(),
		.alloc_rxpkts = alloc_rxpkts,
	};
	struct uk_netdev_txqueue_conf tx = {.a = uk_alloc_get_default()};

	assert_int_equal(uk_netdev_probe(dev), 0);
	assert_int_equal(uk_netdev_configure(dev, &conf), 0);
	assert_int_equal(uk_netdev_rxq_configure(dev, 0, 0, &rx), 0);
	assert_int_equal(uk_netdev_txq_configure(dev, 0, 0, &tx), 0);
	/* 3.1.1: nothing is notified before DRIVER_OK. */
	assert_int_equal(fake.q[0].bell, 0xffff);
	assert_int_equal(uk_netdev_start(dev), 0);
}

struct vring_desc *dev_take(struct fake_queue *q, uint16_t *id)
{
	if (q->seen == q->avail->idx)
		return NULL;
	*id = q->avail->ring[q->seen++ % q->size];
	return &q->desc[*id];
}

void dev_use(struct fake_queue *q, uint32_t id, uint32_t len)
{
	uint32_t e[2] = {id, len};

	memcpy((char *)q->used + 4 + 8 * (q->put++ % q->size), e, sizeof(e));
	q->used[1] = q->put;
}

void dev_receive(uint32_t len, int fill)
{
	struct fake_queue *q = &fake.q[VIRTIO_NET_RXQ];
	uint16_t id;
	struct vring_desc *d = dev_take(q, &id);

	assert_non_null(d);
	assert_int_equal(d->flags, VRING_DESC_F_WRITE);
	assert_int_equal(d->len, VIRTIO_NET_HDR_LEN + BUF_LEN - HEADROOM);
	memset((void *)(uintptr_t)d->addr, 0xee, VIRTIO_NET_HDR_LEN);
	memset((char *)(uintptr_t)d->addr + VIRTIO_NET_HDR_LEN, fill,
	       MIN(len, BUF_LEN - HEADROOM));
	dev_use(q, id, VIRTIO_NET_HDR_LEN + len);
}

unsigned int dev_send(void)
{
	struct fake_queue *q = &fake.q[VIRTIO_NET_TXQ];
	unsigned int n = 0;
	uint16_t id;

	while (dev_take(q, &id)) {
		dev_use(q, id, 0);
		n++;
	}
	return n;
}
