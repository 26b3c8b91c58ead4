/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packed layout (virtio 1.2, 2.8) on the fast path. Part of vring.h.
 *
 * The wrap counters of 2.8.1 are the bit above a slot's number in the indices
 * of struct vring: 1 on the first lap, where that bit is 0.
 */
#ifndef LIB_VRING_PACKED_H
#define LIB_VRING_PACKED_H

/* Flags of 2.8.1 in the place where `rest` has them. */
#define VRING_PACKED_LAP(avail, used)                    \
	((uint64_t)((avail ? VRING_PACKED_F_AVAIL : 0) | \
		    (used ? VRING_PACKED_F_USED : 0))    \
	 << 48)
#define VRING_PACKED_BOTH VRING_PACKED_LAP(true, true)
/* Flags other than these say nothing in a used descriptor. */
#define VRING_PACKED_MASK (VRING_PACKED_BOTH | 0xffffffffffff)

/* Flags of an available descriptor, and of a used one, at an index. */
VRING_INLINE uint64_t vring_packed_avail(const struct vring *vr,
					 const enum vring_dir dir, uint16_t at)
{
	const uint64_t write = dir == VRING_FROM_DEVICE
				       ? (uint64_t)VRING_DESC_F_WRITE << 48
				       : 0;

	return write | (at & vr->size ? VRING_PACKED_LAP(false, true)
				      : VRING_PACKED_LAP(true, false));
}

VRING_INLINE uint64_t vring_packed_done(const struct vring *vr, uint16_t at)
{
	return at & vr->size ? 0 : VRING_PACKED_BOTH;
}

/*
 * An identity more, in `rest`. The compiler is not to know: it would load each
 * multiple as a constant, which takes an instruction, instead of adding them.
 */
VRING_INLINE uint64_t vring_packed_one(void)
{
	uint64_t one = 1ull << 32;

	__asm__("" : "+r"(one));
	return one;
}

/* 2.8.19: of a batch the first descriptor is shown last. */
VRING_INLINE void vring_packed_put(struct vring *vr, const enum vring_dir dir,
				   uint16_t id, const struct vring_buf *b)
{
	struct vring_packed_desc *d = vr->packed + (vr->next & vr->mask);
	const uint64_t rest = vring_packed_avail(vr, dir, vr->next) |
			      (uint64_t)id << 32 | b->len;

	d->addr = b->addr;
	if (vr->next == vr->published)
		vr->first_rest = rest;
	else
		d->rest = rest;
}

VRING_INLINE void vring_packed_describe(struct vring_packed_desc *d,
					void **cookie, uint64_t rest,
					const enum vring_dir dir,
					const struct vring_buf *b)
{
	d->addr = b->addr;
	d->rest = dir == VRING_FROM_DEVICE ? rest : rest + b->len;
	*cookie = b->cookie;
}

/* In order, from the `i`th of a batch on, which is not the first. */
VRING_INLINE unsigned int vring_packed_add(struct vring *vr,
					   const enum vring_dir dir,
					   unsigned int i, unsigned int n,
					   const vring_get_t get, void *arg)
{
	const uint16_t next = (uint16_t)(vr->next - i);
	const uint64_t one = vring_packed_one();
	struct vring_buf b = {.likely_there = false};

#define VRING_ADD(k)                            \
	if (unlikely(!get(arg, i + (k), &b))) { \
		i += (k);                       \
		goto out;                       \
	}                                       \
	vring_packed_describe(d + (k), cookie + (k), rest + (k)*one, dir, &b)
	while (i < n) {
		const uint16_t at = (uint16_t)(next + i);
		const uint16_t slot = at & vr->mask;
		const size_t end = MIN((size_t)n, i + vr->size - slot);
		struct vring_packed_desc *d = vr->packed + slot;
		void **cookie = vr->cookie + slot;
		uint64_t rest = vring_packed_avail(vr, dir, at) | slot * one;

		if (dir == VRING_FROM_DEVICE)
			rest |= vr->buf_len;
		for (; i + 4 <= end;
		     i += 4, d += 4, cookie += 4, rest += 4 * one) {
			VRING_ADD(0);
			VRING_ADD(1);
			VRING_ADD(2);
			VRING_ADD(3);
		}
		for (; i < end; i++, d++, cookie++, rest += one) {
			VRING_ADD(0);
		}
	}
#undef VRING_ADD
out:
	vr->next = (uint16_t)(next + i);
	return (unsigned int)i;
}

