/* SPDX-License-Identifier: BSD-3-Clause */
/* The fast path: what happens to each frame, and to a ring that goes wrong. */
#include <string.h>
#include <uk/plat/time.h>

#include "plat/kvm/virtio_net.h"

#define REFILL_BATCH 64

/* How often a device that uses nothing is looked after, see idle(). */
#define IDLE_POLLS 64
#define IDLE_NS 10000000

/* ---- Both directions ---------------------------------------------------- */

static void put_free(void *arg __unused, void *cookie, uint32_t len __unused)
{
	uk_netbuf_free(cookie);
}

static bool is_broken(const struct virtio_net_queue *q)
{
	return unlikely(__atomic_load_n(&q->vn->broken, __ATOMIC_RELAXED));
}

/*
 * Ends the device, whichever queue it broke. Only this queue is cleaned up:
 * the other one may be in use by another CPU, and gets here by itself.
 */
static int give_up(struct virtio_net_queue *q)
{
	struct virtio_net *vn = q->vn;

	if (!is_broken(q)) {
		__atomic_store_n(&vn->broken, true, __ATOMIC_RELAXED);
		/* One that does not even reset is left alone all the same. */
		virtio_reset(vn->vd);
	}
	if (!q->drained) {
		q->drained = true;
		vring_drain(&q->vr, put_free, NULL);
	}
	return -EIO;
}

static inline void publish(struct virtio_net_queue *q)
{
	if (vring_publish(&q->vr) && q->vn->live)
		virtio_notify(&q->notify);
}

/*
 * The device has buffers and used none. It may have given up by itself
 * (2.1.2), or missed a notification: QEMU emulating one CPU leaves fences out,
 * so our index can become visible after the read that found notifications
 * unwanted. Once in a while it is asked, and notified without being asked to.
 */
static inline void idle(struct virtio_net_queue *q)
{
	struct virtio_dev *vd = q->vn->vd;
	__nsec now;

	if (likely(++q->idle_polls % IDLE_POLLS || !vring_outstanding(&q->vr)))
		return;
	now = ukplat_monotonic_clock();
	if (q->idle_polls == IDLE_POLLS) {
		q->idle_since = now;
	} else if (now - q->idle_since >= IDLE_NS) {
		q->idle_since = now;
		if (vd->ops->status(vd) & VIRTIO_STATUS_NEEDS_RESET)
			q->vr.broken = true;
		else
			virtio_notify(&q->notify);
	}
}

/* ---- Transmit ----------------------------------------------------------- */

struct tx_source {
	struct uk_netbuf **pkts;
	struct uk_netbuf *last;
	uint64_t addr;
	uint32_t len;
	uint32_t max_frame;
	bool refused;
};

static inline bool tx_get(void *arg, struct vring_buf *b)
{
	struct tx_source *s = arg;
	struct uk_netbuf *nb = *s->pkts++;

	/* A burst of one shared frame is looked at and prepared once. */
	if (nb != s->last) {
		if (unlikely(nb->next || nb->len == 0 ||
			     nb->len > s->max_frame ||
			     uk_netbuf_headroom(nb) < VIRTIO_NET_HDR_LEN)) {
			s->refused = true;
			return false;
		}
		s->last = nb;
		s->addr = (uintptr_t)nb->data - VIRTIO_NET_HDR_LEN;
		s->len = nb->len + VIRTIO_NET_HDR_LEN;
		/* 5.1.6.2: nothing is left for the device to do. */
		memset((void *)s->addr, 0, VIRTIO_NET_HDR_LEN);
	}
	b->addr = s->addr;
	b->len = s->len;
	b->cookie = nb;
	return true;
}

static inline void tx_put(void *arg __unused, void *cookie,
			  uint32_t len __unused)
{
	struct uk_netbuf *nb = cookie;

	if (nb->refcount > 1)
		nb->refcount--;
	else
		uk_netbuf_free(nb);
}

