/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transmit side of virtio-net: what happens to each frame. All of it is in
 * tx_burst(), which exists once for each layout of the ring. In order:
 *
 * 1. tx_reap() takes back what the device has sent and frees it; of one frame
 *    that fills the ring, all references go back by one subtraction.
 * 2. A ring that turns out broken ends the device, virtio_net_give_up().
 * 3. tx_add() puts in as many frames as there is room for, by the first way
 *    that fits: the frames of a lap ago, whose descriptors stand there
 *    (virtio_net_add_again()); a burst of one and the same frame (tx_is_same(),
 *    vring_add_same()); or any frames, each described anew (tx_add_any()).
 *    Those that have no reference go their own way, virtio_net_tx_kept.c.
 * 4. virtio_net_publish() lets the device see them by one store, and notifies
 *    it if it wants to be.
 *
 * A frame that nothing is known of is looked at by tx_look(): it has to be one
 * piece, of a length that the MTU allows, with room for the device's header,
 * which is cleared. It is flagged as ready then, and what has its shape
 * (length, flags, device) is fit by one comparison, tx_frame(). One that can
 * never be sent ends the burst with -EINVAL, and those before it are sent.
 */
#include <string.h>

#include "plat/kvm/virtio_net_tx.h"

/* A burst under way. */
struct tx_source {
	struct uk_netbuf **pkts;
	const struct uk_netdev_tx_queue *txq;
	/* Of the last frame that was found fit, and of one fresh from the
	 * device. */
	uint32_t shape, received;
	uint32_t ready; /* flags of one that is, as a shape has them */
	bool refused;
	bool looked; /* that shape is not the last burst's */
};

/*
 * 5.1.6.2: nothing is left for the device to do, so its header is all zero.
 * Written where it is not: the cache line may be one that the device has, too.
 */
VRING_INLINE void clear_header(struct uk_netbuf *nb)
{
	char *header = (char *)nb->data - VIRTIO_NET_HDR_LEN;
	uint64_t a, b;

	_Static_assert(sizeof(a) < VIRTIO_NET_HDR_LEN, "they overlap");
	memcpy(&a, header, sizeof(a));
	memcpy(&b, header + VIRTIO_NET_HDR_LEN - sizeof(b), sizeof(b));
	if (a | b)
		memset(header, 0, VIRTIO_NET_HDR_LEN);
}

/*
 * A frame that nothing is known of: false when it cannot be sent. It is ready
 * from now on, unless it is a buffer of a receive queue, this device's or that
 * of another like it, which gets another header each time.
 */
static NOINLINE bool tx_look(struct uk_netbuf *nb, struct tx_source *s)
{
	const uint8_t ready_for = s->txq->q.ready_for;

	s->refused = (uint32_t)nb->len - 1 >= s->txq->max_frame || nb->next ||
		     uk_netbuf_headroom(nb) < VIRTIO_NET_HDR_LEN;
	if (s->refused)
		return false;
	clear_header(nb);
	if (nb->flags == UK_NETBUF_F_RX_READY) {
		s->received = virtio_net_shape(nb);
		return true;
	}
	nb->flags = UK_NETBUF_F_TX_READY;
	nb->_ready_for = ready_for;
	s->shape = virtio_net_shape(nb);
	return true;
}

/* Whether a frame of another shape than the last one can be sent. */
VRING_INLINE bool tx_other(struct uk_netbuf *nb, uint32_t shape,
			   struct tx_source *s)
{
	s->looked = true;
	if (likely(shape == s->received)) {
		memset((char *)nb->data - VIRTIO_NET_HDR_LEN, 0,
		       VIRTIO_NET_HDR_LEN);
		return true;
	}
	/* Ready as well, of another length: one comparison for both ends. */
	if (shape >> 16 == s->ready &&
	    (uint32_t)(uint16_t)shape - 1 < s->txq->max_frame) {
		s->shape = shape;
		return true;
	}
	return tx_look(nb, s);
}

