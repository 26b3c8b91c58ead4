/* SPDX-License-Identifier: BSD-3-Clause */
/* The receive side of virtio-net: what happens to each frame. */
#include <string.h>

#include "plat/kvm/virtio_net_queue.h"

#define REFILL_BATCH 64

/* ---- Buffers out -------------------------------------------------------- */

/* Fresh buffers on their way into the ring. */
struct rx_source {
	struct uk_netbuf **fresh;
	uint16_t room;
};

VRING_INLINE bool rx_get(void *arg, size_t i, struct vring_buf *b)
{
	const struct rx_source *s = arg;
	struct uk_netbuf *nb = s->fresh[i];
	char *header = (char *)nb->data - VIRTIO_NET_HDR_LEN;

	if (unlikely(nb->len < s->room || header < (char *)nb->buf))
		return false;
	b->addr = (uintptr_t)header;
	b->cookie = nb;
	return true;
}

/* All buffers have the room of the first. */
static void learn_room(struct uk_netdev_rx_queue *rxq, enum vring_layout layout,
		       const struct uk_netbuf *nb)
{
	rxq->room = MAX(nb->len, ETH_HDR_LEN);
	vring_set_buf_len(&rxq->q.vr, layout,
			  (uint32_t)rxq->room + VIRTIO_NET_HDR_LEN);
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
		struct rx_source s = {fresh, rxq->room};

		got = rxq->alloc_rxpkts(rxq->alloc_rxpkts_argp, fresh,
					(uint16_t)want);
		if (unlikely(!s.room && got)) {
			learn_room(rxq, layout, fresh[0]);
			s.room = rxq->room;
		}
		added = vring_add(vr, layout, VRING_FROM_DEVICE, got, rx_get,
				  &s);
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

void virtio_net_fill(struct uk_netdev_rx_queue *rxq)
{
	if (rxq->q.vn->layout == VRING_PACKED)
		refill_packed(rxq);
	else
		refill_split(rxq);
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
	nb->prev = rxq->last_part;
	rxq->last_part->next = nb;
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
	int status;

	*cnt = 0;
	if (virtio_net_broken(q))
		return rx_give_up(rxq);
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
	status = n ? UK_NETDEV_STATUS_SUCCESS : 0;
	if (unlikely(q->vr.broken)) {
		/* What came before the offence is delivered all the same. */
		rx_give_up(rxq);
		return status ? status : -EIO;
	}
	if (used == max && vring_waiting(&q->vr, layout))
		status |= UK_NETDEV_STATUS_MORE;
	if (vring_room(&q->vr) < rxq->refill)
		return status;
	return status | (layout == VRING_PACKED ? refill_packed(rxq)
						: refill_split(rxq));
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
