/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio network device (virtio 1.2, 5.1) as a uknetdev with as many
 * pairs of queues as it offers, and the app asks for. The transport finds the
 * device and calls virtio_net_add() at boot; all else goes through uk/netdev.h.
 *
 * A frame that is sent is one netbuf and takes one descriptor: the 12 bytes
 * before its data hold the device's header, which is all zero and so is
 * written once, however often the netbuf is sent. No offload is agreed on, so
 * that a frame leaves and arrives byte by byte as it is. Receive buffers all
 * have the room of the first that alloc_rxpkts gave; where the MTU is
 * above 1,500, the device may spread a frame over several (5.1.6.4),
 * and the frame is then a chain.
 *
 * Rings are packed where the device offers that, else split. Each pair of
 * burst functions exists once for each layout; probe chooses.
 *
 * Where the device breaks the rules of a ring it is reset, both directions
 * return -EIO from then on, and every netbuf that it held is freed by the
 * first call on its queue that says so.
 */
#ifndef KVM_VIRTIO_NET_H
#define KVM_VIRTIO_NET_H

#include "plat/kvm/virtio.h"
#include <stdint.h>
#include <uk/netdev.h>

/* Registers a device, state UNPROBED, `vd` stays. 0, or a negative errno. */
int virtio_net_add(struct uk_alloc *a, struct virtio_dev *vd);

#endif /* KVM_VIRTIO_NET_H */
