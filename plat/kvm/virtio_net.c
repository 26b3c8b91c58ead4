/* SPDX-License-Identifier: BSD-3-Clause */
/* From a device that was found to one that runs. */
#include "plat/kvm/virtio_net.h"

/* 5.1.3 */
#define VIRTIO_NET_F_MTU (1ULL << 3)
#define VIRTIO_NET_F_MAC (1ULL << 5)
#define VIRTIO_NET_F_STATUS (1ULL << 16)

#define FEATURES_NEEDED VIRTIO_F_VERSION_1
#define FEATURES_WANTED                                            \
	(FEATURES_NEEDED | VIRTIO_F_EVENT_IDX | VIRTIO_NET_F_MTU | \
	 VIRTIO_NET_F_MAC | VIRTIO_NET_F_STATUS)

/* 5.1.4: offsets in the configuration. */
#define CONFIG_MAC 0
#define CONFIG_MTU 10

#define MTU_DEFAULT 1500
#define MTU_MIN 68 /* 5.1.4.1 */

#define DESC_DEFAULT 256
#define DESC_MIN 2
/* Receive buffers are given in pieces of this many, or a quarter ring. */
#define REFILL 32

static struct virtio_net *to_vn(const struct uk_netdev *dev)
{
	return __containerof(dev, struct virtio_net, dev);
}

static int read_config(struct virtio_net *vn)
{
	uint8_t mtu[2];
	int rc = 0;

	vn->mtu = MTU_DEFAULT;
	if (vn->vd->features & VIRTIO_NET_F_MAC)
		rc = virtio_config_read(vn->vd, CONFIG_MAC, vn->mac.addr_bytes,
					UK_NETDEV_HWADDR_LEN);
	if (rc == 0 && vn->vd->features & VIRTIO_NET_F_MTU) {
		rc = virtio_config_read(vn->vd, CONFIG_MTU, mtu, sizeof(mtu));
		vn->mtu = (uint16_t)(mtu[0] | mtu[1] << 8);
	}
	return rc == 0 && vn->mtu < MTU_MIN ? -EIO : rc;
}

static int net_probe(struct uk_netdev *dev)
{
	struct virtio_net *vn = to_vn(dev);
	int rc;

	rc = virtio_negotiate(vn->vd, FEATURES_WANTED, FEATURES_NEEDED);
	if (rc == 0)
		rc = read_config(vn);
	for (uint16_t i = VIRTIO_NET_RXQ; rc == 0 && i <= VIRTIO_NET_TXQ; i++) {
		uint16_t max = vn->vd->ops->queue_max(vn->vd, i);

		if (max < DESC_MIN)
			return -ENODEV;
		/* 2.7: a power of two; MMIO may offer any number. */
		vn->desc_max[i] = VRING_SIZE_MAX;
		while (vn->desc_max[i] > max)
			vn->desc_max[i] /= 2;
	}
	return rc;
}

static void net_info_get(struct uk_netdev *dev, struct uk_netdev_info *info)
{
	info->max_rx_queues = 1;
	info->max_tx_queues = 1;
	info->max_mtu = to_vn(dev)->mtu;
	info->nb_encap_tx = VIRTIO_NET_HDR_LEN;
	info->nb_encap_rx = VIRTIO_NET_HDR_LEN;
}

static int net_configure(struct uk_netdev *dev __unused,
			 const struct uk_netdev_conf *conf __unused)
{
	return 0;
}

static int queue_info_get(struct uk_netdev *dev, uint16_t queue_id,
			  uint16_t index, struct uk_netdev_queue_info *info)
{
	if (queue_id > 0)
		return -EINVAL;
	*info = (struct uk_netdev_queue_info){
		.nb_max = to_vn(dev)->desc_max[index],
		.nb_min = DESC_MIN,
		.nb_align = 1,
		.nb_is_power_of_two = 1,
	};
	return 0;
}

static int net_rxq_info_get(struct uk_netdev *dev, uint16_t queue_id,
			    struct uk_netdev_queue_info *info)
{
	return queue_info_get(dev, queue_id, VIRTIO_NET_RXQ, info);
}

static int net_txq_info_get(struct uk_netdev *dev, uint16_t queue_id,
			    struct uk_netdev_queue_info *info)
{
	return queue_info_get(dev, queue_id, VIRTIO_NET_TXQ, info);
}

/*
 * A direction's structure of `bytes`, which starts with a struct queue, its
 * ring laid out and the device told. *out stays as it is after an error.
 */
