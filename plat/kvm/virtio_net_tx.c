/* SPDX-License-Identifier: BSD-3-Clause */
/* The transmit side of virtio-net: what happens to each frame. */
#include <string.h>
#include <uk/assert.h>

#include "plat/kvm/virtio_net_queue.h"

/* A burst under way. */
struct tx_source {
	struct uk_netbuf **pkts;
	uint32_t max_frame;
	uint32_t shape; /* of the last frame, which was found fit */
	uint32_t len;   /* bytes of a buffer of that shape */
	bool refused;
};

/* Of no frame. */
#define TX_NO_SHAPE UINT32_MAX

/*
 * Length and flags. A frame that is ready and as long as the one before it is
 * as fit as that: one comparison.
 */
VRING_INLINE uint32_t tx_shape(const struct uk_netbuf *nb)
{
	uint32_t shape;

	_Static_assert(offsetof(struct uk_netbuf, flags) ==
			       offsetof(struct uk_netbuf, len) + 2,
		       "they are read in one piece");
	memcpy(&shape, &nb->len, sizeof(shape));
	return shape;
}

/*
 * 5.1.6.2: nothing is left for the device to do, so its header is all zero. It
 * is looked at first, since writing would take the cache line away from the
 * device's CPU.
 */
VRING_INLINE void clear_header(void *header)
{
	uint64_t a, b;

	_Static_assert(sizeof(a) < VIRTIO_NET_HDR_LEN, "they overlap");
	memcpy(&a, header, sizeof(a));
	memcpy(&b, (char *)header + VIRTIO_NET_HDR_LEN - sizeof(b), sizeof(b));
	if (a | b)
		memset(header, 0, VIRTIO_NET_HDR_LEN);
}

/* The shape of a frame that is fit to be sent, now ready, or TX_NO_SHAPE. */
static __attribute__((noinline)) uint32_t tx_look(struct uk_netbuf *nb,
						  uint32_t max_frame)
{
	/* One comparison for both ends of the length. */
	if ((uint32_t)nb->len - 1 >= max_frame)
		return TX_NO_SHAPE;
	if (!(nb->flags & UK_NETBUF_F_TX_READY)) {
		if (nb->next || uk_netbuf_headroom(nb) < VIRTIO_NET_HDR_LEN)
			return TX_NO_SHAPE;
		clear_header((char *)nb->data - VIRTIO_NET_HDR_LEN);
		nb->flags |= UK_NETBUF_F_TX_READY;
	}
	return tx_shape(nb);
}

/* Fills the buffer in that `nb` is; false for one that can never be sent. */
VRING_INLINE bool tx_frame(struct uk_netbuf *nb, struct tx_source *s,
			   struct vring_buf *b)
{
	if (unlikely(tx_shape(nb) != s->shape)) {
		s->shape = tx_look(nb, s->max_frame);
		s->refused = s->shape == TX_NO_SHAPE;
		if (s->refused)
			return false;
		s->len = (uint16_t)s->shape + VIRTIO_NET_HDR_LEN;
	}
	b->addr = (uintptr_t)nb->data - VIRTIO_NET_HDR_LEN;
	b->len = s->len;
	b->cookie = nb;
	return true;
}

VRING_INLINE bool tx_get(void *arg, size_t i, struct vring_buf *b)
{
	struct tx_source *s = arg;

	return tx_frame(s->pkts[i], s, b);
}

/* Whether the burst, of `n` and not empty, is one and the same frame. */
VRING_INLINE bool tx_is_same(struct uk_netbuf **pkts, unsigned int n)
{
	struct uk_netbuf *const nb = pkts[0], **const end = pkts + n;

	for (; end - pkts >= 4; pkts += 4)
		if (pkts[0] != nb || pkts[1] != nb || pkts[2] != nb ||
		    pkts[3] != nb)
			return false;
	for (; pkts < end; pkts++)
		if (*pkts != nb)
			return false;
	return true;
}

/* Adds `n`, as many as fit; returns how many before one is refused. */
VRING_INLINE unsigned int tx_add(struct uk_netdev_tx_queue *txq,
				 const enum vring_layout layout,
				 struct uk_netbuf **pkts, unsigned int n,
				 bool *refused)
{
	struct tx_source s = {
		.pkts = pkts,
		.max_frame = txq->max_frame,
		.shape = TX_NO_SHAPE,
	};
	struct vring *vr = &txq->q.vr;
	struct vring_buf b;

	if (n && likely(vr->in_order) && tx_is_same(pkts, n)) {
		*refused = !tx_frame(pkts[0], &s, &b);
		if (unlikely(*refused))
			return 0;
		vring_add_same(vr, layout, &b, n);
		return n;
	}
	n = vring_add(vr, layout, VRING_TO_DEVICE, n, tx_get, &s);
	*refused = s.refused;
	return n;
}

/* Gives `n` references back; what is sent has one part. */
VRING_INLINE void tx_release(struct uk_netbuf *nb, uint32_t n)
{
	nb->refcount -= n;
	if (likely(nb->refcount))
		return;
	nb->refcount = 1;
	uk_netbuf_free_single(nb);
}

VRING_INLINE void tx_put(void *arg __unused, size_t i __unused, void *cookie,
			 uint32_t len __unused)
{
	tx_release(cookie, 1);
}

/* Frees what the device has used; returns how many frames that was. */
VRING_INLINE unsigned int tx_reap(struct vring *vr,
				  const enum vring_layout layout)
{
	unsigned int same = 0;

	if (vring_is_same(vr)) {
		same = vring_reap_same(vr, layout);
		if (same)
			tx_release(vr->same.cookie, same);
	}
	return same + vring_reap(vr, layout, VRING_TO_DEVICE, 0, vr->size,
				 tx_put, NULL);
}

VRING_INLINE int tx_burst(struct uk_netdev_tx_queue *txq,
			  const enum vring_layout layout,
			  struct uk_netbuf **pkts, uint16_t *cnt)
{
	struct virtio_net_queue *q = &txq->q;
	unsigned int n = *cnt, room;
	bool refused;

	*cnt = 0;
	if (virtio_net_broken(q))
		return virtio_net_give_up(q);
	if (tx_reap(&q->vr, layout))
		q->idle_polls = 0;
	else
		virtio_net_idle(q);
	if (unlikely(q->vr.broken))
		return virtio_net_give_up(q);
	room = vring_room(&q->vr);
	n = tx_add(txq, layout, pkts, MIN(n, room), &refused);
	virtio_net_publish(q, layout);
	*cnt = (uint16_t)n;
	if (unlikely(refused))
		return -EINVAL;
	return (n ? UK_NETDEV_STATUS_SUCCESS : 0) |
	       (vring_room(&q->vr) ? UK_NETDEV_STATUS_MORE : 0);
}

static int tx_burst_split(struct uk_netdev *dev __unused,
			  struct uk_netdev_tx_queue *txq,
			  struct uk_netbuf **pkts, uint16_t *cnt)
{
	return tx_burst(txq, VRING_SPLIT, pkts, cnt);
}

static int tx_burst_packed(struct uk_netdev *dev __unused,
			   struct uk_netdev_tx_queue *txq,
			   struct uk_netbuf **pkts, uint16_t *cnt)
{
	return tx_burst(txq, VRING_PACKED, pkts, cnt);
}

void virtio_net_choose_tx(struct virtio_net *vn)
{
	vn->dev.tx_burst =
		vn->layout == VRING_PACKED ? tx_burst_packed : tx_burst_split;
}
