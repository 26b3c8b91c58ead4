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
 *    Those that the sender keeps go their own way, tx_kept(), and so do those
 *    that are to be received into again, tx_lent().
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
#include <uk/assert.h>

#include "plat/kvm/virtio_net_queue.h"

#define NOINLINE __attribute__((noinline))

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

/*
 * Buffers of one receive queue that go out again: its header is the device's,
 * and so is its place, where the buffers of a ring go round. One comparison
 * says that a length is fit, and that flags and queue are the first one's.
 */
VRING_INLINE bool tx_get_received(void *arg, size_t i, struct vring_buf *b)
{
	struct tx_source *s = arg;
	struct uk_netbuf *nb = s->pkts[i];
	const uint32_t shape = virtio_net_shape(nb);
	char *header = (char *)nb->data - VIRTIO_NET_HDR_LEN;

	if (unlikely(shape - s->received >= s->txq->max_frame))
		return false;
	memset(header, 0, VIRTIO_NET_HDR_LEN);
	b->addr = (uintptr_t)header;
	b->len = (uint16_t)shape + VIRTIO_NET_HDR_LEN;
	b->cookie = nb;
	b->likely_there = true;
	return true;
}

/* As many as there are in front. */
VRING_INLINE unsigned int tx_add_received(struct uk_netdev_tx_queue *txq,
					  const enum vring_layout layout,
					  struct uk_netbuf **pkts,
					  unsigned int n)
{
	struct tx_source s = tx_source_of(txq, pkts);

	s.received = (virtio_net_shape(pkts[0]) & ~UINT32_C(0xffff)) + 1;
	txq->q.nb_alike = 0;
	return vring_add(&txq->q.vr, layout, VRING_TO_DEVICE, n,
			 tx_get_received, &s);
}

static NOINLINE unsigned int tx_add_received_split(
	struct uk_netdev_tx_queue *txq, struct uk_netbuf **pkts, unsigned int n)
{
	return tx_add_received(txq, VRING_SPLIT, pkts, n);
}

static NOINLINE unsigned int tx_add_received_packed(
	struct uk_netdev_tx_queue *txq, struct uk_netbuf **pkts, unsigned int n)
{
	return tx_add_received(txq, VRING_PACKED, pkts, n);
}

/* Adds `n`, as many as fit, of which those in front may be received ones. */
VRING_INLINE unsigned int tx_add_rest(struct uk_netdev_tx_queue *txq,
				      const enum vring_layout layout,
				      struct uk_netbuf **pkts, unsigned int n,
				      bool *refused)
{
	unsigned int received = 0;

	if (pkts[0]->flags == UK_NETBUF_F_RX_READY)
		received = layout == VRING_SPLIT
				   ? tx_add_received_split(txq, pkts, n)
				   : tx_add_received_packed(txq, pkts, n);
	if (received == n)
		return n;
	return received +
	       tx_add_any(txq, layout, pkts + received, n - received, refused);
}

static NOINLINE unsigned int tx_add_split(struct uk_netdev_tx_queue *txq,
					  struct uk_netbuf **pkts,
					  unsigned int n, bool *refused)
{
	return tx_add_rest(txq, VRING_SPLIT, pkts, n, refused);
}

static NOINLINE unsigned int tx_add_packed(struct uk_netdev_tx_queue *txq,
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
	return again + (layout == VRING_SPLIT
				? tx_add_split(txq, pkts, n, refused)
				: tx_add_packed(txq, pkts, n, refused));
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

/* ---- Frames that the sender keeps ----------------------------------------
 *
 * Their slots are the last that were added, as long as all is in order. What
 * was added before them has references.
 */

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
	if (added < n && layout == VRING_SPLIT)
		added += tx_add_split(txq, pkts + added, n - added, &refused);
	else if (n && layout == VRING_PACKED)
		added = tx_add_packed(txq, pkts, n, &refused);
	q->nb_kept = (uint16_t)(q->nb_kept + added);
	virtio_net_publish(q, layout);
	*cnt = (uint16_t)added;
	if (unlikely(refused))
		return -EINVAL;
	return (added ? UK_NETDEV_STATUS_SUCCESS : 0) |
	       (vring_room(&q->vr) ? UK_NETDEV_STATUS_MORE : 0);
}

/* ---- Frames that were received, and are to be again ----------------------
 *
 * Where all that is received is sent back, each buffer comes to the slot that
 * it had a lap ago; of frames as long as those, the descriptors stand there.
 */

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
	n = txq->q.vn->layout == VRING_SPLIT
		    ? tx_add_received_split(txq, pkts, n)
		    : tx_add_received_packed(txq, pkts, n);
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
	q->nb_kept = (uint16_t)(q->nb_kept + added);
	virtio_net_publish(q, layout);
	*cnt = (uint16_t)added;
	return (added ? UK_NETDEV_STATUS_SUCCESS : 0) |
	       (vring_room(&q->vr) ? UK_NETDEV_STATUS_MORE : 0);
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

void virtio_net_choose_tx(struct virtio_net *vn)
{
	const bool packed = vn->layout == VRING_PACKED;

	vn->dev.tx_burst = packed ? tx_burst_packed : tx_burst_split;
	vn->dev.tx_kept = tx_kept;
	vn->dev.tx_lent = packed ? tx_lent_packed : tx_lent_split;
	vn->dev.tx_back = tx_back;
}
