/* SPDX-License-Identifier: BSD-3-Clause */
/* A virtqueue away from the fast path: layout, disorder, the end. */
#include "plat/lib/vring.h"

#include <string.h>
#include <uk/assert.h>

/* Offsets of the parts within the block, in their order. */
struct offsets {
	size_t driver, device, cookie, free, end;
};

static struct offsets offsets_of(enum vring_layout layout, uint16_t size)
{
	struct offsets o;
	size_t n = size, device_bytes;

	/* Both kinds of descriptor have 16 bytes. */
	o.driver = n * sizeof(struct vring_desc);
	if (layout == VRING_SPLIT) {
		/*
		 * 2.7: the used ring needs an alignment of 4 only. 4 bytes
		 * before a line, so that no element lies across two of them.
		 */
		o.device = o.driver + (n + 3) * sizeof(uint16_t) +
			   2 * sizeof(uint16_t);
		device_bytes = n * sizeof(uint64_t) + sizeof(uint16_t);
	} else {
		o.driver = ALIGN_UP(o.driver, (size_t)VRING_ALIGN);
		/* Two parties write: each its own line. */
		o.device = o.driver + VRING_ALIGN;
		device_bytes = sizeof(uint32_t);
	}
	o.device = ALIGN_UP(o.device, (size_t)VRING_ALIGN);
	o.cookie = ALIGN_UP(o.device + device_bytes, (size_t)VRING_ALIGN);
	o.free = o.cookie + n * sizeof(void *);
	o.end = o.free + n * sizeof(uint16_t);
	return o;
}

size_t vring_bytes(enum vring_layout layout, uint16_t size)
{
	return offsets_of(layout, size).end;
}

void vring_push_event(struct vring *vr)
{
	/* 2.7.7: an interrupt is due 65,535 used buffers from here. */
	vr->used_event = (uint16_t)(vr->last_used - 1);
	if (vr->event_idx)
		__atomic_store_n(&vr->avail->ring[vr->size], vr->used_event,
				 __ATOMIC_RELAXED);
}

void vring_interrupt(struct vring *vr, enum vring_layout layout, bool on)
{
	if (layout == VRING_PACKED) {
		__atomic_store_n(vr->driver_event,
				 on ? 0 : VRING_PACKED_EVENT_DISABLE << 16,
				 __ATOMIC_RELAXED);
	} else if (!vr->event_idx) {
		__atomic_store_n(&vr->avail->flags,
				 on ? 0 : VRING_AVAIL_F_NO_INTERRUPT,
				 __ATOMIC_RELAXED);
	} else if (on) {
		vr->used_event = vr->last_used;
		__atomic_store_n(&vr->avail->ring[vr->size], vr->used_event,
				 __ATOMIC_RELAXED);
	} else {
		vring_push_event(vr);
	}
}

static void init_split(struct vring *vr, enum vring_dir dir)
{
	for (uint16_t i = 0; i < vr->size; i++) {
		vr->avail->ring[i] = i;
		if (dir == VRING_FROM_DEVICE)
			vr->desc[i].flags = VRING_DESC_F_WRITE;
	}
	/* 2.7.7.1: flags stay 0 where the event index rules. */
	vring_push_event(vr);
	if (!vr->event_idx)
		vr->avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
}

void vring_init(struct vring *vr, void *mem, enum vring_layout layout,
		uint16_t size, enum vring_dir dir, bool event_idx)
{
	const struct offsets o = offsets_of(layout, size);
	char *m = mem;

	UK_ASSERT(POWER_OF_2(size) && size <= VRING_SIZE_MAX);
	memset(mem, 0, o.end);
	*vr = (struct vring){
		.desc = (struct vring_desc *)(void *)m,
		.avail = (struct vring_avail *)(void *)(m + o.driver),
		.used = (uint64_t *)(void *)(m + o.device),
		.cookie = (void **)(void *)(m + o.cookie),
		.free = (uint16_t *)(void *)(m + o.free),
		.size = size,
		.mask = (uint16_t)(size - 1),
		.event_idx = event_idx,
		.in_order = true,
	};
	if (layout == VRING_SPLIT)
		init_split(vr, dir);
	else
		*vr->driver_event = VRING_PACKED_EVENT_DISABLE << 16;
}

void vring_set_buf_len(struct vring *vr, enum vring_layout layout, uint32_t len)
{
	vr->buf_len = vr->usual_len = vr->alike_len = len;
	for (uint16_t i = 0; layout == VRING_SPLIT && i < vr->size; i++)
		vr->desc[i].len = len;
}

void vring_break(struct vring *vr, enum vring_fault fault, uint32_t value)
{
	vr->broken = true;
	vr->fault = fault;
	vr->fault_value = value;
}

void vring_write_same(struct vring *vr, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const uint16_t slot = (uint16_t)(vr->next + i) & vr->mask;

		/* Alike in both layouts; packed gives the rest of it anew. */
		vr->desc[slot].addr = vr->same.addr;
		vr->desc[slot].len = vr->same.len;
		vr->cookie[slot] = vr->same.cookie;
	}
}

/*
 * A cookie says that its identity is out, so those that the device does not
 * own lose theirs.
 */
void vring_leave_order(struct vring *vr)
{
	uint16_t n = 0;

	for (uint16_t i = vr->next; n < vring_room(vr); i++) {
		uint16_t id = i & vr->mask;

		vr->cookie[id] = NULL;
		vr->free[n++] = id;
	}
	vr->nb_free = n;
	vr->in_order = false;
}

void vring_drain(struct vring *vr, vring_put_t put, void *arg)
{
	unsigned int n = 0;

	if (vr->in_order)
		vring_leave_order(vr);
	for (uint16_t id = 0; id < vr->size; id++)
		if (vr->cookie[id])
			put(arg, n++, vr->cookie[id], 0);
	vr->broken = true;
	vr->last_used = vr->published = vr->next;
	memset(vr->cookie, 0, vr->size * sizeof(*vr->cookie));
}
