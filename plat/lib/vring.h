/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtqueue seen from the driver: buffers go out to the device in batches
 * and come back in batches. This is the split layout (virtio 1.2, 2.7); its
 * structures stay inside this header and vring.c, so that another layout fits
 * beside it under the same five calls.
 *
 * Each buffer is one piece of memory and takes one descriptor. A cookie goes
 * with it, never NULL; the ring holds it while the device owns the buffer and
 * gives it back exactly once, through vring_reap() or vring_drain().
 *
 * The device is not trusted: an index that moves by more than what it was
 * given, an identity that it does not own, or more bytes written than there
 * was room for make the ring `broken` for good. What it still held then comes
 * back by vring_drain() once the device is stopped.
 *
 * No hardware is touched here: whoever owns the ring tells the device. One
 * user at a time; nothing waits or allocates.
 */
#ifndef LIB_VRING_H
#define LIB_VRING_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/essentials.h>

#define VRING_SIZE_MAX 32768 /* 2.7: the largest split ring */

/* What the device gets: buffers to read, or buffers to write to. */
enum vring_dir {
	VRING_TO_DEVICE,
	VRING_FROM_DEVICE,
};

struct vring_buf {
	uint64_t addr; /* physical */
	uint32_t len;  /* bytes */
	void *cookie;
};

/* 2.7.5: the descriptor table. */
struct vring_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/* 2.7.6: what the driver offers. used_event follows ring[size]. */
struct vring_avail {
	uint16_t flags;
	uint16_t idx;
	uint16_t ring[];
};

struct vring_used_elem {
	uint32_t id;
	uint32_t len;
} __align(8);

#define VRING_DESC_F_WRITE 2
#define VRING_AVAIL_F_NO_INTERRUPT 1
#define VRING_USED_F_NO_NOTIFY 1

struct vring {
	struct vring_desc *desc;
	struct vring_avail *avail;
	/*
	 * 2.7.8: what the device has used. The elements start on a cache line;
	 * flags and idx are the 4 bytes before them, avail_event those after.
	 */
	struct vring_used_elem *used;
	void **cookie;  /* by identity */
	uint32_t *room; /* by identity: bytes the device may write */
	uint16_t *free; /* identities not in use; only while !in_order */
	uint16_t size;  /* a power of two */
	uint16_t mask;
	uint16_t next;       /* index of the next buffer to be offered */
	uint16_t published;  /* avail->idx as the device sees it */
	uint16_t last_used;  /* index of the next used element to be read */
	uint16_t used_event; /* as the device sees it */
	uint16_t nb_free;    /* in `free` */
	bool event_idx;      /* VIRTIO_F_EVENT_IDX was negotiated */
	/*
	 * The device has always used the buffers in the order in which it got
	 * them. Then identity and slot are the index modulo the size, and the
	 * available ring never has to be written.
	 */
	bool in_order;
	bool broken;
};

/* Bytes that a ring of `size` needs, aligned to VRING_ALIGN. */
size_t vring_bytes(uint16_t size);
#define VRING_ALIGN 64

/*
 * Lays an empty ring out in `mem`, vring_bytes(size) at VRING_ALIGN, which
 * stays the caller's. `size` is a power of two up to VRING_SIZE_MAX. Device
 * interrupts are off: the ring is polled.
 */
void vring_init(struct vring *vr, void *mem, uint16_t size, enum vring_dir dir,
		bool event_idx);

/* The addresses that the device is told: 2.7 calls these its three areas. */
static inline uint64_t vring_desc_addr(const struct vring *vr)
{
	return (uintptr_t)vr->desc;
}

static inline uint64_t vring_avail_addr(const struct vring *vr)
{
	return (uintptr_t)vr->avail;
}

static inline uint64_t vring_used_addr(const struct vring *vr)
{
	return (uintptr_t)vr->used - 2 * sizeof(uint16_t);
}

/* Buffers that the device owns, published or not. */
static inline uint16_t vring_outstanding(const struct vring *vr)
{
	return (uint16_t)(vr->next - vr->last_used);
}

/* Buffers that can be added now. */
static inline uint16_t vring_room(const struct vring *vr)
{
	return (uint16_t)(vr->size - vring_outstanding(vr));
}

#define VRING_INLINE static inline __attribute__((always_inline))

/*
 * Adds up to `n` buffers, each as `get` fills it in; stops when `get` returns
 * false. Returns how many were added. The device does not know of them before
 * vring_publish(). `n` is at most vring_room(). `get` and `dir` are constants
 * where this is called, so that the whole becomes one loop.
 */