/* Fills the buffer in that `nb` is; false for one that can never be sent. */
VRING_INLINE bool tx_frame(struct uk_netbuf *nb, struct tx_source *s,
			   struct vring_buf *b)
{
	const uint32_t shape = virtio_net_shape(nb);

	if (unlikely(shape != s->shape) && !tx_other(nb, shape, s))
		return false;
	b->addr = (uintptr_t)nb->data - VIRTIO_NET_HDR_LEN;
	b->len = (uint16_t)shape + VIRTIO_NET_HDR_LEN;
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
	struct uk_netbuf *const nb = pkts[0];

#define TX_IS(k) (pkts[k] == nb)
	for (; n >= VRING_STEP; n -= VRING_STEP, pkts += VRING_STEP)
		if (!VRING_ALL(TX_IS))
			return false;
	for (; n; n--, pkts++)
		if (!TX_IS(0))
			return false;
#undef TX_IS
	return true;
}

static struct tx_source tx_source_of(const struct uk_netdev_tx_queue *txq,
				     struct uk_netbuf **pkts)
{
	return (struct tx_source){
		.pkts = pkts,
		.txq = txq,
		.shape = txq->q.shape,
		.received = VIRTIO_NET_NO_SHAPE,
		.ready = UK_NETBUF_F_TX_READY | (uint32_t)txq->q.ready_for << 8,
	};
}

VRING_INLINE uint64_t tx_addr(const void *nb)
{
	const struct uk_netbuf *const frame = nb;

	return (uintptr_t)frame->data - VIRTIO_NET_HDR_LEN;
}

/* Of up to `n` those that are alike, where all of a lap ago were. */
VRING_INLINE unsigned int tx_add_alike(struct virtio_net_queue *q,
				       const enum vring_layout layout,
				       struct uk_netbuf **pkts, unsigned int n)
{
	const uint32_t shape = q->shape;

	if (q->nb_alike < q->vr.size || !q->vr.in_order)
		return 0;
	return vring_add_alike(&q->vr, layout, n, (void **)pkts,
			       (uint16_t)shape + VIRTIO_NET_HDR_LEN, tx_addr,
			       virtio_net_differs, &shape);
}

/* Adds `n`, as many as fit, whatever they are; see tx_add(). */
VRING_INLINE unsigned int tx_add_any(struct uk_netdev_tx_queue *txq,
				     const enum vring_layout layout,
				     struct uk_netbuf **pkts, unsigned int n,
				     bool *refused)
{
	const unsigned int alike = tx_add_alike(&txq->q, layout, pkts, n);
	struct tx_source s;

	if (likely(alike == n))
		return n;
	s = tx_source_of(txq, pkts + alike);
	n -= alike;
	n = vring_add(&txq->q.vr, layout, VRING_TO_DEVICE, n, tx_get, &s);
	*refused = s.refused;
	if (s.looked) {
		txq->q.shape = s.shape;
		txq->q.nb_alike = 0;
		txq->same_shape = VIRTIO_NET_NO_SHAPE;
	} else {
		txq->q.nb_alike = MIN(txq->q.nb_alike + n, UINT16_MAX);
	}
	return alike + n;
}

/* Adds `n`, as many as fit, of which those in front may be received ones. */
VRING_INLINE unsigned int tx_add_rest(struct uk_netdev_tx_queue *txq,
				      const enum vring_layout layout,
				      struct uk_netbuf **pkts, unsigned int n,
				      bool *refused)
{
	unsigned int received = 0;

	if (pkts[0]->flags == UK_NETBUF_F_RX_READY)
		received = tx_add_received(txq, layout, pkts, n);
	if (received == n)
		return n;
	return received +
	       tx_add_any(txq, layout, pkts + received, n - received, refused);
}

NOINLINE unsigned int virtio_net_tx_add_split(struct uk_netdev_tx_queue *txq,
					      struct uk_netbuf **pkts,
					      unsigned int n, bool *refused)
{
	return tx_add_rest(txq, VRING_SPLIT, pkts, n, refused);
}

