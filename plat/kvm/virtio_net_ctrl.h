/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control queue (virtio 1.2, 5.1.6.5), as far as it says how many pairs of
 * queues are in use, and by which of them frames come (RSS). One command at a
 * time, and the caller waits for its answer: while a port is brought up, or
 * after its device was reset.
 */
#ifndef KVM_VIRTIO_NET_CTRL_H
#define KVM_VIRTIO_NET_CTRL_H

#include "plat/kvm/virtio_net_queue.h"

/*
 * Lays the queue out, before the device is ready; its memory, from `a`, is
 * taken once. 0, or a negative errno.
 */
int virtio_net_ctrl_open(struct virtio_net *vn, struct uk_alloc *a);

/* 5.1.4.1: what a device takes at least. */
#define VIRTIO_NET_RSS_KEY 40    /* bytes */
#define VIRTIO_NET_RSS_TABLE 128 /* places */

/*
 * Sets how many pairs are used; by vn->rss_types, which frames come by which,
 * where it is not left to the device. 0, or -EIO or -ETIMEDOUT; vd->why says
 * more.
 */
int virtio_net_ctrl_pairs(struct virtio_net *vn, uint16_t pairs);

#endif /* KVM_VIRTIO_NET_CTRL_H */