VRING_INLINE unsigned int vring_add(
	struct vring *vr, unsigned int n, const enum vring_dir dir,
	bool (*const get)(void *arg, struct vring_buf *b), void *arg)
{
	struct vring_desc *const desc = vr->desc;
	void **const cookie = vr->cookie;
	uint32_t *const room = vr->room;
	const uint16_t mask = vr->mask, next = vr->next;
	const bool in_order = vr->in_order;
	struct vring_buf b;
	unsigned int i;

	for (i = 0; i < n; i++) {
		uint16_t id = (uint16_t)(next + i) & mask;

		if (unlikely(!get(arg, &b)))
			break;
		if (unlikely(!in_order)) {
			uint16_t slot = id;

			id = vr->free[--vr->nb_free];
			vr->avail->ring[slot] = id;
		}
		desc[id].addr = b.addr;
		desc[id].len = b.len;
		cookie[id] = b.cookie;
		if (dir == VRING_FROM_DEVICE)
			room[id] = b.len;
	}
	vr->next = (uint16_t)(next + i);
	return i;
}

/*
 * Shows the device what was added since the last call. True when it asks to
 * be notified of that; the caller then does so.
 */
static inline bool vring_publish(struct vring *vr)
{
	const uint16_t old = vr->published, idx = vr->next;
	const uint16_t *const event = (uint16_t *)&vr->used[vr->size];
	const uint16_t *const flags = (uint16_t *)vr->used - 2;

	if (idx == old)
		return false;
	vr->published = idx;
	/* 2.7.13.3.1: descriptors and ring before the index. */
	__atomic_store_n(&vr->avail->idx, idx, __ATOMIC_RELEASE);
	/*
	 * 2.7.13.4.1: the index before the read of what suppresses the
	 * notification. The one order that x86 does not keep by itself.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* 2.7.10.1: the device names the index that it wants to hear of. */
	if (vr->event_idx)
		return (uint16_t)(idx -
				  __atomic_load_n(event, __ATOMIC_RELAXED) -
				  1) < (uint16_t)(idx - old);
	return !(__atomic_load_n(flags, __ATOMIC_RELAXED) &
		 VRING_USED_F_NO_NOTIFY);
}

/*
 * Buffers that the device has used and vring_reap() has not returned. 0 when
 * the ring is broken, which this call can find out.
 */
static inline uint16_t vring_pending(struct vring *vr)
{
	/* 2.7.14: the index before the elements. */
	const uint16_t idx =
		__atomic_load_n((uint16_t *)vr->used - 1, __ATOMIC_ACQUIRE);
	const uint16_t n = (uint16_t)(idx - vr->last_used);

	if (unlikely(n > (uint16_t)(vr->published - vr->last_used)))
		vr->broken = true;
	return unlikely(vr->broken) ? 0 : n;
}

typedef void (*vring_put_t)(void *arg, void *cookie, uint32_t len);

/* vring_reap() for a device that has once left the order. */
unsigned int vring_reap_any(struct vring *vr, unsigned int n,
			    enum vring_dir dir, vring_put_t put, void *arg);

/* Notes that `last_used` moved: keeps the device from interrupting. */
void vring_push_event(struct vring *vr);

/*
 * Takes `n` used buffers back, no more than vring_pending() has just said, and
 * hands each to `put` with the bytes that the device says it wrote (which is
 * within the buffer; means nothing with VRING_TO_DEVICE). Returns how many;
 * fewer than `n` only when the ring broke. `put` must not use the ring.
 */
VRING_INLINE unsigned int vring_reap(struct vring *vr, unsigned int n,
				     const enum vring_dir dir,
				     const vring_put_t put, void *arg)
{
	const struct vring_used_elem *const used = vr->used;
	void **const cookie = vr->cookie;
	const uint32_t *const room = vr->room;
	const uint16_t mask = vr->mask, first = vr->last_used;
	unsigned int i = 0;

	if (unlikely(!vr->in_order))
		return vring_reap_any(vr, n, dir, put, arg);
	for (; i < n; i++) {
		const uint16_t id = (uint16_t)(first + i) & mask;
		/* Once: the device can change it under our eyes. */
		const uint64_t e =
			*(const volatile uint64_t *)(const void *)&used[id];
		const uint32_t len = (uint32_t)(e >> 32);

		if (unlikely((uint32_t)e != id)) {
			vr->last_used = (uint16_t)(first + i);
			return i + vring_reap_any(vr, n - i, dir, put, arg);
		}
		if (dir == VRING_FROM_DEVICE && unlikely(len > room[id])) {
			vr->broken = true;
			break;
		}
		put(arg, cookie[id], len);
	}
	vr->last_used = (uint16_t)(first + i);
	/* Half way to where an interrupt would be due. */
	if (unlikely((uint16_t)(vr->used_event - vr->last_used) < 0x8000))
		vring_push_event(vr);
	return i;
}

/*
 * Hands every buffer that the device owned to `put`, with a length of 0. Only
 * once the device is reset or where it has never been started. The ring is of
 * no use after that until it is laid out anew.
 */
void vring_drain(struct vring *vr, vring_put_t put, void *arg);

#endif /* LIB_VRING_H */
