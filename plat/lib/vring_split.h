/* SPDX-License-Identifier: BSD-3-Clause */
/* The split layout (virtio 1.2, 2.7) on the fast path. Part of vring.h. */
#ifndef LIB_VRING_SPLIT_H
#define LIB_VRING_SPLIT_H

/* Describes the buffer `id` and offers it in `slot`. */
VRING_INLINE void vring_split_put(struct vring *vr, uint16_t slot, uint16_t id,
				  const struct vring_buf *b)
{
	vr->desc[id].addr = b->addr;
	vr->desc[id].len = b->len;
	vr->avail->ring[slot] = id;
}

VRING_INLINE void vring_split_describe(struct vring_desc *desc, void **cookie,
				       const enum vring_dir dir,
				       const struct vring_buf *b)
{
	*cookie = b->cookie;
	if (b->likely_there &&
	    likely(!((desc->addr ^ b->addr) |
		     (dir == VRING_TO_DEVICE ? desc->len ^ b->len : 0))))
		return;
	desc->addr = b->addr;
	if (dir == VRING_TO_DEVICE)
		desc->len = b->len;
}

/* In order: the identities stand in the available ring already. */
VRING_INLINE unsigned int vring_split_add(struct vring *vr,
					  const enum vring_dir dir,
					  unsigned int n, const vring_get_t get,
					  void *arg)
{
	const uint16_t next = vr->next;
	struct vring_buf b = {.likely_there = false};
	size_t i = 0;

#define VRING_ADD(k)                            \
	if (unlikely(!get(arg, i + (k), &b))) { \
		i += (k);                       \
		goto out;                       \
	}                                       \
	vring_split_describe(desc + (k), cookie + (k), dir, &b)
	while (i < n) {
		const unsigned int at = (next + i) & vr->mask;
		const size_t end = MIN((size_t)n, i + vr->size - at);
		struct vring_desc *desc = vr->desc + at;
		void **cookie = vr->cookie + at;

		for (; i + 4 <= end; i += 4, desc += 4, cookie += 4) {
			VRING_ADD(0);
			VRING_ADD(1);
			VRING_ADD(2);
			VRING_ADD(3);
		}
		for (; i < end; i++, desc++, cookie++) {
			VRING_ADD(0);
		}
	}
#undef VRING_ADD
out:
	vr->next = (uint16_t)(next + i);
	return (unsigned int)i;
}

/* See vring_add_again(): the descriptors stay as they are. */
VRING_INLINE unsigned int vring_split_again(struct vring *vr, unsigned int n,
					    void *const *from,
					    const vring_differs_t differs,
					    const bool at_once, const void *arg)
{
	unsigned int i = 0;

	while (i < n) {
		const uint16_t slot = vr->next & vr->mask;
		unsigned int left = MIN(n - i, (unsigned int)vr->size - slot);
		void *const *const start = from;
		void *const *cookie = vr->cookie + slot;

		for (; left >= VRING_STEP; left -= VRING_STEP) {
			if (!vring_is_again(from, cookie, differs, at_once,
					    arg))
				break;
			from += VRING_STEP;
			cookie += VRING_STEP;
		}
		for (; left && *from == *cookie && !differs(arg, *from);
		     left--) {
			from++;
			cookie++;
		}
		i += (unsigned int)(from - start);
		vr->next = (uint16_t)(vr->next + (from - start));
		if (unlikely(left))
			break;
	}
	return i;
}

/*
 * Has the lines of `n` descriptors come from the device's CPU all at once, not
 * one after the other as they are written. Stores of what stands there: an
 * emulated CPU passes over instructions that prefetch.
 */
VRING_INLINE void vring_split_fetch(struct vring_desc *desc, unsigned int n)
{
	for (unsigned int i = 0; i < n; i += 64 / sizeof(*desc))
		__atomic_store_n(&desc[i].next, 0, __ATOMIC_RELAXED);
}

