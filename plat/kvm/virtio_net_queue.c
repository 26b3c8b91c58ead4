/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A queue of either direction: laid out, looked after, given up.
 *
 * virtio_net_new_queue() takes memory for a queue and its ring, lays the ring
 * out (vring_init()), and tells the device where its areas are, by the bus's
 * `queue_enable`, which also says how it is notified.
 *
 * While it runs, a burst function that finds nothing used counts that
 * (virtio_net_idle()), and now and then calls virtio_net_look_after(): a
 * device that has had buffers for IDLE_NS and used none is asked whether it
 * wants a reset, and is notified unasked.
 *
 * A device that breaks the rules of its ring is found out by vring_*(), which
 * mark the ring as broken. The burst function then calls virtio_net_give_up():
 * all queues are marked, the reason is put in words (say_fault()), the
 * device is reset, and what this queue held is freed (vring_drain()). Others
 * may be in use elsewhere: each is freed by its own next burst.
 */
#include "plat/kvm/virtio_net_ctrl.h"

#define DESC_DEFAULT 256

/* How often a device that uses nothing is told again. */
#define IDLE_NS 10000000

int virtio_net_lay_out(struct virtio_net_queue *q, uint16_t index, void *mem,
		       uint16_t nb_desc)
{
	struct virtio_net *vn = q->vn;
	int rc;

	q->shape = VIRTIO_NET_NO_SHAPE;
	q->nb_alike = 0;
	q->idle_polls = 0;
	q->drained = false;
	vring_init(&q->vr, mem, vn->layout, nb_desc,
		   index % 2 == VIRTIO_NET_RXQ ? VRING_FROM_DEVICE
					       : VRING_TO_DEVICE,
		   !!(vn->vd->features & VIRTIO_F_EVENT_IDX));
	rc = vn->vd->ops->queue_enable(
		vn->vd, index, nb_desc,
		(uint64_t[]){vring_desc_addr(&q->vr), vring_driver_addr(&q->vr),
			     vring_device_addr(&q->vr, vn->layout)},
		&q->notify);
	if (rc < 0)
		virtio_why(vn->vd, "the device's %s ring %s",
			   virtio_net_ring_name(index),
			   rc == -EBUSY ? "is in use already"
					: "has no place to notify it");
	return rc;
}

int virtio_net_new_queue(struct virtio_net *vn, uint16_t index,
			 uint16_t nb_desc, struct uk_alloc *a, size_t bytes,
			 struct virtio_net_queue **out)
{
	struct virtio_net_queue *q = uk_zalloc(a, bytes);
	void *mem;
	int rc = -ENOMEM;

	if (!nb_desc)
		nb_desc = MIN(vn->desc_max[index % 2], DESC_DEFAULT);
	mem = uk_memalign(a, VRING_ALIGN, vring_bytes(vn->layout, nb_desc));
	if (q && mem) {
		q->vn = vn;
		q->ready_for = (uint8_t)(uk_netdev_id_get(&vn->dev) + 1);
		rc = virtio_net_lay_out(q, index, mem, nb_desc);
	}
	if (!rc) {
		*out = q;
		return 0;
	}
	if (mem)
		uk_free(a, mem);
	if (q)
		uk_free(a, q);
	return rc;
}

int virtio_net_live(struct virtio_net *vn)
{
	int rc = 0;

	virtio_driver_ok(vn->vd);
	if (vn->ctrl)
		rc = virtio_net_ctrl_pairs(vn, vn->nb_pairs);
	if (rc < 0)
		return rc;
	vn->live = true;
	for (unsigned i = 0; i < vn->nb_pairs; i++)
		virtio_notify(&vn->dev._rx_queue[i]->q.notify);
	return 0;
}

static void put_free(void *arg __unused, size_t i __unused, void *cookie,
		     uint32_t len __unused)
{
	uk_netbuf_free(cookie);
}

/* In the pieces that the ring has them in. */
static void claim_lent(struct virtio_net_queue *q)
{
	const struct vring *vr = &q->vr;

	q->lent = false;
	while (q->nb_kept) {
		const uint16_t at =
			(uint16_t)(vr->next - q->nb_kept) & vr->mask;
		const unsigned n =
			MIN((unsigned)q->nb_kept, (unsigned)vr->size - at);

		q->nb_kept = (uint16_t)(q->nb_kept - n);
		q->claim_lent(q->claim_lent_argp, (void *)(vr->cookie + at), n);
	}
}

void virtio_net_claim(struct virtio_net_queue *q)
{
	const struct vring *vr = &q->vr;
	struct uk_netbuf *nb;

	if (q->lent)
		claim_lent(q);
	for (; q->nb_kept; q->nb_kept--) {
		nb = vr->cookie[(uint16_t)(vr->next - q->nb_kept) & vr->mask];
		nb->refcount++;
	}
}

void virtio_net_drain(struct virtio_net_queue *q)
{
	if (q->drained)
		return;
	q->drained = true;
	virtio_net_claim(q);
	vring_drain(&q->vr, put_free, NULL);
}

/* In words, what the ring found out. */
static void say_fault(const struct virtio_net_queue *q)
{
	const struct vring *vr = &q->vr;
	struct virtio_dev *vd = q->vn->vd;
	const char *ring = virtio_net_ring_name(q->notify.queue);

	switch (vr->fault) {
	case VRING_FAULT_ID:
		virtio_why(vd,
			   "the device returned a used id that was not in "
			   "flight (id %u, %s ring of %u)",
			   vr->fault_value, ring, vr->size);
		break;
	case VRING_FAULT_LEN:
		virtio_why(vd,
			   "the device returned a length of %u for a buffer "
			   "of %u",
			   vr->fault_value, vr->buf_len);
		break;
	case VRING_FAULT_COUNT:
		virtio_why(vd,
			   "the device returned %u buffers, %u were in flight "
			   "(%s ring of %u)",
			   vr->fault_value,
			   (uint16_t)(vr->published - vr->last_used), ring,
			   vr->size);
		break;
	default:
		break;
	}
}

/*
 * Only this queue is cleaned up: another may be in use by another CPU, and gets
 * here by itself.
 */
int virtio_net_give_up(struct virtio_net_queue *q)
{
	struct virtio_net *vn = q->vn;

	if (!virtio_net_broken(q)) {
		__atomic_store_n(&vn->broken, true, __ATOMIC_RELAXED);
		say_fault(q);
		/* One that does not even reset is left alone all the same. */
		virtio_reset(vn->vd);
	}
	virtio_net_drain(q);
	return -EIO;
}

/*
 * A device that has buffers and uses none may have given up by itself (2.1.2),
 * or missed a notification: QEMU emulating one CPU leaves fences out, so our
 * index can become visible after the read that found notifications unwanted.
 * Once in a while it is asked, and notified without being asked to.
 */
void virtio_net_look_after(struct virtio_net_queue *q)
{
	__nsec now;

	if (!vring_outstanding(&q->vr))
		return;
	now = ukplat_monotonic_clock();
	if (q->idle_polls == VIRTIO_NET_IDLE_POLLS) {
		q->idle_since = now;
	} else if (now - q->idle_since >= IDLE_NS) {
		q->idle_since = now;
		if (virtio_net_asks_for_reset(q->vn))
			q->vr.broken = true;
		else
			virtio_notify(&q->notify);
	}
}
