/* SPDX-License-Identifier: BSD-3-Clause */
/* The transmit side of virtio-net: what happens to each frame. */
#include <string.h>
#include <uk/assert.h>

#include "plat/kvm/virtio_net_queue.h"

/* A burst under way. */
struct tx_source {
	struct uk_netbuf **pkts;
	struct uk_netbuf *last; /* whom these are of: */
	uint64_t addr;
	uint32_t len;
	uint32_t max_frame;
	bool refused;
};

/*
 * 5.1.6.2: nothing is left for the device to do, so its header is all zero. A
 * frame that is sent again and again has it already: it is looked at first,
 * since writing would take the cache line away from the device's CPU.
 */
VRING_INLINE void clear_header(void *header)
{
	uint64_t a;
	uint32_t b;

	_Static_assert(sizeof(a) + sizeof(b) == VIRTIO_NET_HDR_LEN, "");
	memcpy(&a, header, sizeof(a));
	memcpy(&b, (char *)header + sizeof(a), sizeof(b));
	if (a | b)
		memset(header, 0, VIRTIO_NET_HDR_LEN);
}

VRING_INLINE bool tx_get(void *arg, unsigned int i, struct vring_buf *b)
{
	struct tx_source *s = arg;
	struct uk_netbuf *nb = s->pkts[i];

	/* A run of one shared frame is looked at once. */
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
		clear_header((void *)s->addr);
	}
	b->addr = s->addr;
	b->len = s->len;
	b->cookie = nb;
	return true;
}

/* Completed frames that are one and the same. */
struct tx_run {
	struct uk_netbuf *nb; /* NULL: there was none yet */
	unsigned int from;    /* the first one's place in the batch */
};

/* Gives the references of the run back, which ends before the `i`th. */
VRING_INLINE void tx_end_run(struct tx_run *run, unsigned int i)
{
	struct uk_netbuf *nb = run->nb;
	const uint32_t n = i - run->from;

	if (!nb)
		return;
	if (nb->refcount > n) {
		nb->refcount -= n;
		return;
	}
	UK_ASSERT(nb->refcount == n);
	nb->refcount = 1;
	uk_netbuf_free(nb);
}

VRING_INLINE void tx_put(void *arg, unsigned int i, void *cookie,
			 uint32_t len __unused)
{
	struct tx_run *run = arg;

	if (cookie == run->nb)
		return;
	tx_end_run(run, i);
	run->nb = cookie;
	run->from = i;
}

VRING_INLINE int tx_burst(struct uk_netdev_tx_queue *txq,
			  const enum vring_layout layout,
			  struct uk_netbuf **pkts, uint16_t *cnt)
{
	struct tx_source s = {.pkts = pkts, .max_frame = txq->max_frame};
	struct virtio_net_queue *q = &txq->q;
	unsigned int n = *cnt, used;
	struct tx_run run = {0};

	*cnt = 0;
	if (virtio_net_broken(q))
		return virtio_net_give_up(q);
	used = vring_reap(&q->vr, layout, VRING_TO_DEVICE, 0, q->vr.size,
			  tx_put, &run);
	tx_end_run(&run, used);
	if (used)
		q->idle_polls = 0;
	else
		virtio_net_idle(q);
	if (unlikely(q->vr.broken))
		return virtio_net_give_up(q);
	n = vring_add(&q->vr, layout, VRING_TO_DEVICE,
		      MIN(n, vring_room(&q->vr)), tx_get, &s);
	virtio_net_publish(q, layout);
	*cnt = (uint16_t)n;
	if (unlikely(s.refused))
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
