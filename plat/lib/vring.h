/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtqueue seen from the driver: buffers go out to the device in batches
 * and come back in batches. It has one of two layouts, split (virtio 1.2, 2.7)
 * or packed (2.8), fixed when it is laid out. The calls of the fast path take
 * the layout as a constant, so that nothing asks for it per buffer; what they
 * do in each is in vring_split.h and vring_packed.h.
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

#define VRING_SIZE_MAX 32768 /* 2.7, 2.8.10.1: the largest of either layout */

enum vring_layout {
	VRING_SPLIT,
	VRING_PACKED,
};

/* What the device gets: buffers to read, or buffers to write to. */
enum vring_dir {
	VRING_TO_DEVICE,
	VRING_FROM_DEVICE,
};

/* What the device did. */
enum vring_fault {
	VRING_FAULT_NONE,
	VRING_FAULT_ID,    /* used a buffer that it did not have: which */
	VRING_FAULT_LEN,   /* wrote more than there was room for: bytes */
	VRING_FAULT_COUNT, /* used more buffers than it had: how many */
};

struct vring_buf {
	uint64_t addr; /* physical */
	uint32_t len;  /* bytes; VRING_FROM_DEVICE: see vring_set_buf_len() */
	void *cookie;
	/*
	 * A constant, false unless set: it may well lie in that slot. Split:
	 * what stands there is not written again, as that would take the cache
	 * line from the device.
	 */
	bool likely_there;
};

/* Both layouts. */
#define VRING_DESC_F_WRITE 2

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

#define VRING_AVAIL_F_NO_INTERRUPT 1
#define VRING_USED_F_NO_NOTIFY 1

/*
 * 2.8.13: the one ring of the packed layout. `rest` is read and written in one
 * piece: len, identity << 32, flags << 48.
 */
struct vring_packed_desc {
	uint64_t addr;
	union {
		uint64_t rest;
		struct {
			uint32_t len;
			uint32_t id_flags;
		};
	};
};

#define VRING_PACKED_F_AVAIL (1 << 7)
#define VRING_PACKED_F_USED (1 << 15)

/* 2.8.14: event suppression, off_wrap | flags << 16. */
#define VRING_PACKED_EVENT_DISABLE 1
#define VRING_PACKED_EVENT_DESC 2

struct vring {
	union {
		struct vring_desc *desc;
		struct vring_packed_desc *packed;
	};
	/* Split: struct vring_avail. Packed: the driver's event suppression. */
	union {
		struct vring_avail *avail;
		uint32_t *driver_event;
	};
	/*
	 * Split, 2.7.8: what the device has used, id | len << 32. The elements
	 * start on a cache line; flags and idx are the 4 bytes before them,
	 * avail_event those after. Packed: the device's event suppression.
	 */
	union {
		uint64_t *used;
		uint32_t *device_event;
	};
	void **cookie;       /* by identity */
	uint16_t *free;      /* identities not in use; only while !in_order */
	uint64_t first_rest; /* packed: of the descriptor to be shown last */
	uint32_t buf_len;    /* room of each buffer, VRING_FROM_DEVICE */
	/* of that, what is usual: vring_set_usual_len() */
	uint32_t usual_len;
	uint32_t alike_len; /* in that range, of the last that was taken back */
	struct vring_buf same; /* of vring_add_same() */
	uint16_t nb_same; /* the last slots before `next`, all describing it */
	/* These count on: modulo the size they are a slot of the ring. */
	uint16_t next;      /* of the next buffer to be offered */
	uint16_t published; /* up to here the device has been shown */
	uint16_t last_used; /* of the next used element to be read */
	uint16_t size;      /* a power of two */
	uint16_t mask;
	uint16_t used_event; /* split: as the device sees it */
	uint16_t nb_free;    /* in `free` */
	bool event_idx;      /* VIRTIO_F_EVENT_IDX was negotiated */
	/*
	 * The device has always used the buffers in the order in which it got
	 * them. Then a slot's buffer has the slot's number as its identity, and
	 * the available ring of the split layout never has to be written.
	 */
	bool in_order;
	bool broken;
	enum vring_fault fault; /* why it is, where the ring found it out */
	uint32_t fault_value;   /* what enum vring_fault says */
};