/* Offers the buffers of a step, whose addresses stand there. */
VRING_INLINE void vring_packed_step(struct vring_packed_desc *d, uint64_t *head,
				    uint64_t rest, const uint64_t one)
{
	*head = rest;
	d[1].rest = rest += one;
	d[2].rest = rest += one;
	d[3].rest = rest += one;
	d[4].rest = rest += one;
	d[5].rest = rest += one;
	d[6].rest = rest += one;
	d[7].rest = rest + one;
}

/* See vring_add_again(): the addresses stay as they are. */
VRING_INLINE unsigned int vring_packed_again(
	struct vring *vr, const enum vring_dir dir, unsigned int n,
	void *const *from, uint32_t len, const vring_differs_t differs,
	const bool at_once, const void *arg)
{
	const uint64_t one = vring_packed_one();
	unsigned int i = 0;

	while (i < n) {
		const uint16_t slot = vr->next & vr->mask;
		unsigned int left = MIN(n - i, (unsigned int)vr->size - slot);
		void *const *const start = from;
		void *const *cookie = vr->cookie + slot;
		struct vring_packed_desc *d = vr->packed + slot;
		uint64_t rest = vring_packed_avail(vr, dir, vr->next) |
				(uint64_t)slot << 32 | len;
		/* What is shown last: the rest of the first of a batch. */
		bool first = vr->next == vr->published;

		/* By itself, unless what is short is better. */
		if (!at_once && first && left >= VRING_STEP &&
		    vring_is_again(from, cookie, differs, at_once, arg)) {
			vring_packed_step(d, &vr->first_rest, rest, one);
			from += VRING_STEP;
			cookie += VRING_STEP;
			d += VRING_STEP;
			rest += VRING_STEP * one;
			left -= VRING_STEP;
			first = false;
		}
		for (; left >= VRING_STEP && (at_once || !first);
		     left -= VRING_STEP) {
			if (!vring_is_again(from, cookie, differs, at_once,
					    arg))
				break;
			vring_packed_step(d, first ? &vr->first_rest : &d->rest,
					  rest, one);
			from += VRING_STEP;
			cookie += VRING_STEP;
			d += VRING_STEP;
			rest += VRING_STEP * one;
			first = false;
		}
		for (; left && *from == *cookie && !differs(arg, *from);
		     left--) {
			*(first ? &vr->first_rest : &d->rest) = rest;
			from++;
			cookie++;
			d++;
			rest += one;
			first = false;
		}
		i += (unsigned int)(from - start);
		vr->next = (uint16_t)(vr->next + (from - start));
		if (unlikely(left))
			break;
	}
	return i;
}

/*
 * See vring_add_alike(). The first of a batch is kept back, and is offered by
 * itself.
 */
VRING_INLINE unsigned int vring_packed_alike(struct vring *vr, unsigned int n,
					     void *const *from, uint32_t len,
					     const vring_addr_t addr,
					     const vring_differs_t differs,
					     const void *arg)
{
	const uint64_t one = vring_packed_one();
	unsigned int i = 0;

#define VRING_PUT_AT(k, at)                                                  \
	(!differs(arg, from[k]) && (d[k].addr = addr(from[k]), *(at) = rest, \
				    cookie[k] = from[k], rest += one, true))
#define VRING_PUT(k) VRING_PUT_AT(k, &d[k].rest)
	while (i < n) {
		const uint16_t slot = vr->next & vr->mask;
		unsigned int left = MIN(n - i, (unsigned int)vr->size - slot);
		void *const *const start = from;
		struct vring_packed_desc *d = vr->packed + slot;
		void **cookie = vr->cookie + slot;
		const uint64_t base =
			vring_packed_avail(vr, VRING_TO_DEVICE, vr->next) |
			(uint64_t)slot << 32 | len;
		uint64_t rest = base;

		if (vr->next == vr->published) {
			if (unlikely(!VRING_PUT_AT(0, &vr->first_rest)))
				break;
			from++, d++, cookie++, left--;
		}
		for (; left >= VRING_STEP; left -= VRING_STEP) {
			if (unlikely(!VRING_ALL(VRING_PUT)))
				break;
			from += VRING_STEP;
			d += VRING_STEP;
			cookie += VRING_STEP;
		}
		/* In a step that was left half way it was moved on. */
		rest = base + (uint64_t)(from - start) * one;
		for (; left && VRING_PUT(0); left--) {
			from++;
			d++;
			cookie++;
		}
		i += (unsigned int)(from - start);
		vr->next = (uint16_t)(vr->next + (from - start));
		if (unlikely(left))
			break;
	}
#undef VRING_PUT
#undef VRING_PUT_AT
	return i;
}

