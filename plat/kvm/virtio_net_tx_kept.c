/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transmit side of virtio-net for frames that go without a reference: those
 * that the sender keeps, and those that it lends, which were received and are
 * to be again. Their slots are the last that were added, nb_kept, as long as
 * all is in order; what was added before them has references. Where that is not
 * so any more each gets one, virtio_net_claim(), and all goes as a burst.
 */
#include <string.h>

#include "plat/kvm/virtio_net_tx.h"

/* See vring_reap_same(), which is long; tx_burst() has one of its own. */
static NOINLINE unsigned int tx_check_split(struct vring *vr, unsigned int max)
{
	return vring_reap_same(vr, VRING_SPLIT, max, true);
}

static NOINLINE unsigned int tx_check_packed(struct vring *vr, unsigned int max)
{
	return vring_reap_same(vr, VRING_PACKED, max, false);
}

VRING_INLINE unsigned int tx_check(struct vring *vr,
				   const enum vring_layout layout,
				   unsigned int max)
{
	return layout == VRING_SPLIT ? tx_check_split(vr, max)
				     : tx_check_packed(vr, max);
}

/* tx_show() of frames without a reference. */
VRING_INLINE int tx_show_kept(struct virtio_net_queue *q,
			      const enum vring_layout layout, unsigned int n,
			      uint16_t *cnt)
{
	q->nb_kept = (uint16_t)(q->nb_kept + n);
	return tx_show(q, layout, n, cnt);
}

/* ---- Frames that the sender keeps ---------------------------------------- */

/* The first that came back, of a time before: each has a reference. */
static NOINLINE void tx_release_held(const struct vring *vr, uint16_t from,
				     unsigned int n)
{
	for (; n; n--, from++)
		tx_release(vr->cookie[from & vr->mask], 1);
}

/* Takes back what was used in order; those that are kept are not touched. */
static NOINLINE unsigned int tx_take(struct virtio_net_queue *q,
				     enum vring_layout layout)
{
	struct vring *vr = &q->vr;
	const unsigned int held = vring_outstanding(vr) - q->nb_kept;
	const uint16_t from = vr->last_used;
	const unsigned int n = tx_check(vr, layout, UINT_MAX);

	if (unlikely(held))
		tx_release_held(vr, from, MIN(n, held));
	q->nb_kept = (uint16_t)(q->nb_kept - (n - MIN(n, held)));
	return n;
}

/* With a reference for each, as uk_netdev_tx_burst() wants them. */
static NOINLINE int tx_counted(struct uk_netdev *dev,
			       struct uk_netdev_tx_queue *txq,
			       struct uk_netbuf **pkts, uint16_t *cnt)
{
	const unsigned int n = *cnt;
	int rc;

	for (unsigned int i = 0; i < n; i++)
		pkts[i]->refcount++;
	rc = dev->tx_burst(dev, txq, pkts, cnt);
	for (unsigned int i = *cnt; i < n; i++)
		pkts[i]->refcount--;
	return rc;
}

/* One function for both layouts, as it is short but for what it calls. */
static int tx_kept(struct uk_netdev *dev, struct uk_netdev_tx_queue *txq,
		   struct uk_netbuf **pkts, uint16_t *cnt)
{
	struct virtio_net_queue *q = &txq->q;
	const enum vring_layout layout = q->vn->layout;
	unsigned int n = *cnt, added = 0;
	bool refused = false;
	int rc;

	if (unlikely(q->lent))
		virtio_net_claim(q);
	if (virtio_net_broken(q) || unlikely(!q->vr.in_order))
		return tx_counted(dev, txq, pkts, cnt);
	if (likely(tx_take(q, layout)))
		q->idle_polls = 0;
	/* Something is there, and still it cannot be taken: not in order. */
	else if (unlikely(vring_waiting(&q->vr, layout) && !tx_take(q, layout)))
		return tx_counted(dev, txq, pkts, cnt);
	else
		virtio_net_idle(q);
	if (unlikely(q->vr.broken))
		return tx_counted(dev, txq, pkts, cnt);
	vring_move_event(&q->vr, layout);
	n = MIN(n, (unsigned int)vring_room(&q->vr));
	/* Packed writes all of a descriptor in any case. */
	if (layout == VRING_SPLIT)
		added = virtio_net_add_again(q, layout, VRING_TO_DEVICE, pkts,
					     n, 0);
	if (added < n)
		added += tx_add_anew(txq, layout, pkts + added, n - added,
				     &refused);
	rc = tx_show_kept(q, layout, added, cnt);
	return unlikely(refused) ? -EINVAL : rc;
}