/* See vring_add_alike(): the lengths stay as they are. */
VRING_INLINE unsigned int vring_split_alike(struct vring *vr, unsigned int n,
					    void *const *from,
					    const vring_addr_t addr,
					    const vring_differs_t differs,
					    const void *arg)
{
	unsigned int i = 0;

#define VRING_PUT(k)               \
	(!differs(arg, from[k]) && \
	 (desc[k].addr = addr(from[k]), cookie[k] = from[k], true))
	while (i < n) {
		const uint16_t slot = vr->next & vr->mask;
		unsigned int left = MIN(n - i, (unsigned int)vr->size - slot);
		void *const *const start = from;
		struct vring_desc *desc = vr->desc + slot;
		void **cookie = vr->cookie + slot;

		vring_split_fetch(desc, left);
		for (; left >= VRING_STEP; left -= VRING_STEP) {
			if (unlikely(!VRING_ALL(VRING_PUT)))
				break;
			from += VRING_STEP;
			desc += VRING_STEP;
			cookie += VRING_STEP;
		}
		for (; left && VRING_PUT(0); left--) {
			from++;
			desc++;
			cookie++;
		}
		i += (unsigned int)(from - start);
		vr->next = (uint16_t)(vr->next + (from - start));
		if (unlikely(left))
			break;
	}
#undef VRING_PUT
	return i;
}