VRING_INLINE bool vring_packed_publish(struct vring *vr, uint16_t old,
				       uint16_t idx)
{
	const uint16_t laps = (uint16_t)(2 * vr->size - 1);
	uint32_t event, flags;
	uint16_t at;

	/* 2.8.21.1: the rest of the batch before the flags of its first. */
	__atomic_store_n(&vr->packed[old & vr->mask].rest, vr->first_rest,
			 __ATOMIC_RELEASE);
	/* 2.8.21.3.1: and those before the event suppression is read. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	event = __atomic_load_n(vr->device_event, __ATOMIC_RELAXED);
	flags = event >> 16;
	if (likely(flags == VRING_PACKED_EVENT_DISABLE))
		return false;
	if (flags != VRING_PACKED_EVENT_DESC || !vr->event_idx)
		return true;
	/* 2.8.14: the slot and, in bit 15, the wrap counter. */
	at = (uint16_t)((event & 0x7fff) + (event & 0x8000 ? 0 : vr->size));
	return ((idx - at - 1) & laps) < (uint16_t)(idx - old);
}

/* One load: the flags are not older than what they speak of. */
VRING_INLINE uint64_t vring_packed_rest(const struct vring_packed_desc *d)
{
	return __atomic_load_n(&d->rest, __ATOMIC_ACQUIRE);
}

/* Identity and bytes written of the next used buffer; false: none yet. */
VRING_INLINE bool vring_packed_used(const struct vring *vr, uint32_t *id,
				    uint32_t *len)
{
	const uint64_t rest =
		vring_packed_rest(&vr->packed[vr->last_used & vr->mask]);

	*id = (uint16_t)(rest >> 32);
	*len = (uint32_t)rest;
	return (rest & VRING_PACKED_BOTH) ==
	       vring_packed_done(vr, vr->last_used);
}

VRING_INLINE bool vring_packed_waiting(const struct vring *vr)
{
	uint32_t id, len;

	return vr->published != vr->last_used &&
	       vring_packed_used(vr, &id, &len);
}

/*
 * Whether a buffer is used, is the one that is due, its length in range. `high`
 * is the upper half of `want`.
 */
VRING_INLINE bool vring_packed_due(const struct vring_packed_desc *d,
				   uint64_t want, uint32_t high,
				   const enum vring_dir dir, const uint32_t min,
				   uint32_t span, uint32_t *len)
{
	uint64_t rest;

	if (dir == VRING_TO_DEVICE)
		return likely(d->id_flags == high);
	/* Nothing above the length may differ. */
	rest = (vring_packed_rest(d) & VRING_PACKED_MASK) - want;
	if (unlikely(rest > span))
		return false;
	*len = (uint32_t)rest + min;
	if (*len < min)
		__builtin_unreachable();
	return true;
}

/* See vring_split_reap_alike(). */
VRING_INLINE size_t vring_packed_reap_alike(struct vring *vr,
					    const uint32_t min, unsigned int n,
					    const vring_put_t put, void *arg)
{
	const uint16_t slot = vr->last_used & vr->mask;
	const uint32_t len = vr->alike_len;
	const size_t end = MIN(n, (unsigned int)vr->size - slot);
	const uint64_t one = vring_packed_one();
	const struct vring_packed_desc *d = vr->packed + slot;
	void *const *cookie = vr->cookie + slot;
	uint64_t want = vring_packed_done(vr, vr->last_used) | slot * one | len;
	size_t i;

#define VRING_OTHER(k) \
	(other |= vring_packed_rest(d + (k)) ^ want, want += one, true)
#define VRING_TAKE(k) (put(arg, i + (k), cookie[k], len), true)
	if (unlikely(len - min > vr->usual_len - min))
		return 0;
	for (i = 0; i + VRING_STEP <= end; i += VRING_STEP) {
		uint64_t other = 0;

		(void)VRING_ALL(VRING_OTHER);
		/* Nothing else may differ. */
		if (unlikely(other & VRING_PACKED_MASK))
			break;
		(void)VRING_ALL(VRING_TAKE);
		d += VRING_STEP;
		cookie += VRING_STEP;
	}
#undef VRING_TAKE
#undef VRING_OTHER
	return i;
}