/* Bytes that a ring of `size` needs, aligned to VRING_ALIGN. */
size_t vring_bytes(enum vring_layout layout, uint16_t size);
#define VRING_ALIGN 64

/*
 * Lays an empty ring out in `mem`, vring_bytes(layout, size) at VRING_ALIGN,
 * which stays the caller's. `size` is a power of two up to VRING_SIZE_MAX.
 * Device interrupts are off.
 */
void vring_init(struct vring *vr, void *mem, enum vring_layout layout,
		uint16_t size, enum vring_dir dir, bool event_idx);

/*
 * With VRING_FROM_DEVICE all buffers have room for `len` bytes; said once,
 * before the first is added.
 */
void vring_set_buf_len(struct vring *vr, enum vring_layout layout,
		       uint32_t len);

/*
 * The device is expected to write up to `len` bytes of a buffer: more, up to
 * its room, is right too, but slower. Without this call it is the room.
 */
static inline void vring_set_usual_len(struct vring *vr, uint32_t len)
{
	vr->usual_len = MIN(len, vr->buf_len);
}

/* The areas that the device is told (2.7, 2.8): descriptor, driver, device. */
static inline uint64_t vring_desc_addr(const struct vring *vr)
{
	return (uintptr_t)vr->desc;
}

static inline uint64_t vring_driver_addr(const struct vring *vr)
{
	return (uintptr_t)vr->avail;
}