static int new_queue(struct virtio_net *vn, uint16_t index, uint16_t nb_desc,
		     struct uk_alloc *a, size_t bytes,
		     struct virtio_net_queue **out)
{
	struct virtio_net_queue *q = uk_zalloc(a, bytes);
	void *mem;
	int rc;

	if (!nb_desc)
		nb_desc = MIN(vn->desc_max[index], DESC_DEFAULT);
	mem = uk_memalign(a, VRING_ALIGN, vring_bytes(nb_desc));
	if (!q || !mem) {
		rc = -ENOMEM;
		goto fail;
	}
	q->vn = vn;
	vring_init(&q->vr, mem, nb_desc,
		   index == VIRTIO_NET_RXQ ? VRING_FROM_DEVICE
					   : VRING_TO_DEVICE,
		   !!(vn->vd->features & VIRTIO_F_EVENT_IDX));
	rc = vn->vd->ops->queue_enable(vn->vd, index, nb_desc,
				       (uint64_t[]){vring_desc_addr(&q->vr),
						    vring_avail_addr(&q->vr),
						    vring_used_addr(&q->vr)},
				       &q->notify);
	if (rc < 0)
		goto fail;
	*out = q;
	return 0;
fail:
	if (mem)
		uk_free(a, mem);
	if (q)
		uk_free(a, q);
	return rc;
}

static int net_rxq_configure(struct uk_netdev *dev, uint16_t queue_id __unused,
			     uint16_t nb_desc,
			     struct uk_netdev_rxqueue_conf *conf,
			     struct uk_netdev_rx_queue **queue)
{
	struct uk_netdev_rx_queue *rxq;
	struct virtio_net_queue *q;
	int rc = new_queue(to_vn(dev), VIRTIO_NET_RXQ, nb_desc, conf->a,
			   sizeof(*rxq), &q);

	if (rc < 0)
		return rc;
	rxq = __containerof(q, struct uk_netdev_rx_queue, q);
	rxq->refill = MIN(REFILL, MAX(q->vr.size / 4, 1));
	rxq->alloc_rxpkts = conf->alloc_rxpkts;
	rxq->alloc_rxpkts_argp = conf->alloc_rxpkts_argp;
	virtio_net_refill(rxq);
	*queue = rxq;
	return 0;
}

static int net_txq_configure(struct uk_netdev *dev, uint16_t queue_id __unused,
			     uint16_t nb_desc,
			     struct uk_netdev_txqueue_conf *conf,
			     struct uk_netdev_tx_queue **queue)
{
	struct virtio_net_queue *q;
	int rc = new_queue(to_vn(dev), VIRTIO_NET_TXQ, nb_desc, conf->a,
			   sizeof(**queue), &q);

	if (rc < 0)
		return rc;
	*queue = __containerof(q, struct uk_netdev_tx_queue, q);
	(*queue)->max_frame = to_vn(dev)->mtu + ETH_HDR_LEN + VLAN_TAG_LEN;
	return 0;
}

static int net_start(struct uk_netdev *dev)
{
	struct virtio_net *vn = to_vn(dev);

	virtio_driver_ok(vn->vd);
	vn->live = true;
	/* The buffers that the queue was filled with before. */
	virtio_notify(&dev->_rx_queue[0]->q.notify);
	return 0;
}

static const struct uk_hwaddr *net_hwaddr_get(struct uk_netdev *dev)
{
	struct virtio_net *vn = to_vn(dev);

	return vn->vd->features & VIRTIO_NET_F_MAC ? &vn->mac : NULL;
}

static uint16_t net_mtu_get(struct uk_netdev *dev)
{
	return to_vn(dev)->mtu;
}

static const struct uk_netdev_ops net_ops = {
	.probe = net_probe,
	.info_get = net_info_get,
	.configure = net_configure,
	.rxq_info_get = net_rxq_info_get,
	.txq_info_get = net_txq_info_get,
	.rxq_configure = net_rxq_configure,
	.txq_configure = net_txq_configure,
	.start = net_start,
	.hwaddr_get = net_hwaddr_get,
	.mtu_get = net_mtu_get,
};

int virtio_net_add(struct uk_alloc *a, struct virtio_dev *vd)
{
	struct virtio_net *vn = uk_zalloc(a, sizeof(*vn));
	int rc;

	if (!vn)
		return -ENOMEM;
	vn->vd = vd;
	vn->dev.ops = &net_ops;
	vn->dev.tx_burst = virtio_net_tx_burst;
	vn->dev.rx_burst = virtio_net_rx_burst;
	rc = uk_netdev_drv_register(&vn->dev, a, "virtio-net");
	if (rc < 0)
		uk_free(a, vn);
	return MIN(rc, 0);
}
