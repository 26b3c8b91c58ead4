/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The receive side of virtio-net: what happens to each frame.
 *
 * virtio_net_fill() gives the ring its first buffers, before the device starts.
 * Then all happens in rx_burst(), which exists once for each layout of the
 * ring, without and with frames in parts (RX_BURST). In order:
 *
 * 1. Where enough places are free, refill(): fresh buffers from `alloc_rxpkts`
 *    go into the ring, by add_fresh(). Buffers that stand where they stood a
 *    lap ago need no writing (virtio_net_add_again()); others are looked at
 *    once and described (rx_get()). All have the room of the first
 *    (set_room()).
 * 2. rx_take() has what the device has used. A buffer that is not full and
 *    begins a frame is a whole frame: rx_put() takes off the header unread.
 *    Where something else came, join() makes chains of the parts by what
 *    headers say (begin_frame(), add_part()); a frame may go on in the next
 *    burst. Those too short for an Ethernet header are freed and counted.
 * 3. A device that broke the rules is given up, rx_give_up(); what came before
 *    that is delivered all the same.
 * 4. Where the ring is more than half empty even so, it is refilled again.
 *
 * The frames are the caller's, who frees them into the pool that step 1 uses.
 */
#include <limits.h>
#include <string.h>

#include "plat/kvm/virtio_net_queue.h"

#define REFILL_BATCH 256
/* Of a buffer with the least frame. */
#define RX_LEN_MIN (VIRTIO_NET_HDR_LEN + ETH_HDR_LEN)

/* ---- Buffers out -------------------------------------------------------- */

/* Fresh buffers on their way into the ring. */
struct rx_source {
	struct uk_netbuf **fresh;
	uint16_t flags; /* of one that is ready */
	uint16_t room;
	uint8_t ready_for;
	bool looked; /* at one that was not ready */
};

VRING_INLINE bool rx_get(void *arg, size_t i, struct vring_buf *b)
{
	struct rx_source *s = arg;
	struct uk_netbuf *nb = s->fresh[i];
	char *header = (char *)nb->data - VIRTIO_NET_HDR_LEN;

	if (unlikely(virtio_net_flags(nb) != s->flags)) {
		s->looked = true;
		if (nb->len < s->room || header < (char *)nb->buf)
			return false;
		nb->flags = UK_NETBUF_F_RX_READY;
		nb->_ready_for = s->ready_for;
	}
	b->addr = (uintptr_t)header;
	b->cookie = nb;
	return true;
}

/* All buffers have the room that the first of all had, in any ring. */
static void set_room(struct uk_netdev_rx_queue *rxq, enum vring_layout layout,
		     const struct uk_netbuf *nb)
{
	struct uk_netbuf like = {.flags = UK_NETBUF_F_RX_READY,
				 ._ready_for = rxq->q.ready_for};

	if (!rxq->room)
		rxq->room = MAX(nb->len, ETH_HDR_LEN + 1);
	like.len = rxq->room;
	rxq->q.shape = virtio_net_shape(&like);
	vring_set_buf_len(&rxq->q.vr, layout,
			  (uint32_t)rxq->room + VIRTIO_NET_HDR_LEN);
	/* A full one may have but a part of a frame. */
	if (!rxq->q.vn->in_parts)
		vring_set_usual_len(
			&rxq->q.vr,
			VIRTIO_NET_HDR_LEN +
				MIN(rxq->max_frame, (uint32_t)rxq->room - 1));
}

/* As many as there are of `n`, in front of those that have no place. */
VRING_INLINE unsigned int add_fresh(struct uk_netdev_rx_queue *rxq,
				    const enum vring_layout layout,
				    struct uk_netbuf **fresh, unsigned int n)
{
	struct virtio_net_queue *q = &rxq->q;
	struct rx_source s = {fresh, (uint16_t)(q->shape >> 16), rxq->room,
			      q->ready_for, false};
	unsigned int again;

	again = virtio_net_add_again(q, layout, VRING_FROM_DEVICE, fresh, n,
				     q->vr.buf_len);
	if (likely(again == n))
		return n;
	s.fresh += again;
	n = vring_add_any(&q->vr, layout, VRING_FROM_DEVICE, n - again, rx_get,
			  &s);
	q->nb_alike = s.looked ? 0 : MIN(q->nb_alike + n, UINT16_MAX);
	return again + n;
}

