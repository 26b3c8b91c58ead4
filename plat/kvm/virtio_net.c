/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio network device, from one that was found to one that runs.
 *
 * virtio_net_add(), at boot, registers a uknetdev of it and does no more. Then
 * uk/netdev.h calls, in this order:
 *
 * net_probe() resets it and agrees on features (virtio_negotiate()), reads its
 * MAC and MTU (read_config()), asks how long its rings may be, and chooses the
 * burst functions for the layout of the rings and for frames in parts
 * (virtio_net_choose_tx(), virtio_net_choose_rx()). net_info_get() and
 * queue_info_get() tell what came of that.
 *
 * net_configure() notes how many pairs of queues are used; where it is more
 * than one, net_start() tells the device by its control queue.
 * net_rxq_configure() and net_txq_configure() lay out a ring each and tell the
 * device (virtio_net_new_queue()); the receive ring is filled with buffers at
 * once (virtio_net_fill()).
 *
 * net_start() says that the driver is ready and notifies the device of these
 * buffers. Frames then pass by the burst functions alone, virtio_net_rx.c and
 * virtio_net_tx.c. net_why() says in words why any of it failed, and
 * virtio_net_link.c whether frames go anywhere.
 */
#include "plat/kvm/virtio_net_ctrl.h"

/* 5.1.3 */
#define VIRTIO_NET_F_MTU (1ULL << 3)
#define VIRTIO_NET_F_MAC (1ULL << 5)
#define VIRTIO_NET_F_MRG_RXBUF (1ULL << 15)
#define VIRTIO_NET_F_CTRL_VQ (1ULL << 17)
#define VIRTIO_NET_F_MQ (1ULL << 22)
#define VIRTIO_NET_F_RSS (1ULL << 60)

#define FEATURES_NEEDED VIRTIO_F_VERSION_1
/*
 * Mergeable buffers whatever the MTU: without them a frame that fits no buffer
 * is dropped by the device, and counted by nobody.
 */
#define FEATURES_WANTED                                                \
	(FEATURES_NEEDED | VIRTIO_F_EVENT_IDX | VIRTIO_F_RING_PACKED | \
	 VIRTIO_NET_F_MTU | VIRTIO_NET_F_MAC | VIRTIO_NET_F_STATUS |   \
	 VIRTIO_NET_F_MRG_RXBUF)

/* 5.1.4: offsets in the configuration. */
#define CONFIG_MAC 0
#define CONFIG_PAIRS 8
#define CONFIG_MTU 10
#define CONFIG_RSS 17 /* key's length, 1 byte; table's, 2; types, 4 */

/* 5.1.6.4.3.1: IPv4, its TCP and UDP, IPv6, its TCP and UDP. */
#define RSS_TYPES 0x3f

#define MTU_DEFAULT 1500
#define MTU_MIN 68 /* 5.1.4.1 */

#define DESC_MIN 2
/* Receive buffers are given in pieces of this many, or a quarter ring. */
#define REFILL 32

/* Several pairs of queues are only of use with the queue that says so. */
#define FEATURES_PAIRS (VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_MQ)

static uint64_t features_wanted(struct virtio_dev *vd)
{
	const bool pairs =
		CONFIG_LIBUKNETDEV_MAXNBQUEUES > 1 &&
		(vd->ops->features(vd) & FEATURES_PAIRS) == FEATURES_PAIRS;

	return FEATURES_WANTED |
	       (pairs ? FEATURES_PAIRS | VIRTIO_NET_F_RSS : 0);
}

static int read_pairs(struct virtio_net *vn)
{
	uint8_t pairs[2];
	int rc;

	vn->max_pairs = 1;
	if (!(vn->vd->features & VIRTIO_NET_F_MQ))
		return 0;
	rc = virtio_config_read(vn->vd, CONFIG_PAIRS, pairs, sizeof(pairs));
	if (rc < 0)
		return rc;
	vn->max_pairs = (uint16_t)(pairs[0] | pairs[1] << 8);
	/* 5.1.4.1 */
	if (vn->max_pairs >= 1 && vn->max_pairs <= 0x8000)
		return 0;
	virtio_why(vn->vd, "the device says that it has %u pairs of queues",
		   vn->max_pairs);
	return -EIO;
}