int virtio_net_tx_burst(struct uk_netdev *dev __unused,
			struct uk_netdev_tx_queue *txq, struct uk_netbuf **pkts,
			uint16_t *cnt)
{
	struct tx_source s = {.pkts = pkts, .max_frame = txq->max_frame};
	struct virtio_net_queue *q = &txq->q;
	unsigned int n = *cnt, used;

	*cnt = 0;
	if (is_broken(q))
		return give_up(q);
	used = vring_pending(&q->vr);
	if (used) {
		q->idle_polls = 0;
		vring_reap(&q->vr, used, VRING_TO_DEVICE, tx_put, NULL);
	} else {
		idle(q);
	}
	if (unlikely(q->vr.broken))
		return give_up(q);
	n = vring_add(&q->vr, MIN(n, vring_room(&q->vr)), VRING_TO_DEVICE,
		      tx_get, &s);
	publish(q);
	*cnt = (uint16_t)n;
	if (unlikely(s.refused))
		return -EINVAL;
	return (n ? UK_NETDEV_STATUS_SUCCESS : 0) |
	       (vring_room(&q->vr) ? UK_NETDEV_STATUS_MORE : 0);
}

/* ---- Receive ------------------------------------------------------------ */

struct rx_sink {
	struct uk_netbuf **pkts;
	struct uk_netdev_rx_queue *rxq;
};

static inline void rx_put(void *arg, void *cookie, uint32_t len)
{
	struct rx_sink *s = arg;
	struct uk_netbuf *nb = cookie;

	if (unlikely(len < VIRTIO_NET_HDR_LEN + ETH_HDR_LEN)) {
		s->rxq->too_short++;
		uk_netbuf_free(nb);
		return;
	}
	nb->len = (uint16_t)(len - VIRTIO_NET_HDR_LEN);
	*s->pkts++ = nb;
}

static inline bool rx_get(void *arg, struct vring_buf *b)
{
	struct uk_netbuf ***pkts = arg;
	struct uk_netbuf *nb = **pkts;

	if (unlikely(nb->len < ETH_HDR_LEN ||
		     uk_netbuf_headroom(nb) < VIRTIO_NET_HDR_LEN))
		return false;
	++*pkts;
	b->addr = (uintptr_t)nb->data - VIRTIO_NET_HDR_LEN;
	b->len = nb->len + VIRTIO_NET_HDR_LEN;
	b->cookie = nb;
	return true;
}

int virtio_net_refill(struct uk_netdev_rx_queue *rxq)
{
	struct uk_netbuf *fresh[REFILL_BATCH], **next;
	struct vring *vr = &rxq->q.vr;
	unsigned int want, got, added;
	int rc = 0;

	if (vring_room(vr) < rxq->refill)
		return 0;
	while ((want = MIN(vring_room(vr), REFILL_BATCH)) > 0) {
		got = rxq->alloc_rxpkts(rxq->alloc_rxpkts_argp, fresh,
					(uint16_t)want);
		next = fresh;
		added = vring_add(vr, got, VRING_FROM_DEVICE, rx_get, &next);
		/* Unfit for a frame: as good as none. */
		for (; unlikely(next < fresh + got); next++)
			uk_netbuf_free(*next);
		if (unlikely(added < want)) {
			rc = UK_NETDEV_STATUS_UNDERRUN;
			break;
		}
	}
	publish(&rxq->q);
	return rc;
}

int virtio_net_rx_burst(struct uk_netdev *dev __unused,
			struct uk_netdev_rx_queue *rxq, struct uk_netbuf **pkts,
			uint16_t *cnt)
{
	struct rx_sink s = {.pkts = pkts, .rxq = rxq};
	struct virtio_net_queue *q = &rxq->q;
	unsigned int n = *cnt, waiting;
	int status;

	*cnt = 0;
	if (is_broken(q))
		return give_up(q);
	waiting = vring_pending(&q->vr);
	n = MIN(n, waiting);
	if (n) {
		q->idle_polls = 0;
		vring_reap(&q->vr, n, VRING_FROM_DEVICE, rx_put, &s);
	} else if (!waiting) {
		idle(q);
	}
	*cnt = (uint16_t)(s.pkts - pkts);
	status = *cnt ? UK_NETDEV_STATUS_SUCCESS : 0;
	if (unlikely(q->vr.broken)) {
		/* What came before the offence is delivered all the same. */
		give_up(q);
		return status ? status : -EIO;
	}
	if (waiting > n)
		status |= UK_NETDEV_STATUS_MORE;
	return status | virtio_net_refill(rxq);
}

uint64_t virtio_net_rx_short(const struct uk_netdev *dev)
{
	return dev->_rx_queue[0] ? dev->_rx_queue[0]->too_short : 0;
}