/* Returns UNDERRUN when there were too few, else 0. */
VRING_INLINE int refill(struct uk_netdev_rx_queue *rxq,
			const enum vring_layout layout)
{
	struct uk_netbuf *fresh[REFILL_BATCH];
	struct vring *vr = &rxq->q.vr;
	unsigned int want, got, added;
	int rc = 0;

	while ((want = MIN(vring_room(vr), REFILL_BATCH)) > 0) {
		got = rxq->alloc_rxpkts(rxq->alloc_rxpkts_argp, fresh,
					(uint16_t)want);
		if (unlikely(rxq->q.shape == VIRTIO_NET_NO_SHAPE && got))
			set_room(rxq, layout, fresh[0]);
		added = add_fresh(rxq, layout, fresh, got);
		/* Unfit for a frame: as good as none. */
		for (unsigned int i = added; unlikely(i < got); i++)
			uk_netbuf_free(fresh[i]);
		if (unlikely(added < want)) {
			rc = UK_NETDEV_STATUS_UNDERRUN;
			break;
		}
	}
	virtio_net_publish(&rxq->q, layout);
	return rc;
}

/* Once a burst, so one copy for each layout does. */
static int refill_split(struct uk_netdev_rx_queue *rxq)
{
	return refill(rxq, VRING_SPLIT);
}

static int refill_packed(struct uk_netdev_rx_queue *rxq)
{
	return refill(rxq, VRING_PACKED);
}

VRING_INLINE int refill_any(struct uk_netdev_rx_queue *rxq,
			    const enum vring_layout layout)
{
	return layout == VRING_PACKED ? refill_packed(rxq) : refill_split(rxq);
}

void virtio_net_fill(struct uk_netdev_rx_queue *rxq)
{
	refill_any(rxq, rxq->q.vn->layout);
}

/* ---- Frames in ---------------------------------------------------------- */

/* All in one piece, so far. */
#define NO_PART UINT_MAX

/* Buffers on their way to the caller. */
struct rx_sink {
	struct uk_netbuf **pkts;
	uint32_t usual; /* bytes that a buffer with a whole frame has */
	unsigned int first_part; /* from here on join() has to look */
};

/*
 * 5.1.6.4.1: all buffers of a frame but its last are full. So one that is not,
 * where no frame is under way, has a whole frame, and its header, which would
 * cost a cache miss, need not be read.
 */
VRING_INLINE void rx_put(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct uk_netbuf *nb = cookie;

	nb->len = (uint16_t)(len - VIRTIO_NET_HDR_LEN);
	((struct rx_sink *)arg)->pkts[i] = nb;
}

/* A part of a frame: what it is of is found out afterwards. */
VRING_INLINE void rx_put_part(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct uk_netbuf *nb = cookie;

	nb->len = (uint16_t)len;
	((struct rx_sink *)arg)->pkts[i] = nb;
}

/* Either, where something came that is not usual. */
VRING_INLINE void rx_put_any(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct rx_sink *s = arg;

	if (s->first_part == NO_PART && len >= RX_LEN_MIN && len <= s->usual) {
		rx_put(arg, i, cookie, len);
		return;
	}
	s->first_part = MIN(s->first_part, (unsigned int)i);
	rx_put_part(arg, i, cookie, len);
}

/*
 * 5.1.6.4: a frame's header says over how many buffers it is spread, where that
 * was agreed on. Returns false when it cannot be.
 */
static bool begin_frame(struct uk_netdev_rx_queue *rxq, struct uk_netbuf *nb)
{
	struct virtio_dev *vd = rxq->q.vn->vd;
	uint16_t parts = 1;

	if (rxq->q.vn->mergeable) {
		if (nb->len < VIRTIO_NET_HDR_LEN) {
			virtio_why(vd,
				   "the device returned %u bytes, less than a "
				   "frame's header of %u",
				   nb->len, VIRTIO_NET_HDR_LEN);
			return false;
		}
		memcpy(&parts,
		       (char *)nb->data - VIRTIO_NET_HDR_LEN +
			       VIRTIO_NET_HDR_NUM_BUFFERS,
		       sizeof(parts));
		if (parts == 0 || parts > rxq->q.vr.size) {
			virtio_why(vd,
				   "the device spread a frame over %u buffers "
				   "(receive ring of %u)",
				   parts, rxq->q.vr.size);
			return false;
		}
	}
	nb->len = (uint16_t)(MAX(nb->len, VIRTIO_NET_HDR_LEN) -
			     VIRTIO_NET_HDR_LEN);
	rxq->parts_due = (uint16_t)(parts - 1);
	rxq->frame = rxq->last_part = nb;
	return true;
}

/* Later parts start where the header of the first one stands. */
static void add_part(struct uk_netdev_rx_queue *rxq, struct uk_netbuf *nb)
{
	nb->data = (char *)nb->data - VIRTIO_NET_HDR_LEN;
	nb->flags = 0;
	nb->prev = rxq->last_part;
	rxq->last_part->next = nb;
	rxq->last_part->flags = 0;
	rxq->last_part = nb;
	rxq->parts_due--;
}

static bool is_short(const struct uk_netbuf *nb)
{
	uint32_t len = 0;

	for (; nb && len < ETH_HDR_LEN; nb = nb->next)
		len += nb->len;
	return len < ETH_HDR_LEN;
}

/*
 * Makes frames of `n` parts, in place; returns how many. The last frame may
 * lack parts, which then come with the next call. *large: see
 * UK_NETDEV_STATUS_LARGE.
 */
