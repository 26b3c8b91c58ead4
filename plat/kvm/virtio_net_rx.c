/* SPDX-License-Identifier: BSD-3-Clause */
/* The receive side of virtio-net: what happens to each frame. */
#include <string.h>

#include "plat/kvm/virtio_net_queue.h"

#define REFILL_BATCH 256

/* ---- Buffers out -------------------------------------------------------- */

/* Fresh buffers on their way into the ring. */
struct rx_source {
	struct uk_netbuf **fresh;
	uint32_t shape;
	uint16_t room;
	uint8_t ready_for;
	bool looked; /* at one that was not ready */
};

VRING_INLINE bool rx_get(void *arg, size_t i, struct vring_buf *b)
{
	struct rx_source *s = arg;
	struct uk_netbuf *nb = s->fresh[i];
	char *header = (char *)nb->data - VIRTIO_NET_HDR_LEN;

	if (unlikely(virtio_net_shape(nb) != s->shape)) {
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

/* All buffers have the room of the first. */
static void learn_room(struct uk_netdev_rx_queue *rxq, enum vring_layout layout,
		       const struct uk_netbuf *nb)
{
	struct uk_netbuf like = {.len = MAX(nb->len, ETH_HDR_LEN),
				 .flags = UK_NETBUF_F_RX_READY,
				 ._ready_for = rxq->q.ready_for};

	rxq->room = like.len;
	rxq->q.shape = virtio_net_shape(&like);
	vring_set_buf_len(&rxq->q.vr, layout,
			  (uint32_t)rxq->room + VIRTIO_NET_HDR_LEN);
}

/* As many as there are of `n`, in front of those that have no place. */
VRING_INLINE unsigned int add_fresh(struct uk_netdev_rx_queue *rxq,
				    const enum vring_layout layout,
				    struct uk_netbuf **fresh, unsigned int n)
{
	struct virtio_net_queue *q = &rxq->q;
	struct rx_source s = {fresh, q->shape, rxq->room, q->ready_for, false};
	unsigned int again;

	again = virtio_net_add_again(q, layout, VRING_FROM_DEVICE, fresh, n,
				     q->vr.buf_len);
	if (likely(again == n))
		return n;
	s.fresh += again;
	n = vring_add(&q->vr, layout, VRING_FROM_DEVICE, n - again, rx_get, &s);
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
		if (unlikely(!rxq->room && got))
			learn_room(rxq, layout, fresh[0]);
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

/* Frames on their way to the caller; NULL: shorter than an Ethernet header. */
struct rx_sink {
	struct uk_netbuf **pkts;
	unsigned int nb_short;
};

VRING_INLINE void rx_put(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct rx_sink *s = arg;
	struct uk_netbuf *nb = cookie;

	if (unlikely(len < VIRTIO_NET_HDR_LEN + ETH_HDR_LEN)) {
		s->nb_short++;
		uk_netbuf_free(nb);
		nb = NULL;
	} else {
		nb->len = (uint16_t)(len - VIRTIO_NET_HDR_LEN);
	}
	s->pkts[i] = nb;
}

static unsigned int drop_short(struct uk_netbuf **pkts, unsigned int n)
{
	unsigned int out = 0;

	for (unsigned int i = 0; i < n; i++)
		if (pkts[i])
			pkts[out++] = pkts[i];
	return out;
}

/* A part of a frame: what it is of is found out afterwards. */
VRING_INLINE void rx_put_part(void *arg, size_t i, void *cookie, uint32_t len)
{
	struct uk_netbuf *nb = cookie;

	nb->len = (uint16_t)len;
	((struct rx_sink *)arg)->pkts[i] = nb;
}

/*
 * 5.1.6.4: a frame's header says over how many buffers it is spread. Returns
 * false when it cannot be.
 */
static bool begin_frame(struct uk_netdev_rx_queue *rxq, struct uk_netbuf *nb)
{
	uint16_t parts;

	if (nb->len < VIRTIO_NET_HDR_LEN)
		return false;
	memcpy(&parts,
	       (char *)nb->data - VIRTIO_NET_HDR_LEN +
		       VIRTIO_NET_HDR_NUM_BUFFERS,
	       sizeof(parts));
	if (parts == 0 || parts > rxq->q.vr.size)
		return false;
	nb->len = (uint16_t)(nb->len - VIRTIO_NET_HDR_LEN);
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
 * lack parts, which then come with the next call.
 */
static unsigned int join(struct uk_netdev_rx_queue *rxq,
			 struct uk_netbuf **pkts, unsigned int n)
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
			rxq->too_short++;
			uk_netbuf_free(rxq->frame);
		} else {
			pkts[out++] = rxq->frame;
		}
		rxq->frame = NULL;
	}
	return out;
}

static int rx_give_up(struct uk_netdev_rx_queue *rxq)
{
	uk_netbuf_free(rxq->frame);
	rxq->frame = NULL;
	return virtio_net_give_up(&rxq->q);
}

VRING_INLINE int rx_burst(struct uk_netdev_rx_queue *rxq,
			  const enum vring_layout layout, const bool mergeable,
			  struct uk_netbuf **pkts, uint16_t *cnt)
{
	struct rx_sink s = {.pkts = pkts};
	struct virtio_net_queue *q = &rxq->q;
	const unsigned int max = *cnt;
	unsigned int n, used;
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
	if (mergeable) {
		used = vring_reap(&q->vr, layout, VRING_FROM_DEVICE, 0, max,
				  rx_put_part, &s);
		n = join(rxq, pkts, used);
	} else {
		n = used = vring_reap(&q->vr, layout, VRING_FROM_DEVICE,
				      VIRTIO_NET_HDR_LEN + ETH_HDR_LEN, max,
				      rx_put, &s);
		if (unlikely(s.nb_short)) {
			rxq->too_short += s.nb_short;
			n = drop_short(pkts, n);
		}
	}
	if (used)
		q->idle_polls = 0;
	else
		virtio_net_idle(q);
	*cnt = (uint16_t)n;
	status |= n ? UK_NETDEV_STATUS_SUCCESS : 0;
	if (unlikely(q->vr.broken)) {
		/* What came before the offence is delivered all the same. */
		rx_give_up(rxq);
		return n ? UK_NETDEV_STATUS_SUCCESS : -EIO;
	}
	if (used == max && vring_waiting(&q->vr, layout))
		status |= UK_NETDEV_STATUS_MORE;
	if (unlikely(vring_room(&q->vr) > q->vr.size / 2))
		status |= refill_any(rxq, layout);
	return status;
}

#define RX_BURST(name, layout, mergeable)                           \
	static int name(struct uk_netdev *dev __unused,             \
			struct uk_netdev_rx_queue *rxq,             \
			struct uk_netbuf **pkts, uint16_t *cnt)     \
	{                                                           \
		return rx_burst(rxq, layout, mergeable, pkts, cnt); \
	}

RX_BURST(rx_burst_split, VRING_SPLIT, false)
RX_BURST(rx_burst_split_mergeable, VRING_SPLIT, true)
RX_BURST(rx_burst_packed, VRING_PACKED, false)
RX_BURST(rx_burst_packed_mergeable, VRING_PACKED, true)

void virtio_net_choose_rx(struct virtio_net *vn, bool mergeable)
{
	if (vn->layout == VRING_PACKED)
		vn->dev.rx_burst =
			mergeable ? rx_burst_packed_mergeable : rx_burst_packed;
	else
		vn->dev.rx_burst =
			mergeable ? rx_burst_split_mergeable : rx_burst_split;
}

uint64_t virtio_net_rx_short(const struct uk_netdev *dev)
{
	return dev->_rx_queue[0] ? dev->_rx_queue[0]->too_short : 0;
}