/* ---- Frames that were received, and are to be again ----------------------
 *
 * Where all that is received is sent back, each buffer comes to the slot that
 * it had a lap ago; of frames as long as those, the descriptors stand there.
 */

struct tx_received {
	struct uk_netbuf **pkts;
	const struct uk_netdev_tx_queue *txq;
	uint32_t from; /* of shapes: one byte, flags and queue of the first */
};

/*
 * Buffers of one receive queue that go out again: its header is the device's,
 * and so is its place, where the buffers of a ring go round. One comparison
 * says that a length is fit, and that flags and queue are the first one's.
 */
VRING_INLINE bool tx_get_received(void *arg, size_t i, struct vring_buf *b)
{
	const struct tx_received *r = arg;
	struct uk_netbuf *nb = r->pkts[i];
	const uint32_t shape = virtio_net_shape(nb);
	char *header = (char *)nb->data - VIRTIO_NET_HDR_LEN;

	if (unlikely(shape - r->from >= r->txq->max_frame))
		return false;
	memset(header, 0, VIRTIO_NET_HDR_LEN);
	b->addr = (uintptr_t)header;
	b->len = (uint16_t)shape + VIRTIO_NET_HDR_LEN;
	b->cookie = nb;
	b->likely_there = true;
	return true;
}

/* As many as there are in front. */
VRING_INLINE unsigned int tx_received(struct uk_netdev_tx_queue *txq,
				      const enum vring_layout layout,
				      struct uk_netbuf **pkts, unsigned int n)
{
	struct tx_received r = {
		.pkts = pkts,
		.txq = txq,
		.from = (virtio_net_shape(pkts[0]) & ~UINT32_C(0xffff)) + 1,
	};

	txq->q.nb_alike = 0;
	return vring_add(&txq->q.vr, layout, VRING_TO_DEVICE, n,
			 tx_get_received, &r);
}

NOINLINE unsigned int virtio_net_tx_received_split(
	struct uk_netdev_tx_queue *txq, struct uk_netbuf **pkts, unsigned int n)
{
	return tx_received(txq, VRING_SPLIT, pkts, n);
}

NOINLINE unsigned int virtio_net_tx_received_packed(
	struct uk_netdev_tx_queue *txq, struct uk_netbuf **pkts, unsigned int n)
{
	return tx_received(txq, VRING_PACKED, pkts, n);
}

/* As it was a lap ago, but for the header that the device wrote. */
VRING_INLINE uint32_t tx_lent_differs(const void *shape, const void *nb)
{
	memset((char *)((const struct uk_netbuf *)nb)->data -
		       VIRTIO_NET_HDR_LEN,
	       0, VIRTIO_NET_HDR_LEN);
	return virtio_net_differs(shape, nb);
}

/* Describes each anew; whether they are alike is for the next lap. */
static NOINLINE unsigned int tx_add_lent_anew(struct uk_netdev_tx_queue *txq,
					      struct uk_netbuf **pkts,
					      unsigned int n, uint32_t alike)
{
	n = tx_add_received(txq, txq->q.vn->layout, pkts, n);
	for (unsigned int i = 0; i < n; i++) {
		if (virtio_net_shape(pkts[i]) != txq->lent_shape) {
			txq->lent_shape = virtio_net_shape(pkts[i]);
			alike = 0;
		}
		alike++;
	}
	txq->q.nb_alike = MIN(alike, UINT16_MAX);
	return n;
}

VRING_INLINE unsigned int tx_add_lent(struct uk_netdev_tx_queue *txq,
				      const enum vring_layout layout,
				      struct uk_netbuf **pkts, unsigned int n)
{
	struct virtio_net_queue *q = &txq->q;
	const uint32_t shape = txq->lent_shape;
	unsigned int again = 0;

