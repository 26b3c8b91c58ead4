/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/virtio_net_ctrl.h"

#include <uk/alloc.h>
#include <uk/arch/lcpu.h>

#define COMMANDS 4 /* descriptors: a command takes two */
#define ANSWER_NS 1000000000ull

/* 5.1.6.5 and 5.1.6.5.6 */
#define CLASS_MQ 4
#define MQ_PAIRS_SET 0
#define ACK_OK 0

#define DESC_F_NEXT 1

struct virtio_net_ctrl {
	struct vring vr;
	struct virtio_notify notify;
	void *mem;
	/* As the device reads them, and where it answers. */
	struct {
		uint8_t class, command;
		uint16_t pairs;
		uint8_t ack;
	} said;
};

int virtio_net_ctrl_open(struct virtio_net *vn, struct uk_alloc *a)
{
	struct virtio_net_ctrl *c = vn->ctrl;

	if (!c) {
		c = uk_zalloc(a, sizeof(*c));
		if (!c)
			return -ENOMEM;
		c->mem = uk_memalign(a, VRING_ALIGN,
				     vring_bytes(vn->layout, COMMANDS));
		if (!c->mem) {
			uk_free(a, c);
			return -ENOMEM;
		}
		vn->ctrl = c;
	}
	vring_init(&c->vr, c->mem, vn->layout, COMMANDS, VRING_TO_DEVICE,
		   !!(vn->vd->features & VIRTIO_F_EVENT_IDX));
	/* Behind all pairs that the device has, whether they are used or not */
	return vn->vd->ops->queue_enable(
		vn->vd, (uint16_t)(2 * vn->max_pairs), COMMANDS,
		(uint64_t[]){vring_desc_addr(&c->vr), vring_driver_addr(&c->vr),
			     vring_device_addr(&c->vr, vn->layout)},
		&c->notify);
}

/* What is said goes to the device, and where it answers. */
static void offer_split(struct virtio_net_ctrl *c)
{
	struct vring *vr = &c->vr;

	vr->desc[0] = (struct vring_desc){
		.addr = (uintptr_t)&c->said,
		.len = offsetof(__typeof__(c->said), ack),
		.flags = DESC_F_NEXT,
		.next = 1,
	};
	vr->desc[1] = (struct vring_desc){
		.addr = (uintptr_t)&c->said.ack,
		.len = sizeof(c->said.ack),
		.flags = VRING_DESC_F_WRITE,
	};
	vr->avail->ring[vr->next & vr->mask] = 0;
	vr->next++;
	__atomic_store_n(&vr->avail->idx, vr->next, __ATOMIC_RELEASE);
}

static void offer_packed(struct virtio_net_ctrl *c)
{
	struct vring *vr = &c->vr;
	struct vring_packed_desc *const first =
		vr->packed + (vr->next & vr->mask);

	first[1].addr = (uintptr_t)&c->said.ack;
	first[1].rest = vring_packed_avail(vr, VRING_FROM_DEVICE, vr->next) |
			sizeof(c->said.ack);
	first[0].addr = (uintptr_t)&c->said;
	__atomic_store_n(&first[0].rest,
			 vring_packed_avail(vr, VRING_TO_DEVICE, vr->next) |
				 (uint64_t)DESC_F_NEXT << 48 |
				 offsetof(__typeof__(c->said), ack),
			 __ATOMIC_RELEASE);
	vr->next += 2;
}

static bool answered(const struct virtio_net *vn)
{
	const struct vring *vr = &vn->ctrl->vr;
	uint32_t id, len;

	return vn->layout == VRING_PACKED ? vring_packed_used(vr, &id, &len)
					  : vring_split_waiting(vr);
}

int virtio_net_ctrl_pairs(struct virtio_net *vn, uint16_t pairs)
{
	struct virtio_net_ctrl *c = vn->ctrl;
	const __nsec until = ukplat_monotonic_clock() + ANSWER_NS;

	c->said.class = CLASS_MQ;
	c->said.command = MQ_PAIRS_SET;
	c->said.pairs = pairs;
	c->said.ack = ACK_OK + 1;
	if (vn->layout == VRING_PACKED)
		offer_packed(c);
	else
		offer_split(c);
	virtio_notify(&c->notify);
	while (!answered(vn)) {
		if (ukplat_monotonic_clock() > until) {
			virtio_why(vn->vd, "the device does not answer on its "
					   "control queue");
			return -ETIMEDOUT;
		}
		ukarch_spinwait();
	}
	c->vr.last_used = c->vr.next;
	if (c->said.ack == ACK_OK)
		return 0;
	virtio_why(vn->vd, "the device refuses %u pairs of queues", pairs);
	return -EIO;
}