VRING_INLINE bool vring_split_publish(struct vring *vr, uint16_t old,
				      uint16_t idx)
{
	const uint16_t *const event = (uint16_t *)&vr->used[vr->size];
	const uint16_t *const flags = (uint16_t *)vr->used - 2;

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

/* 2.7.14: the index before the elements. */
VRING_INLINE uint16_t vring_split_used_idx(const struct vring *vr)
{
	return __atomic_load_n((uint16_t *)vr->used - 1, __ATOMIC_ACQUIRE);
}

VRING_INLINE bool vring_split_waiting(const struct vring *vr)
{
	return vring_split_used_idx(vr) != vr->last_used;
}

/* How many of the `shown` buffers the device has used. */
VRING_INLINE unsigned int vring_split_pending(struct vring *vr,
					      unsigned int shown)
{
	const uint16_t n = (uint16_t)(vring_split_used_idx(vr) - vr->last_used);

	if (unlikely(n > shown))
		vring_break(vr, VRING_FAULT_COUNT, n);
	return n;
}

/* Once: the device can change it under our eyes. */
VRING_INLINE uint64_t vring_split_elem(const uint64_t *e)
{
	return __atomic_load_n(e, __ATOMIC_RELAXED);
}

VRING_INLINE void vring_split_used(const struct vring *vr, uint32_t *id,
				   uint32_t *len)
{
	const uint64_t e =
		vring_split_elem(&vr->used[vr->last_used & vr->mask]);

	*id = (uint32_t)e;
	*len = (uint32_t)(e >> 32);
}

/* Whether an element is of the buffer that is due, its length in range. */
VRING_INLINE bool vring_split_due(const uint64_t *used, uint64_t want,
				  const enum vring_dir dir, const uint32_t min,
				  uint32_t span, uint32_t *len)
{
	uint64_t e;

	if (dir == VRING_TO_DEVICE)
		return likely(*(const uint32_t *)(const void *)used ==
			      (uint32_t)want);
	/*
	 * The difference of the lengths below, that of the identities above:
	 * one comparison.
	 */
	e = vring_split_elem(used) - want;
	e = e << 32 | e >> 32;
	if (unlikely(e > span))
		return false;
	*len = (uint32_t)e + min;
	if (*len < min)
		__builtin_unreachable();
	return true;
}

/*
 * In order and all as long as the last, by one look at a step of them, as an
 * emulated CPU is slow where it has to branch. Returns how many of `n`.
 */
VRING_INLINE size_t vring_split_reap_alike(struct vring *vr, const uint32_t min,
					   unsigned int n,
					   const vring_put_t put, void *arg)
{
	const uint32_t at = vr->last_used & vr->mask, len = vr->alike_len;
	const size_t end = MIN(n, (unsigned int)vr->size - at);
	const uint64_t *used = vr->used + at;
	void *const *cookie = vr->cookie + at;
	uint64_t want = (uint64_t)len << 32 | at;
	size_t i;

#define VRING_OTHER(k) \
	(other |= vring_split_elem(used + (k)) ^ (want + (k)), true)
#define VRING_TAKE(k) (put(arg, i + (k), cookie[k], len), true)
	if (unlikely(len - min > vr->usual_len - min))
		return 0;
	for (i = 0; i + VRING_STEP <= end; i += VRING_STEP) {
		uint64_t other = 0;

		if (unlikely(!VRING_ALL(VRING_OTHER) || other))
			break;
		(void)VRING_ALL(VRING_TAKE);
		used += VRING_STEP;
		cookie += VRING_STEP;
		want += VRING_STEP;
	}
#undef VRING_TAKE
#undef VRING_OTHER
	return i;
}

/* In order; stops at the first of `n` that is not what it should be. */
VRING_INLINE unsigned int vring_split_reap(struct vring *vr,
					   const enum vring_dir dir,
					   const uint32_t min, unsigned int n,
					   const vring_put_t put, void *arg)
{
	const uint16_t first = vr->last_used;
	const uint32_t span = vr->usual_len - min;
	uint32_t len = vr->alike_len;
	size_t i = 0;

	if (dir == VRING_FROM_DEVICE)
		i = vring_split_reap_alike(vr, min, n, put, arg);
#define VRING_TAKE(k)                                                         \
	if (unlikely(!vring_split_due(used + (k), want + (k), dir, min, span, \
				      &len))) {                               \
		i += (k);                                                     \
		goto out;                                                     \
	}                                                                     \
	put(arg, i + (k), cookie[k], len)
	while (i < n) {
		const uint32_t at = (first + i) & vr->mask;
		const size_t end = MIN((size_t)n, i + vr->size - at);
		const uint64_t *used = vr->used + at;
		void *const *cookie = vr->cookie + at;
		uint64_t want = (uint64_t)min << 32 | at;

		for (; dir == VRING_TO_DEVICE && i + 8 <= end;
		     i += 8, used += 8, cookie += 8, want += 8) {
			VRING_TAKE(0);
			VRING_TAKE(1);
			VRING_TAKE(2);
			VRING_TAKE(3);
			VRING_TAKE(4);
			VRING_TAKE(5);
			VRING_TAKE(6);
			VRING_TAKE(7);
		}
		for (; i < end; i++, used++, cookie++, want++) {
			VRING_TAKE(0);
		}
	}
#undef VRING_TAKE
out:
	vr->last_used = (uint16_t)(first + i);
	if (dir == VRING_FROM_DEVICE)
		vr->alike_len = len;
	return (unsigned int)i;
}

/* In order; how many of `n` are what they should be. */
VRING_INLINE unsigned int vring_split_check(struct vring *vr, unsigned int n,
					    const bool at_once)
{
	unsigned int i = 0;

	while (i < n) {
		uint32_t id = vr->last_used & vr->mask;
		unsigned int left = MIN(n - i, (unsigned int)vr->size - id);
		const uint64_t *used = vr->used + id;
		const uint64_t *const start = used;

#define VRING_IS(k) ((uint32_t)used[k] == id + (k))
#define VRING_OTHER(k) (other |= (uint32_t)used[k] ^ (id + (k)), true)
		for (; left >= VRING_STEP; left -= VRING_STEP) {
			uint32_t other = 0;

			if (unlikely(at_once ? VRING_ALL(VRING_OTHER) && other
					     : !VRING_ALL(VRING_IS)))
				break;
			used += VRING_STEP;
			id += VRING_STEP;
		}
		for (; left && VRING_IS(0); left--) {
			used++;
			id++;
		}
#undef VRING_OTHER
#undef VRING_IS
		i += (unsigned int)(used - start);
		vr->last_used = (uint16_t)(vr->last_used + (used - start));
		if (unlikely(left))
			break;
	}
	return i;
}

#endif /* LIB_VRING_SPLIT_H */