NOINLINE unsigned int virtio_net_tx_add_packed(struct uk_netdev_tx_queue *txq,
					       struct uk_netbuf **pkts,
					       unsigned int n, bool *refused)
{
	return tx_add_rest(txq, VRING_PACKED, pkts, n, refused);
}

/* The frame that a burst consists of, vr->same; false: it cannot be sent. */
static NOINLINE bool tx_look_same(struct uk_netdev_tx_queue *txq,
				  struct uk_netbuf *nb)
{
	struct vring *vr = &txq->q.vr;
	struct tx_source s = tx_source_of(txq, NULL);

	s.shape = VIRTIO_NET_NO_SHAPE;
	vr->nb_same = 0;
	if (!tx_frame(nb, &s, &vr->same))
		return false;
	txq->same_shape = s.shape;
	return true;
}

/* Whether it is that, and has not changed since. */
VRING_INLINE bool tx_knows_same(const struct uk_netdev_tx_queue *txq,
				const struct uk_netbuf *nb)
{
	return likely(txq->q.vr.same.cookie == nb &&
		      virtio_net_shape(nb) == txq->same_shape);
}

/*
 * Adds `n`, as many as fit; returns how many before one is refused. What it
 * calls is for what comes seldom, so that this itself is short: QEMU's
 * translator is slow where a loop leaves its page.
 */
VRING_INLINE unsigned int tx_add(struct uk_netdev_tx_queue *txq,
				 const enum vring_layout layout,
				 struct uk_netbuf **pkts, unsigned int n,
				 bool *refused)
{
	struct virtio_net_queue *q = &txq->q;
	unsigned int again;

	again = virtio_net_add_again(q, layout, VRING_TO_DEVICE, pkts, n,
				     (uint16_t)q->shape + VIRTIO_NET_HDR_LEN);
	if (likely(again == n))
		return n;
	pkts += again;
	n -= again;
	if (!again && likely(q->vr.in_order) && tx_is_same(pkts, n)) {
		*refused = !tx_knows_same(txq, pkts[0]) &&
			   !tx_look_same(txq, pkts[0]);
		if (unlikely(*refused))
			return 0;
		q->nb_alike = 0;
		vring_add_same(&q->vr, layout, &q->vr.same, n);
		return n;
	}
	return again + tx_add_anew(txq, layout, pkts, n, refused);
}

VRING_INLINE void tx_put(void *arg __unused, size_t i __unused, void *cookie,
			 uint32_t len __unused)
{
	tx_release(cookie, 1);
}

/* Frees what the device has used; returns how many frames that was. */
VRING_INLINE unsigned int tx_reap(struct virtio_net_queue *q,
				  const enum vring_layout layout)
{
	struct vring *const vr = &q->vr;
	unsigned int same = 0;

	if (vring_is_same(vr)) {
		same = vring_reap_same(vr, layout, UINT_MAX, false);
		if (likely(same)) {
			tx_release(vr->same.cookie, same);
			vring_move_event(vr, layout);
			if (likely(!vring_waiting(vr, layout)))
				return same;
		}
	} else if (unlikely(q->nb_kept)) {
		virtio_net_claim(q);
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
	bool refused = false;
	int rc;

	*cnt = 0;
	if (virtio_net_broken(q))
		return virtio_net_give_up(q);
	if (tx_reap(q, layout))
		q->idle_polls = 0;
	else
		virtio_net_idle(q);
	if (unlikely(q->vr.broken))
		return virtio_net_give_up(q);
	room = vring_room(&q->vr);
	n = tx_add(txq, layout, pkts, MIN(n, room), &refused);
	rc = tx_show(q, layout, n, cnt);
	return unlikely(refused) ? -EINVAL : rc;
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
	const bool packed = vn->layout == VRING_PACKED;

	vn->dev.tx_burst = packed ? tx_burst_packed : tx_burst_split;
	virtio_net_choose_kept(vn);
}