static unsigned int join(struct uk_netdev_rx_queue *rxq,
			 struct uk_netbuf **pkts, unsigned int n, bool *large)
{
	unsigned int out = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (rxq->frame) {
			add_part(rxq, pkts[i]);
		} else if (unlikely(!begin_frame(rxq, pkts[i]))) {
			rxq->q.vr.broken = true;
			for (; i < n; i++)
				uk_netbuf_free(pkts[i]);
			break;
		}
		if (rxq->parts_due)
			continue;
		if (unlikely(is_short(rxq->frame))) {
			uk_netbuf_free(rxq->frame);
		} else {
			*large |= rxq->frame->next ||
				  rxq->frame->len > rxq->max_frame;
			pkts[out++] = rxq->frame;
		}
		rxq->frame = NULL;
	}
	return out;
}

/* The `n` buffers that came at most; returns how many, *cnt of them frames. */
VRING_INLINE unsigned int rx_take(struct uk_netdev_rx_queue *rxq,
				  const enum vring_layout layout,
				  const bool parts, struct uk_netbuf **pkts,
				  unsigned int n, unsigned int *cnt,
				  bool *large)
{
	struct vring *vr = &rxq->q.vr;
	struct rx_sink s = {pkts, vr->usual_len, NO_PART};

	if (parts) {
		n = vring_reap(vr, layout, VRING_FROM_DEVICE, 0, n, rx_put_part,
			       &s);
		*cnt = join(rxq, pkts, n, large);
		return n;
	}
	if (unlikely(rxq->frame)) {
		s.first_part = 0;
		n = vring_reap_each(vr, layout, VRING_FROM_DEVICE, n,
				    rx_put_any, &s);
	} else {
		n = vring_reap_usual(vr, layout, VRING_FROM_DEVICE, RX_LEN_MIN,
				     n, rx_put, rx_put_any, &s);
	}
	*cnt = n;
	if (unlikely(s.first_part < n))
		*cnt = s.first_part +
		       join(rxq, pkts + s.first_part, n - s.first_part, large);
	return n;
}

static int rx_give_up(struct uk_netdev_rx_queue *rxq)
{
	uk_netbuf_free(rxq->frame);
	rxq->frame = NULL;
	return virtio_net_give_up(&rxq->q);
}

VRING_INLINE int rx_burst(struct uk_netdev_rx_queue *rxq,
			  const enum vring_layout layout, const bool parts,
			  struct uk_netbuf **pkts, uint16_t *cnt)
{
	struct virtio_net_queue *q = &rxq->q;
	const unsigned int max = *cnt;
	unsigned int n, used;
	bool large = false;
	int status = 0;

	*cnt = 0;
	if (virtio_net_broken(q))
		return rx_give_up(rxq);
	/*
	 * The last ones may be back by now, to go where they were. So it is
	 * done at first, afterwards only if the device is about to have none.
	 */
	if (vring_room(&q->vr) >= rxq->refill)
		status = refill_any(rxq, layout);
	used = rx_take(rxq, layout, parts, pkts, max, &n, &large);
	if (used)
		q->idle_polls = 0;
	else
		virtio_net_idle(q);
	*cnt = (uint16_t)n;
	status |= n ? UK_NETDEV_STATUS_SUCCESS : 0;
	if (unlikely(large))
		status |= UK_NETDEV_STATUS_LARGE;
	if (unlikely(q->vr.broken)) {
		/* What came before the offence is delivered all the same. */
		rx_give_up(rxq);
		return n ? status & ~UK_NETDEV_STATUS_UNDERRUN : -EIO;
	}
	if (used == max && vring_waiting(&q->vr, layout))
		status |= UK_NETDEV_STATUS_MORE;
	if (unlikely(vring_room(&q->vr) > q->vr.size / 2))
		status |= refill_any(rxq, layout);
	return status;
}

#define RX_BURST(name, layout, parts)                           \
	static int name(struct uk_netdev *dev __unused,         \
			struct uk_netdev_rx_queue *rxq,         \
			struct uk_netbuf **pkts, uint16_t *cnt) \
	{                                                       \
		return rx_burst(rxq, layout, parts, pkts, cnt); \
	}

RX_BURST(rx_burst_split, VRING_SPLIT, false)
RX_BURST(rx_burst_split_parts, VRING_SPLIT, true)
RX_BURST(rx_burst_packed, VRING_PACKED, false)
RX_BURST(rx_burst_packed_parts, VRING_PACKED, true)

void virtio_net_choose_rx(struct virtio_net *vn)
{
	if (vn->layout == VRING_PACKED)
		vn->dev.rx_burst =
			vn->in_parts ? rx_burst_packed_parts : rx_burst_packed;
	else
		vn->dev.rx_burst =
			vn->in_parts ? rx_burst_split_parts : rx_burst_split;
}
