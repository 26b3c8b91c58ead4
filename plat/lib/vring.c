/* SPDX-License-Identifier: BSD-3-Clause */
/* The split virtqueue away from the fast path: layout, disorder, the end. */
#include "plat/lib/vring.h"

#include <string.h>
#include <uk/assert.h>

/* Offsets of the parts within the block, in their order. */
struct layout {
	size_t avail, used, cookie, room, free, end;
};

static struct layout layout_of(uint16_t size)
{
	struct layout l;
	size_t n = size;

	l.avail = n * sizeof(struct vring_desc);
	/*
	 * 2.7: the used ring needs an alignment of 4 only. 4 bytes before a
	 * line, so that no element lies across two of them.
	 */
	l.used = ALIGN_UP(l.avail + (n + 3) * sizeof(uint16_t) +
				  2 * sizeof(uint16_t),
			  VRING_ALIGN);
	l.cookie = ALIGN_UP(l.used + n * sizeof(struct vring_used_elem) +
				    sizeof(uint16_t),
			    VRING_ALIGN);
	l.room = l.cookie + n * sizeof(void *);
	l.free = l.room + n * sizeof(uint32_t);
	l.end = l.free + n * sizeof(uint16_t);
	return l;
}

size_t vring_bytes(uint16_t size)
{
	return layout_of(size).end;
}

void vring_push_event(struct vring *vr)
{
	/* 2.7.7: an interrupt is due 65,535 used buffers from here. */
	vr->used_event = (uint16_t)(vr->last_used - 1);
	if (vr->event_idx)
		__atomic_store_n(&vr->avail->ring[vr->size], vr->used_event,
				 __ATOMIC_RELAXED);
}

void vring_init(struct vring *vr, void *mem, uint16_t size, enum vring_dir dir,
		bool event_idx)
{
	const struct layout l = layout_of(size);
	char *m = mem;

	UK_ASSERT(POWER_OF_2(size) && size <= VRING_SIZE_MAX);
	memset(mem, 0, l.end);
	*vr = (struct vring){
		.desc = (struct vring_desc *)(void *)m,
		.avail = (struct vring_avail *)(void *)(m + l.avail),
		.used = (struct vring_used_elem *)(void *)(m + l.used),
		.cookie = (void **)(void *)(m + l.cookie),
		.room = (uint32_t *)(void *)(m + l.room),
		.free = (uint16_t *)(void *)(m + l.free),
		.size = size,
		.mask = (uint16_t)(size - 1),
		.event_idx = event_idx,
		.in_order = true,
	};
	for (uint16_t i = 0; i < size; i++) {
		vr->avail->ring[i] = i;
		if (dir == VRING_FROM_DEVICE)
			vr->desc[i].flags = VRING_DESC_F_WRITE;
	}
	/* 2.7.7.1: flags stay 0 where the event index rules. */
	vring_push_event(vr);
	if (!event_idx)
		vr->avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
}

/*
 * From here on identities come from a list. A cookie says that its identity
 * is out, so those that the device does not own lose theirs.
 */
static void leave_order(struct vring *vr)
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

unsigned int vring_reap_any(struct vring *vr, unsigned int n,
			    enum vring_dir dir, vring_put_t put, void *arg)
{
	unsigned int i;

	if (vr->in_order)
		leave_order(vr);
	for (i = 0; i < n; i++) {
		const struct vring_used_elem *e =
			&vr->used[vr->last_used & vr->mask];
		const uint32_t id = __atomic_load_n(&e->id, __ATOMIC_RELAXED);
		const uint32_t len = __atomic_load_n(&e->len, __ATOMIC_RELAXED);
		void *cookie;

		if (id > vr->mask || !vr->cookie[id] ||
		    (dir == VRING_FROM_DEVICE && len > vr->room[id])) {
			vr->broken = true;
			break;
		}
		cookie = vr->cookie[id];
		vr->cookie[id] = NULL;
		vr->free[vr->nb_free++] = (uint16_t)id;
		vr->last_used++;
		put(arg, cookie, len);
	}
	if ((uint16_t)(vr->used_event - vr->last_used) < 0x8000)
		vring_push_event(vr);
	return i;
}

void vring_drain(struct vring *vr, vring_put_t put, void *arg)
{
	if (vr->in_order)
		leave_order(vr);
	for (uint16_t id = 0; id < vr->size; id++)
		if (vr->cookie[id])
			put(arg, vr->cookie[id], 0);
	vr->broken = true;
	vr->last_used = vr->published = vr->next;
	memset(vr->cookie, 0, vr->size * sizeof(*vr->cookie));
}