/* After read_pairs(): with one pair there is nothing to choose. */
static int read_rss(struct virtio_net *vn)
{
	uint8_t rss[7];
	unsigned table;
	int rc;

	vn->rss_types = 0;
	if (vn->max_pairs == 1 || !(vn->vd->features & VIRTIO_NET_F_RSS))
		return 0;
	rc = virtio_config_read(vn->vd, CONFIG_RSS, rss, sizeof(rss));
	if (rc < 0)
		return rc;
	table = rss[1] | (unsigned)rss[2] << 8;
	vn->rss_types = rss[3] & RSS_TYPES;
	if (rss[0] >= VIRTIO_NET_RSS_KEY && table >= VIRTIO_NET_RSS_TABLE)
		return 0;
	virtio_why(vn->vd,
		   "the device's RSS takes a key of %u bytes and a table of %u",
		   rss[0], table);
	return -EIO;
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
	if (rc == 0)
		rc = read_pairs(vn);
	if (rc == 0)
		rc = read_rss(vn);
	if (rc < 0 || vn->mtu >= MTU_MIN)
		return rc;
	virtio_why(vn->vd, "MTU %u is below %u", vn->mtu, MTU_MIN);
	return -EIO;
}

static int net_probe(struct uk_netdev *dev)
{
	struct virtio_net *vn = to_vn(dev);
	int rc;

	rc = virtio_negotiate(vn->vd, features_wanted(vn->vd), FEATURES_NEEDED);
	if (rc == 0)
		rc = read_config(vn);
	for (uint16_t i = VIRTIO_NET_RXQ; rc == 0 && i <= VIRTIO_NET_TXQ; i++) {
		uint16_t max = vn->vd->ops->queue_max(vn->vd, i);

		if (max < DESC_MIN) {
			virtio_why(vn->vd,
				   "the device's %s ring has room for %u "
				   "buffers",
				   virtio_net_ring_name(i), max);
			return -ENODEV;
		}
		/*
		 * A power of two in both layouts; others may offer any number.
		 */
		vn->desc_max[i] = VRING_SIZE_MAX;
		while (vn->desc_max[i] > max)
			vn->desc_max[i] /= 2;
	}
	vn->generation = vn->vd->ops->config_generation(vn->vd);
	vn->layout = vn->vd->features & VIRTIO_F_RING_PACKED ? VRING_PACKED
							     : VRING_SPLIT;
	virtio_net_choose_tx(vn);
	vn->mergeable = vn->vd->features & VIRTIO_NET_F_MRG_RXBUF;
	vn->in_parts = vn->mergeable && vn->mtu > MTU_DEFAULT;
	virtio_net_choose_rx(vn);
	return rc;
}

static void net_info_get(struct uk_netdev *dev, struct uk_netdev_info *info)
{
	info->max_rx_queues = to_vn(dev)->max_pairs;
	info->max_tx_queues = to_vn(dev)->max_pairs;
	info->max_mtu = to_vn(dev)->mtu;
	info->nb_encap_tx = VIRTIO_NET_HDR_LEN;
	info->nb_encap_rx = VIRTIO_NET_HDR_LEN;
	if (to_vn(dev)->mergeable)
		info->features |= UK_NETDEV_F_RX_CHAIN;
	if (to_vn(dev)->rss_types)
		info->features |= UK_NETDEV_F_RSS;
	if (to_vn(dev)->vd->has_irq)
		info->features |= UK_NETDEV_F_RXQ_INTR;
}

static int net_configure(struct uk_netdev *dev,
			 const struct uk_netdev_conf *conf)
{
	/* The device knows pairs only. */
	if (conf->nb_rx_queues != conf->nb_tx_queues)
		return -EINVAL;
	to_vn(dev)->nb_pairs = conf->nb_rx_queues;
	return 0;
}