	if (unlikely(q->shape != VIRTIO_NET_NO_SHAPE)) {
		q->shape = VIRTIO_NET_NO_SHAPE;
		q->nb_alike = 0;
	}
	if (likely(q->nb_alike >= q->vr.size))
		again = vring_add_again(&q->vr, layout, VRING_TO_DEVICE, n,
					(void **)pkts,
					(uint16_t)shape + VIRTIO_NET_HDR_LEN,
					tx_lent_differs, true, &shape);
	if (likely(again == n))
		return n;
	return again +
	       tx_add_lent_anew(txq, pkts + again, n - again, q->nb_alike);
}

VRING_INLINE int tx_lent(struct uk_netdev_tx_queue *txq,
			 const enum vring_layout layout,
			 struct uk_netbuf **pkts, uint16_t *cnt)
{
	struct virtio_net_queue *q = &txq->q;
	const unsigned int n = MIN(*cnt, vring_room(&q->vr));
	unsigned int added;

	if (virtio_net_broken(q) || !q->vr.in_order || !q->claim_lent)
		return -ENOTSUP;
	if (unlikely(!q->lent)) {
		virtio_net_claim(q);
		q->lent = true;
	}
	added = n ? tx_add_lent(txq, layout, pkts, n) : 0;
	if (unlikely(n && !added))
		return -ENOTSUP;
	return tx_show_kept(q, layout, added, cnt);
}

static int tx_lent_split(struct uk_netdev *dev __unused,
			 struct uk_netdev_tx_queue *txq,
			 struct uk_netbuf **pkts, uint16_t *cnt)
{
	return tx_lent(txq, VRING_SPLIT, pkts, cnt);
}

static int tx_lent_packed(struct uk_netdev *dev __unused,
			  struct uk_netdev_tx_queue *txq,
			  struct uk_netbuf **pkts, uint16_t *cnt)
{
	return tx_lent(txq, VRING_PACKED, pkts, cnt);
}

/* What cannot be taken back so is, or will be, by tx_burst(). */
static NOINLINE uint16_t tx_no_back(struct uk_netdev *dev,
				    struct uk_netdev_tx_queue *txq)
{
	uint16_t none = 0;

	dev->tx_burst(dev, txq, NULL, &none);
	return 0;
}

static void copy_pkts(struct uk_netbuf **to, void *const *from, unsigned int n)
{
	for (; n >= 4; n -= 4, to += 4, from += 4) {
		to[0] = from[0];
		to[1] = from[1];
		to[2] = from[2];
		to[3] = from[3];
	}
	for (; n; n--)
		*to++ = *from++;
}

static uint16_t tx_back(struct uk_netdev *dev, struct uk_netdev_tx_queue *txq,
			struct uk_netbuf **pkts, uint16_t max)
{
	struct virtio_net_queue *q = &txq->q;
	struct vring *vr = &q->vr;
	const enum vring_layout layout = q->vn->layout;
	const unsigned int from = vr->last_used & vr->mask;
	unsigned int n, some;

	if (unlikely(!q->lent || virtio_net_broken(q) ||
		     vring_outstanding(vr) != q->nb_kept))
		return tx_no_back(dev, txq);
	n = tx_check(vr, layout, max);
	if (unlikely(!n)) {
		/* Broken, or not in order. */
		if (vr->broken || (max && vring_waiting(vr, layout)))
			return tx_no_back(dev, txq);
		virtio_net_idle(q);
		return 0;
	}
	q->idle_polls = 0;
	q->nb_kept = (uint16_t)(q->nb_kept - n);
	vring_move_event(vr, layout);
	some = MIN(n, vr->size - from);
	copy_pkts(pkts, vr->cookie + from, some);
	copy_pkts(pkts + some, vr->cookie, n - some);
	return (uint16_t)n;
}

void virtio_net_choose_kept(struct virtio_net *vn)
{
	vn->dev.tx_kept = tx_kept;
	vn->dev.tx_lent =
		vn->layout == VRING_PACKED ? tx_lent_packed : tx_lent_split;
	vn->dev.tx_back = tx_back;
}
