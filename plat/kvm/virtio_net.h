/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio network device (virtio 1.2, 5.1) as a uknetdev with one pair of
 * queues. The transport finds the device and calls virtio_net_add() at boot;
 * all else goes through uk/netdev.h.
 *
 * A frame is one netbuf and takes one descriptor: the 12 bytes before its data
 * hold the device's header. No offload is agreed on, so that a frame leaves
 * and arrives byte by byte as it is.
 *
 * Where the device breaks the rules of a ring it is reset, both directions
 * return -EIO from then on, and every netbuf that it held is freed by the
 * first call on its queue that says so.
 */
#ifndef KVM_VIRTIO_NET_H
#define KVM_VIRTIO_NET_H

#include "plat/kvm/virtio.h"
#include "plat/lib/vring.h"
#include <stdbool.h>
#include <stdint.h>
#include <uk/netdev.h>

/* Registers a device, state UNPROBED, `vd` stays. 0, or a negative errno. */
int virtio_net_add(struct uk_alloc *a, struct virtio_dev *vd);

/* Received buffers too short for a header and an Ethernet frame. */
uint64_t virtio_net_rx_short(const struct uk_netdev *dev);

/* ---- Between virtio_net.c and virtio_net_rxtx.c ------------------------- */

/* 5.1.2: receive and transmit queue of the first pair. */
#define VIRTIO_NET_RXQ 0
#define VIRTIO_NET_TXQ 1

/* 5.1.6: with VERSION_1 the header always has 12 bytes. */
#define VIRTIO_NET_HDR_LEN 12

#define ETH_HDR_LEN 14
#define VLAN_TAG_LEN 4

/* What both directions have. */
struct virtio_net_queue {
	struct vring vr;
	struct virtio_notify notify;
	struct virtio_net *vn;
	uint32_t idle_polls;
	__nsec idle_since;
	bool drained;
};

struct uk_netdev_tx_queue {
	struct virtio_net_queue q; /* first: new_queue() */
	uint32_t max_frame;
};

struct uk_netdev_rx_queue {
	struct virtio_net_queue q; /* first: new_queue() */
	uint16_t refill;
	uk_netdev_alloc_rxpkts alloc_rxpkts;
	void *alloc_rxpkts_argp;
	uint64_t too_short;
};

struct virtio_net {
	struct uk_netdev dev;
	struct virtio_dev *vd;
	struct uk_hwaddr mac;
	uint16_t mtu;
	uint16_t desc_max[2]; /* by VIRTIO_NET_RXQ, VIRTIO_NET_TXQ */
	bool live;            /* DRIVER_OK is set: notifications are allowed */
	bool broken;          /* by either direction, seen by both */
};

/* Fills the ring up. Returns UNDERRUN when there were too few, else 0. */
int virtio_net_refill(struct uk_netdev_rx_queue *rxq);

/* As uk_netdev_tx_burst() and uk_netdev_rx_burst(). */
int virtio_net_tx_burst(struct uk_netdev *dev, struct uk_netdev_tx_queue *txq,
			struct uk_netbuf **pkts, uint16_t *cnt);
int virtio_net_rx_burst(struct uk_netdev *dev, struct uk_netdev_rx_queue *rxq,
			struct uk_netbuf **pkts, uint16_t *cnt);

#endif /* KVM_VIRTIO_NET_H */
