/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/virtio_net_ctrl.h"

#include <uk/alloc.h>
#include <uk/arch/lcpu.h>

#define COMMANDS 4 /* descriptors: a command takes two */
/* A busy host may not run for a second who answers. */
#define ANSWER_NS 5000000000ull

/* 5.1.6.5, and 5.1.6.5.5 to 5.1.6.5.7 */
#define CLASS_MQ 4
#define MQ_PAIRS_SET 0
#define MQ_RSS_CONFIG 1
#define ACK_OK 0

/*
 * The key of the example in Microsoft's "Verifying the RSS Hash Calculation",
 * by which others work, too: who sends can tell which queue a frame comes by.
 */
static const uint8_t rss_key[VIRTIO_NET_RSS_KEY] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
	0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
	0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
	0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

/* 5.1.6.5.7.1: which of the pairs takes a frame. */
struct rss {
	uint32_t types;
	uint16_t mask;  /* of the hash, for the place in the table */
	uint16_t other; /* the pair for frames of other types */
	uint16_t table[VIRTIO_NET_RSS_TABLE];
	uint16_t pairs;
	uint8_t key_len;
	uint8_t key[VIRTIO_NET_RSS_KEY];
} __packed;

#define DESC_F_NEXT 1

struct virtio_net_ctrl {
	struct vring vr;
	struct virtio_notify notify;
	void *mem;
	uint8_t ack; /* where the device answers */
	/* As it reads them. */
	struct {
		uint8_t class, command;
		union {
			uint16_t pairs;
			struct rss rss;
		};
	} __packed said;
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
static void offer_split(struct virtio_net_ctrl *c, uint32_t len)
{
	struct vring *vr = &c->vr;

	vr->desc[0] = (struct vring_desc){
		.addr = (uintptr_t)&c->said,
		.len = len,
		.flags = DESC_F_NEXT,
		.next = 1,
	};
	vr->desc[1] = (struct vring_desc){
		.addr = (uintptr_t)&c->ack,
		.len = sizeof(c->ack),
		.flags = VRING_DESC_F_WRITE,
	};
	vr->avail->ring[vr->next & vr->mask] = 0;
	vr->next++;
	__atomic_store_n(&vr->avail->idx, vr->next, __ATOMIC_RELEASE);
}

static void offer_packed(struct virtio_net_ctrl *c, uint32_t len)
{
	struct vring *vr = &c->vr;
	struct vring_packed_desc *const first =
		vr->packed + (vr->next & vr->mask);

	first[1].addr = (uintptr_t)&c->ack;
	first[1].rest = vring_packed_avail(vr, VRING_FROM_DEVICE, vr->next) |
			sizeof(c->ack);
	first[0].addr = (uintptr_t)&c->said;
	__atomic_store_n(&first[0].rest,
			 vring_packed_avail(vr, VRING_TO_DEVICE, vr->next) |
				 (uint64_t)DESC_F_NEXT << 48 | len,
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

/* What is said, `len` bytes behind the command. As virtio_net_ctrl_pairs(). */
static int say(struct virtio_net *vn, uint8_t command, size_t len)
{
	struct virtio_net_ctrl *c = vn->ctrl;
	const __nsec until = ukplat_monotonic_clock() + ANSWER_NS;

	c->said.class = CLASS_MQ;
	c->said.command = command;
	c->ack = ACK_OK + 1;
	len += offsetof(__typeof__(c->said), pairs);
	if (vn->layout == VRING_PACKED)
		offer_packed(c, (uint32_t)len);
	else
		offer_split(c, (uint32_t)len);
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
	return c->ack == ACK_OK ? 0 : -EIO;
}

static int say_rss(struct virtio_net *vn, uint16_t pairs)
{
	struct rss *const rss = &vn->ctrl->said.rss;

	rss->types = vn->rss_types;
	rss->mask = VIRTIO_NET_RSS_TABLE - 1;
	rss->other = 0;
	for (unsigned i = 0; i < VIRTIO_NET_RSS_TABLE; i++)
		rss->table[i] = (uint16_t)(i % pairs);
	rss->pairs = pairs;
	rss->key_len = sizeof(rss->key);
	memcpy(rss->key, rss_key, sizeof(rss->key));
	return say(vn, MQ_RSS_CONFIG, sizeof(*rss));
}

int virtio_net_ctrl_pairs(struct virtio_net *vn, uint16_t pairs)
{
	int rc;

	if (vn->rss_types) {
		rc = say_rss(vn, pairs);
	} else {
		vn->ctrl->said.pairs = pairs;
		rc = say(vn, MQ_PAIRS_SET, sizeof(pairs));
	}
	if (rc == -EIO)
		virtio_why(vn->vd, "the device refuses %u pairs of queues%s",
			   pairs, vn->rss_types ? " with RSS" : "");
	return rc;
}