static inline uint64_t vring_device_addr(const struct vring *vr,
					 enum vring_layout layout)
{
	return (uintptr_t)vr->used -
	       (layout == VRING_SPLIT ? 2 * sizeof(uint16_t) : 0);
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

/* From here on identities come from a list; see in_order. */
void vring_leave_order(struct vring *vr);

/* The device broke the rules. */
void vring_break(struct vring *vr, enum vring_fault fault, uint32_t value);

/*
 * Whether the device is to interrupt with the next buffer that it uses; it may
 * have used some before it sees that. Taking a batch back ends it, too, where
 * there is an event index.
 */
void vring_interrupt(struct vring *vr, enum vring_layout layout, bool on);

/* Split: notes that `last_used` moved: keeps the device from interrupting. */
void vring_push_event(struct vring *vr);

/*
 * Fills the `i`th buffer of a batch in; false when there is none. May be asked
 * for the same one again.
 */
typedef bool (*vring_get_t)(void *arg, size_t i, struct vring_buf *b);

/*
 * Takes the `i`th buffer of a batch back, with the bytes that the device says
 * it wrote: within the buffer, and without a meaning with VRING_TO_DEVICE. It
 * must not use the ring.
 */
typedef void (*vring_put_t)(void *arg, size_t i, void *cookie, uint32_t len);

/* 0 where a cookie's buffer is still as `arg` says. */
typedef uint32_t (*vring_differs_t)(const void *arg, const void *cookie);

/* Where the buffer of a cookie is. */
typedef uint64_t (*vring_addr_t)(const void *cookie);

/* Describes vr->same in the next `n` slots, without offering them. */
void vring_write_same(struct vring *vr, unsigned int n);

#define VRING_INLINE static inline __attribute__((always_inline))

/* Half of the work on one buffer would be the loop: eight are one step. */
#define VRING_STEP 8u
#define VRING_ALL(is) \
	(is(0) && is(1) && is(2) && is(3) && is(4) && is(5) && is(6) && is(7))

/*
 * Whether a step's cookies are those of a lap ago, and still fit; `at_once`: by
 * one branch, as an emulated CPU is slow at them.
 */
VRING_INLINE bool vring_is_again(void *const *from, void *const *cookie,
				 const vring_differs_t differs,
				 const bool at_once, const void *arg)
{
	uint64_t other = 0;

#define VRING_IS(k) (from[k] == cookie[k] && !differs(arg, from[k]))
#define VRING_OTHER(k)                                       \
	(other |= (uintptr_t)from[k] ^ (uintptr_t)cookie[k], \
	 other |= differs(arg, from[k]), true)
	return likely(at_once ? VRING_ALL(VRING_OTHER) && !other
			      : VRING_ALL(VRING_IS));
#undef VRING_OTHER
#undef VRING_IS
}

#include "plat/lib/vring_packed.h"
#include "plat/lib/vring_split.h"

/*
 * In the calls below `layout`, `dir`, `min`, functions and bools are constants
 * where they stand, so that each becomes one loop.
 */

/* Buffer by buffer, whatever the ring is like. */
VRING_INLINE unsigned int vring_add_any(struct vring *vr,
					const enum vring_layout layout,
					const enum vring_dir dir,
					unsigned int n, const vring_get_t get,
					void *arg)
{
	struct vring_buf b = {.likely_there = false};
	unsigned int i;

	for (i = 0; i < n && get(arg, i, &b); i++) {
		const uint16_t slot = vr->next & vr->mask;
		const uint16_t id =
			likely(vr->in_order) ? slot : vr->free[--vr->nb_free];

		if (dir == VRING_FROM_DEVICE)
			b.len = vr->buf_len;
		vr->cookie[id] = b.cookie;
		if (layout == VRING_SPLIT)
			vring_split_put(vr, slot, id, &b);
		else
			vring_packed_put(vr, dir, id, &b);
		vr->next++;
	}
	return i;
}

/*
 * Adds up to `n` buffers, each as `get` fills it in; stops when `get` returns
 * false. Returns how many were added. The device does not know of them before
 * vring_publish(). `n` is at most vring_room().
 */
VRING_INLINE unsigned int vring_add(struct vring *vr,
				    const enum vring_layout layout,
				    const enum vring_dir dir, unsigned int n,
				    const vring_get_t get, void *arg)
{
	/* The first of a packed batch is kept back. */
	const bool first =
		layout == VRING_PACKED && vr->next == vr->published && n;
	const unsigned int slow = likely(vr->in_order) ? first : n;
	unsigned int i;

	vr->nb_same = 0;
	i = vring_add_any(vr, layout, dir, slow, get, arg);
	if (unlikely(i < slow || !vr->in_order))
		return i;
	if (layout == VRING_SPLIT)
		return vring_split_add(vr, dir, n, get, arg);
	return vring_packed_add(vr, dir, i, n, get, arg);
}

/*
 * What vring_add() does with buffers of one length, `len`, where they are those
 * that lay in the same slots a lap ago: a user that has as many buffers as the
 * ring has slots, or half as many, and uses them in turns. Their descriptors
 * stand there already, in cache lines that the device need not fetch anew. Adds
 * up to `n`, at most vring_room(), as long as the cookies are the same and
 * nothing `differs`; returns how many, the next of which is vring_add()'s. Only
 * while in_order.
 */
VRING_INLINE unsigned int vring_add_again(struct vring *vr,
					  const enum vring_layout layout,
					  const enum vring_dir dir,
					  unsigned int n, void *const *cookies,
					  uint32_t len,
					  const vring_differs_t differs,
					  const bool at_once, const void *arg)
{
	vr->nb_same = 0;
	return layout == VRING_SPLIT
		       ? vring_split_again(vr, n, cookies, differs, at_once,
					   arg)
		       : vring_packed_again(vr, dir, n, cookies, len, differs,
					    at_once, arg);
}

/*
 * What vring_add() does with buffers of one length, `len`, to the device, where
 * that of a lap ago had it in each slot: it stands there, and what is written
 * is where each is. Adds up to `n`, at most vring_room(), as long as nothing
 * `differs`; returns how many, the next of which is vring_add()'s. Only while
 * in_order.
 */
VRING_INLINE unsigned int vring_add_alike(struct vring *vr,
					  const enum vring_layout layout,
					  unsigned int n, void *const *cookies,
					  uint32_t len, const vring_addr_t addr,
					  const vring_differs_t differs,
					  const void *arg)
{
	vr->nb_same = 0;
	return layout == VRING_SPLIT
		       ? vring_split_alike(vr, n, cookies, addr, differs, arg)
		       : vring_packed_alike(vr, n, cookies, len, addr, differs,
					    arg);
}

/*
 * Shows the device what was added since the last call. True when it asks to
 * be notified of that; the caller then does so.
 */
VRING_INLINE bool vring_publish(struct vring *vr,
				const enum vring_layout layout)
{
	const uint16_t old = vr->published, idx = vr->next;

	if (idx == old)
		return false;
	vr->published = idx;
	return layout == VRING_SPLIT ? vring_split_publish(vr, old, idx)
				     : vring_packed_publish(vr, old, idx);
}

/* Whether the device has used a buffer that vring_reap() has not returned. */
VRING_INLINE bool vring_waiting(const struct vring *vr,
				const enum vring_layout layout)
{
	return layout == VRING_SPLIT ? vring_split_waiting(vr)
				     : vring_packed_waiting(vr);
}

/* No more than this has been used; packed: all that could have been. */
VRING_INLINE unsigned int vring_shown_used(struct vring *vr,
					   const enum vring_layout layout)
{
	unsigned int n = (uint16_t)(vr->published - vr->last_used);

	if (layout == VRING_SPLIT)
		n = vring_split_pending(vr, n);
	return unlikely(vr->broken) ? 0 : n;
}

/* Half way to where an interrupt would be due. */
VRING_INLINE void vring_move_event(struct vring *vr,
				   const enum vring_layout layout)
{
	if (layout == VRING_SPLIT &&
	    unlikely((uint16_t)(vr->used_event - vr->last_used) < 0x8000))
		vring_push_event(vr);
}

/*
 * The `i`th up to the `n`th of a batch, each checked by itself. Whoever comes
 * in another order than it went out ends the order.
 */
VRING_INLINE unsigned int vring_reap_any(struct vring *vr,
					 const enum vring_layout layout,
					 const enum vring_dir dir,
					 unsigned int i, unsigned int n,
					 const vring_put_t put, void *arg)
{
	for (; i < n; i++) {
		uint32_t id, len;
		void *cookie;

		if (layout == VRING_SPLIT)
			vring_split_used(vr, &id, &len);
		else if (!vring_packed_used(vr, &id, &len))
			break;
		if (vr->in_order && id != (vr->last_used & vr->mask))
			vring_leave_order(vr);
		if (id > vr->mask || !vr->cookie[id]) {
			vring_break(vr, VRING_FAULT_ID, id);
			break;
		}
		if (dir == VRING_FROM_DEVICE && len > vr->buf_len) {
			vring_break(vr, VRING_FAULT_LEN, len);
			break;
		}
		cookie = vr->cookie[id];
		if (!vr->in_order) {
			vr->cookie[id] = NULL;
			vr->free[vr->nb_free++] = (uint16_t)id;
		}
		vr->last_used++;
		put(arg, i, cookie, len);
	}
	return i;
}

/*
 * Takes up to `n` used buffers back and hands each to `put`, but from the first
 * one on that is not as usual, to `odd`: be it that it comes in another order,
 * or that less than `min` bytes were written, or more than the usual length,
 * which is `min` at least. Returns how many there were; none once the ring is
 * broken, which this call can find out.
 */
VRING_INLINE unsigned int vring_reap_usual(struct vring *vr,
					   const enum vring_layout layout,
					   const enum vring_dir dir,
					   const uint32_t min, unsigned int n,
					   const vring_put_t put,
					   const vring_put_t odd, void *arg)
{
	/* Read once: the device may use more at any time. */
	const unsigned int used = vring_shown_used(vr, layout);
	unsigned int i = 0;

	n = MIN(n, used);
	/* Most looks at what was received find nothing. */
	if (dir == VRING_FROM_DEVICE &&
	    (!n || (layout == VRING_PACKED && !vring_packed_waiting(vr))))
		return 0;
	if (likely(vr->in_order)) {
		if (layout == VRING_SPLIT)
			i = vring_split_reap(vr, dir, min, n, put, arg);
		else
			i = vring_packed_reap(vr, dir, min, n, put, arg);
	}
	if (unlikely(i < n))
		i = vring_reap_any(vr, layout, dir, i, n, odd, arg);
	vring_move_event(vr, layout);
	return i;
}

/* The same with `put` for all. */
VRING_INLINE unsigned int vring_reap(struct vring *vr,
				     const enum vring_layout layout,
				     const enum vring_dir dir,
				     const uint32_t min, unsigned int n,
				     const vring_put_t put, void *arg)
{
	return vring_reap_usual(vr, layout, dir, min, n, put, put, arg);
}

/* The same with `put` for all, none of which is usual. */
VRING_INLINE unsigned int vring_reap_each(struct vring *vr,
					  const enum vring_layout layout,
					  const enum vring_dir dir,
					  unsigned int n, const vring_put_t put,
					  void *arg)
{
	const unsigned int used = vring_shown_used(vr, layout);

	n = vring_reap_any(vr, layout, dir, 0, MIN(n, used), put, arg);
	vring_move_event(vr, layout);
	return n;
}

/*
 * What vring_add() does with `n` times the same buffer, VRING_TO_DEVICE. Once
 * the whole ring holds it there is next to nothing to be written, and the
 * device reads descriptors that have not changed.
 */
VRING_INLINE void vring_add_same(struct vring *vr,
				 const enum vring_layout layout,
				 const struct vring_buf *b, unsigned int n)
{
	unsigned int fresh;

	if (b->cookie != vr->same.cookie || b->addr != vr->same.addr ||
	    b->len != vr->same.len) {
		vr->same = *b;
		vr->nb_same = 0;
	}
	fresh = MIN(n, (unsigned int)vr->size - vr->nb_same);
	vr->nb_same = (uint16_t)(vr->nb_same + fresh);
	if (unlikely(fresh))
		vring_write_same(vr, fresh);
	if (layout == VRING_PACKED)
		vring_packed_offer(vr, n);
	else
		vr->next = (uint16_t)(vr->next + n);
}

/* Whether vring_add_same() can be used at all, and all it added is in order. */
VRING_INLINE bool vring_is_same(const struct vring *vr)
{
	return vr->in_order && vr->nb_same >= vring_outstanding(vr);
}

/*
 * Where vring_is_same(): takes up to `max` used buffers back for as long as all
 * is well with them and returns how many; the cookie of each is
 * vr->same.cookie. What it leaves is vring_reap()'s, which is to be called
 * next.
 */
VRING_INLINE unsigned int vring_reap_same(struct vring *vr,
					  const enum vring_layout layout,
					  unsigned int max, const bool at_once)
{
	const unsigned int used = vring_shown_used(vr, layout);
	const unsigned int n = MIN(used, max);

	return layout == VRING_SPLIT ? vring_split_check(vr, n, at_once)
				     : vring_packed_check(vr, n, at_once);
}

/*
 * Hands every buffer that the device owned to `put`, with a length of 0. Only
 * once the device is reset or where it has never been started. The ring is of
 * no use after that until it is laid out anew.
 */
void vring_drain(struct vring *vr, vring_put_t put, void *arg);

#endif /* LIB_VRING_H */
