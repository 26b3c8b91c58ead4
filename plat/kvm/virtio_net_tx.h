/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the two files that send: bursts, virtio_net_tx.c, and frames that
 * have no reference, virtio_net_tx_kept.c. What stands in their loops is here;
 * what comes seldom is out of line, once for each layout.
 */
#ifndef KVM_VIRTIO_NET_TX_H
#define KVM_VIRTIO_NET_TX_H

#include "plat/kvm/virtio_net_queue.h"

#define NOINLINE __attribute__((noinline))

/* Describe up to `n` frames, as many as fit, before one is `refused`. */
unsigned int virtio_net_tx_add_split(struct uk_netdev_tx_queue *txq,
				     struct uk_netbuf **pkts, unsigned int n,
				     bool *refused);
unsigned int virtio_net_tx_add_packed(struct uk_netdev_tx_queue *txq,
				      struct uk_netbuf **pkts, unsigned int n,
				      bool *refused);

/* The same of those in front that are buffers of one receive queue. */
unsigned int virtio_net_tx_received_split(struct uk_netdev_tx_queue *txq,
					  struct uk_netbuf **pkts,
					  unsigned int n);
unsigned int virtio_net_tx_received_packed(struct uk_netdev_tx_queue *txq,
					   struct uk_netbuf **pkts,
					   unsigned int n);

/* Has the device's calls for frames without a reference be there. */
void virtio_net_choose_kept(struct virtio_net *vn);

VRING_INLINE unsigned int tx_add_anew(struct uk_netdev_tx_queue *txq,
				      const enum vring_layout layout,
				      struct uk_netbuf **pkts, unsigned int n,
				      bool *refused)
{
	return layout == VRING_SPLIT
		       ? virtio_net_tx_add_split(txq, pkts, n, refused)
		       : virtio_net_tx_add_packed(txq, pkts, n, refused);
}

VRING_INLINE unsigned int tx_add_received(struct uk_netdev_tx_queue *txq,
					  const enum vring_layout layout,
					  struct uk_netbuf **pkts,
					  unsigned int n)
{
	return layout == VRING_SPLIT
		       ? virtio_net_tx_received_split(txq, pkts, n)
		       : virtio_net_tx_received_packed(txq, pkts, n);
}

/* Shows the device the `n` that were added, and says so. */
VRING_INLINE int tx_show(struct virtio_net_queue *q,
			 const enum vring_layout layout, unsigned int n,
			 uint16_t *cnt)
{
	virtio_net_publish(q, layout);
	*cnt = (uint16_t)n;
	return (n ? UK_NETDEV_STATUS_SUCCESS : 0) |
	       (vring_room(&q->vr) ? UK_NETDEV_STATUS_MORE : 0);
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

#endif /* KVM_VIRTIO_NET_TX_H */
