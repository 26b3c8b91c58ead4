/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A netbuf describes one frame or a part of one (a chain).
 *
 *   buf                data              data + len        buf + buflen
 *    |---- headroom ----|----- frame ------|---- tailroom ----|
 *
 * Ownership goes with the reference. A netbuf starts with one; each
 * uk_netbuf_ref() adds one; each uk_netbuf_free() gives one back, and the last
 * one calls the destructor and returns the memory to the allocator it came
 * from. A netbuf handed to a device belongs to the device, see uk/netdev.h.
 * One user at a time: counts are not atomic here.
 */
#ifndef UK_NETBUF_H
#define UK_NETBUF_H

#include <uk/alloc.h>

/*
 * In `flags`, by a driver, which sets `_ready_for` to itself. Whoever changes
 * `next` or `data`, or writes to the headroom, sets `flags` to 0.
 *
 * TX_READY: a frame of one part with the driver's header in its headroom, which
 * that device can send again without another look. RX_READY: a receive buffer
 * that it can fill again.
 */
#define UK_NETBUF_F_TX_READY (1u << 7)
#define UK_NETBUF_F_RX_READY (1u << 6)

struct uk_netbuf;
typedef void (*uk_netbuf_dtor_t)(struct uk_netbuf *m);

struct uk_netbuf {
	struct uk_netbuf *next; /* the next part of the frame, or NULL */
	struct uk_netbuf *prev;
	void *data;   /* first byte of the frame in this part */
	uint16_t len; /* bytes of the frame in this part */
	uint8_t flags;
	uint8_t _ready_for; /* by the driver, with its flag */
	uint32_t refcount;
	void *priv; /* the user's own, never looked at */
	void *buf;
	size_t buflen;
	uk_netbuf_dtor_t dtor;
	struct uk_alloc *_a; /* whom the memory goes back to, or NULL */
	void *_b;            /* what goes back */
};

/*
 * Describes memory that stays the caller's: freeing the netbuf only calls
 * `dtor`. `headroom` bytes stay free before `data`; `len` starts at 0.
 */
void uk_netbuf_init_indir(struct uk_netbuf *m, void *buf, size_t buflen,
			  uint16_t headroom, void *priv, uk_netbuf_dtor_t dtor);

/*
 * A netbuf with a buffer of `buflen` bytes behind it, in one allocation from
 * `a`. The buffer is aligned to `bufalign` (a power of two), `privlen` bytes
 * for the user are reserved before it. `len` starts at 0. NULL when the memory
 * is not there or `headroom` exceeds `buflen`.
 */
struct uk_netbuf *uk_netbuf_alloc_buf(struct uk_alloc *a, size_t buflen,
				      size_t bufalign, uint16_t headroom,
				      size_t privlen, uk_netbuf_dtor_t dtor);

/* One more reference to every part of the chain; returns `m`. */
static inline struct uk_netbuf *uk_netbuf_ref(struct uk_netbuf *m)
{
	for (struct uk_netbuf *i = m; i; i = i->next)
		i->refcount++;
	return m;
}

static inline uint32_t uk_netbuf_refcount_single_get(struct uk_netbuf *m)
{
	return m->refcount;
}

/* Gives one reference to one part, or to every part of the chain, back. */
void uk_netbuf_free_single(struct uk_netbuf *m);
void uk_netbuf_free(struct uk_netbuf *m);

static inline size_t uk_netbuf_headroom(struct uk_netbuf *m)
{
	return (size_t)((uintptr_t)m->data - (uintptr_t)m->buf);
}

static inline size_t uk_netbuf_tailroom(struct uk_netbuf *m)
{
	return (size_t)(((uintptr_t)m->buf + m->buflen) -
			((uintptr_t)m->data + m->len));
}

/*
 * Moves the start of the frame: `len` > 0 takes bytes from the headroom in,
 * `len` < 0 strips them. Returns 1, -ENOSPC when there are not as many, or
 * -EFAULT when the part would exceed 65,535 bytes; an error changes nothing.
 */
static inline int uk_netbuf_header(struct uk_netbuf *m, int16_t len)
{
	if (len > 0 ? (size_t)len > uk_netbuf_headroom(m) : -len > m->len)
		return -ENOSPC;
	if ((int32_t)m->len + len > UINT16_MAX)
		return -EFAULT;
	m->data = (char *)m->data - len;
	m->len = (uint16_t)(m->len + len);
	m->flags = 0;
	return 1;
}

#endif /* UK_NETBUF_H */
