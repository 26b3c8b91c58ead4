/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether frames go anywhere, by the status in the device's configuration, and
 * what to do where they went to a back end that has gone.
 *
 * QEMU takes the link down when the back end of vhost-user leaves, and gives
 * back what that had not used. Of a split ring it then knows by the ring itself
 * where the next back end has to begin. A packed ring does not tell: it would
 * begin at the first descriptor, and hang. So the device is reset while the
 * link is down, and its rings begin anew, once all that came was taken.
 *
 * QEMU 7.2 miscounts a packed ring that it empties as the link goes down, and
 * asks for a reset at the next frame once the link is up, if its rings have not
 * begun anew by then ("Virtqueue size exceeded"). That ends no port.
 */
#include "plat/kvm/virtio_net_ctrl.h"

/* 5.1.4 */
#define CONFIG_STATUS 6
#define STATUS_LINK_UP 1

/*
 * Where a device was pulled out, reads are of ones, or of zeros under QEMU; one
 * that is there says that it is driven.
 */
static bool has_gone(struct virtio_net *vn)
{
	const uint8_t status = vn->vd->ops->status(vn->vd);

	if (status != 0xff && (status != 0 || !vn->live))
		return false;
	virtio_why(vn->vd, "the device has gone");
	return true;
}

/* A pair of queues, laid out where they were. 0, or a negative errno. */
static int begin_pair(struct virtio_net *vn, unsigned pair)
{
	struct uk_netdev_rx_queue *rxq = vn->dev._rx_queue[pair];
	struct uk_netdev_tx_queue *txq = vn->dev._tx_queue[pair];
	int rc;

	uk_netbuf_free(rxq->frame);
	rxq->frame = NULL;
	rxq->parts_due = 0;
	virtio_net_drain(&rxq->q);
	virtio_net_drain(&txq->q);
	txq->same_shape = VIRTIO_NET_NO_SHAPE;
	rc = virtio_net_lay_out(&rxq->q, VIRTIO_NET_INDEX(pair, VIRTIO_NET_RXQ),
				rxq->q.vr.desc, rxq->q.vr.size);
	if (rc == 0)
		rc = virtio_net_lay_out(&txq->q,
					VIRTIO_NET_INDEX(pair, VIRTIO_NET_TXQ),
					txq->q.vr.desc, txq->q.vr.size);
	return rc;
}

/* As at first, with the features that it has. 0, or a negative errno. */
static int begin_anew(struct virtio_net *vn)
{
	const uint64_t features = vn->vd->features;
	int rc = virtio_negotiate(vn->vd, features, features);

	for (unsigned i = 0; rc >= 0 && i < vn->nb_pairs; i++)
		rc = begin_pair(vn, i);
	if (rc >= 0 && vn->ctrl)
		rc = virtio_net_ctrl_open(vn, vn->a);
	if (rc < 0)
		return rc;
	vn->live = false;
	for (unsigned i = 0; i < vn->nb_pairs; i++)
		virtio_net_fill(vn->dev._rx_queue[i]);
	return virtio_net_live(vn);
}

bool virtio_net_asks_for_reset(struct virtio_net *vn)
{
	const struct virtio_ops *const ops = vn->vd->ops;

	if (!(ops->status(vn->vd) & VIRTIO_STATUS_NEEDS_RESET))
		return false;
	/* It will have one: its link has changed, too, of which it told. */
	if (vn->layout == VRING_PACKED &&
	    vn->vd->features & VIRTIO_NET_F_STATUS &&
	    (vn->stale ||
	     (uint8_t)(ops->config_generation(vn->vd) - vn->generation) > 1))
		return false;
	virtio_why(vn->vd, "the device asks for a reset (NEEDS_RESET)");
	return true;
}

/* Whether frames that came still wait. */
static bool has_frames(const struct virtio_net *vn)
{
	for (unsigned i = 0; i < vn->nb_pairs; i++)
		if (vring_waiting(&vn->dev._rx_queue[i]->q.vr, VRING_PACKED))
			return true;
	return false;
}

int virtio_net_link_get(struct uk_netdev *dev)
{
	struct virtio_net *vn = to_vn(dev);
	uint32_t generation;
	uint8_t status;
	bool down;

	if (!(vn->vd->features & VIRTIO_NET_F_STATUS))
		return -ENOTSUP;
	if (vn->broken)
		return -EIO;
	generation = vn->vd->ops->config_generation(vn->vd);
	/* One byte has it, so that no change can come in between. */
	status = vn->vd->ops->config_byte(vn->vd, CONFIG_STATUS);
	down = !(status & STATUS_LINK_UP);
	if ((down || status == 0xff) && has_gone(vn))
		goto broken;
	/* It says by the same notification that it has given up: 2.1.2. */
	if (generation != vn->generation && virtio_net_asks_for_reset(vn)) {
		virtio_reset(vn->vd);
		goto broken;
	}
	/* It may have been down and up again since. */
	if (vn->layout == VRING_PACKED && generation != vn->generation &&
	    (down || !vn->down))
		vn->stale = true;
	vn->generation = generation;
	vn->down = down;
	if (vn->stale && !(down && has_frames(vn))) {
		vn->stale = false;
		if (begin_anew(vn) < 0)
			goto broken;
		vn->generation = vn->vd->ops->config_generation(vn->vd);
	}
	return !down;
broken:
	__atomic_store_n(&vn->broken, true, __ATOMIC_RELAXED);
	return -EIO;
}