/* In order; stops at the first that is not used, or not as it should be. */
VRING_INLINE unsigned int vring_packed_reap(struct vring *vr,
					    const enum vring_dir dir,
					    const uint32_t min, unsigned int n,
					    const vring_put_t put, void *arg)
{
	const uint16_t first = vr->last_used;
	const uint32_t span = vr->usual_len - min;
	const uint64_t one = vring_packed_one();
	uint32_t len = vr->alike_len;
	size_t i = 0;

	if (dir == VRING_FROM_DEVICE)
		i = vring_packed_reap_alike(vr, min, n, put, arg);
#define VRING_TAKE(k)                                                       \
	if (unlikely(!vring_packed_due(d + (k), want + (k)*one, high + (k), \
				       dir, min, span, &len))) {            \
		i += (k);                                                   \
		goto out;                                                   \
	}                                                                   \
	put(arg, i + (k), cookie[k], len)
	while (i < n) {
		const uint16_t at = (uint16_t)(first + i);
		const uint16_t slot = at & vr->mask;
		const size_t end = MIN((size_t)n, i + vr->size - slot);
		const struct vring_packed_desc *d = vr->packed + slot;
		void *const *cookie = vr->cookie + slot;
		uint64_t want = vring_packed_done(vr, at) | slot * one | min;
		uint32_t high = (uint32_t)(want >> 32);

		for (; dir == VRING_TO_DEVICE && i + 8 <= end;
		     i += 8, d += 8, cookie += 8, want += 8 * one, high += 8) {
			VRING_TAKE(0);
			VRING_TAKE(1);
			VRING_TAKE(2);
			VRING_TAKE(3);
			VRING_TAKE(4);
			VRING_TAKE(5);
			VRING_TAKE(6);
			VRING_TAKE(7);
		}
		for (; i < end; i++, d++, cookie++, want += one, high++) {
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
VRING_INLINE unsigned int vring_packed_check(struct vring *vr, unsigned int n,
					     const bool at_once)
{
	unsigned int i = 0;

	while (i < n) {
		const uint16_t slot = vr->last_used & vr->mask;
		unsigned int left = MIN(n - i, (unsigned int)vr->size - slot);
		const struct vring_packed_desc *d = vr->packed + slot;
		const struct vring_packed_desc *const start = d;
		uint32_t want =
			(uint32_t)(vring_packed_done(vr, vr->last_used) >> 32) |
			slot;

#define VRING_IS(k) (d[k].id_flags == want + (k))
#define VRING_OTHER(k) (other |= d[k].id_flags ^ (want + (k)), true)
		for (; left >= VRING_STEP; left -= VRING_STEP) {
			uint32_t other = 0;

			if (unlikely(at_once ? VRING_ALL(VRING_OTHER) && other
					     : !VRING_ALL(VRING_IS)))
				break;
			d += VRING_STEP;
			want += VRING_STEP;
		}
		for (; left && VRING_IS(0); left--) {
			d++;
			want++;
		}
#undef VRING_OTHER
#undef VRING_IS
		i += (unsigned int)(d - start);
		vr->last_used = (uint16_t)(vr->last_used + (d - start));
		if (left)
			break;
	}
	return i;
}

/* Offers the next `n` slots, whose buffers are vr->same, in order. */
VRING_INLINE void vring_packed_offer(struct vring *vr, unsigned int n)
{
	const uint64_t one = vring_packed_one();

	while (n) {
		const uint16_t at = vr->next, slot = at & vr->mask;
		const unsigned int now = MIN(n, (unsigned int)vr->size - slot);
		unsigned int left = now;
		struct vring_packed_desc *d = vr->packed + slot;
		uint64_t rest = vring_packed_avail(vr, VRING_TO_DEVICE, at) |
				(uint64_t)slot << 32 | vr->same.len;
		const bool first = at == vr->published;

		if (first && left >= VRING_STEP) {
			vring_packed_step(d, &vr->first_rest, rest, one);
			left -= VRING_STEP;
			d += VRING_STEP;
			rest += VRING_STEP * one;
		} else if (first) {
			vr->first_rest = rest;
			left--;
			d++;
			rest += one;
		}
		for (; left >= VRING_STEP; left -= VRING_STEP) {
			vring_packed_step(d, &d->rest, rest, one);
			d += VRING_STEP;
			rest += VRING_STEP * one;
		}
		for (; left; left--) {
			d->rest = rest;
			d++;
			rest += one;
		}
		vr->next = (uint16_t)(vr->next + now);
		n -= now;
	}
}

#endif /* LIB_VRING_PACKED_H */