static int queue_info_get(struct uk_netdev *dev, uint16_t queue_id,
			  uint16_t index, struct uk_netdev_queue_info *info)
{
	if (queue_id >= to_vn(dev)->max_pairs)
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

static int net_rxq_configure(struct uk_netdev *dev, uint16_t queue_id,
			     uint16_t nb_desc,
			     struct uk_netdev_rxqueue_conf *conf,
			     struct uk_netdev_rx_queue **queue)
{
	struct uk_netdev_rx_queue *rxq;
	struct virtio_net_queue *q;
	int rc = virtio_net_new_queue(
		to_vn(dev), VIRTIO_NET_INDEX(queue_id, VIRTIO_NET_RXQ), nb_desc,
		conf->a, sizeof(*rxq), &q);

	if (rc < 0)
		return rc;
	rxq = __containerof(q, struct uk_netdev_rx_queue, q);
	rxq->max_frame = to_vn(dev)->mtu + ETH_HDR_LEN;
	rxq->refill = MIN(REFILL, MAX(q->vr.size / 4, 1));
	rxq->alloc_rxpkts = conf->alloc_rxpkts;
	rxq->alloc_rxpkts_argp = conf->alloc_rxpkts_argp;
	virtio_net_fill(rxq);
	*queue = rxq;
	return 0;
}

static int net_txq_configure(struct uk_netdev *dev, uint16_t queue_id,
			     uint16_t nb_desc,
			     struct uk_netdev_txqueue_conf *conf,
			     struct uk_netdev_tx_queue **queue)
{
	struct virtio_net_queue *q;
	int rc = virtio_net_new_queue(
		to_vn(dev), VIRTIO_NET_INDEX(queue_id, VIRTIO_NET_TXQ), nb_desc,
		conf->a, sizeof(**queue), &q);

	if (rc < 0)
		return rc;
	*queue = __containerof(q, struct uk_netdev_tx_queue, q);
	(*queue)->max_frame = to_vn(dev)->mtu + ETH_HDR_LEN + VLAN_TAG_LEN;
	q->claim_lent = conf->claim_lent;
	q->claim_lent_argp = conf->claim_lent_argp;
	return 0;
}

static int net_start(struct uk_netdev *dev)
{
	struct virtio_net *vn = to_vn(dev);
	int rc = 0;

	if (vn->nb_pairs > 1)
		rc = virtio_net_ctrl_open(vn, vn->a);
	return rc < 0 ? rc : virtio_net_live(vn);
}

static int net_rxq_intr_disable(struct uk_netdev *dev,
				struct uk_netdev_rx_queue *rxq)
{
	vring_interrupt(&rxq->q.vr, to_vn(dev)->layout, false);
	return 0;
}

static int net_rxq_intr_enable(struct uk_netdev *dev,
			       struct uk_netdev_rx_queue *rxq)
{
	const struct virtio_net *vn = to_vn(dev);

	if (!vn->vd->has_irq)
		return -ENOTSUP;
	vring_interrupt(&rxq->q.vr, vn->layout, true);
	/*
	 * Leaves the guest, after which the device sees that it is to interrupt
	 * before we look: QEMU emulating one CPU leaves fences out.
	 */
	vn->vd->ops->irq_ack(vn->vd);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!vring_waiting(&rxq->q.vr, vn->layout))
		return 0;
	net_rxq_intr_disable(dev, rxq);
	return 1;
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

static const char *net_why(struct uk_netdev *dev)
{
	const char *why = to_vn(dev)->vd->why;

	return why[0] ? why : NULL;
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
	.why = net_why,
	.link_get = virtio_net_link_get,
	.rxq_intr_enable = net_rxq_intr_enable,
	.rxq_intr_disable = net_rxq_intr_disable,
};

int virtio_net_add(struct uk_alloc *a, struct virtio_dev *vd)
{
	struct virtio_net *vn = uk_zalloc(a, sizeof(*vn));
	int rc;

	if (!vn)
		return -ENOMEM;
	vn->vd = vd;
	vn->a = a;
	vn->dev.ops = &net_ops;
	virtio_net_choose_tx(vn);
	virtio_net_choose_rx(vn);
	rc = uk_netdev_drv_register(&vn->dev, a, "virtio-net");
	if (rc < 0)
		uk_free(a, vn);
	else
		virtio_irq_begin(vd);
	return MIN(rc, 0);
}
