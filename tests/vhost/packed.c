/* SPDX-License-Identifier: BSD-3-Clause */
/* The packed layout (virtio 1.2, 2.8). */
#include "tests/vhost/queue.h"
#include "tests/vhost/ring.h"

const char *packed_start(struct queue *q)
{
	const size_t n = q->size;
	struct packed_event *mine;

	if (n > 32768)
		return "the size of a packed queue is above 32,768";
	q->desc =
		mem_user(q->mem, q->addr.desc, n * sizeof(struct packed_desc));
	q->driver = mem_user(q->mem, q->addr.avail, sizeof(*mine));
	q->device = mine = mem_user(q->mem, q->addr.used, sizeof(*mine));
	if (!q->desc || !q->driver || !mine)
		return "a ring is outside of memory";
	if (q->next_avail >= n)
		return "the ring's base is outside of it";
	mine->flags = q->kicks_on ? PACKED_EVENT_ENABLE : PACKED_EVENT_DISABLE;
	return NULL;
}

static inline bool is_avail(uint16_t flags, bool wrap)
{
	return !!(flags & PACKED_DESC_AVAIL) == wrap &&
	       !!(flags & PACKED_DESC_USED) != wrap;
}

/* A place in the ring, and how often it went round. */
struct place {
	uint16_t at;
	bool wrap;
};

static inline void step(const struct queue *q, struct place *p, uint16_t by)
{
	p->at = (uint16_t)(p->at + by);
	if (p->at >= q->size) {
		p->at = (uint16_t)(p->at - q->size);
		p->wrap = !p->wrap;
	}
}

/* All of a chain is there when its first descriptor is (2.8.8). */
static bool take_chain(struct queue *q, struct queue_buf *b, unsigned int slot,
		       struct place p)
{
	const struct packed_desc *desc = q->desc;
	struct bounce *bo = queue_bounce(q, slot);

	for (b->nb_desc = 0; bo;) {
		const struct packed_desc *d = &desc[p.at];

		if (d->flags & RING_DESC_INDIRECT) {
			q->broken = "an indirect descriptor, never offered";
			return false;
		}
		if (++b->nb_desc > q->size) {
			q->broken = "a chain is longer than the ring";
			return false;
		}
		if (!queue_add_piece(q, bo, d->addr, d->len,
				     d->flags & RING_DESC_WRITE))
			return false;
		if (!(d->flags & RING_DESC_NEXT)) {
			b->id = d->id;
			queue_show(q, bo, b);
			return true;
		}
		step(q, &p, 1);
	}
	return false;
}

unsigned int packed_take(struct queue *q, struct queue_buf *b, unsigned int n)
{
	const struct packed_desc *desc = q->desc;
	struct place p = {q->next_avail, q->avail_wrap};
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct packed_desc *d = &desc[p.at];
		const uint16_t flags =
			__atomic_load_n(&d->flags, __ATOMIC_ACQUIRE);

		if (!is_avail(flags, p.wrap))
			break;
		b[i].pieces = b[i].lose = false;
		if (unlikely(flags & (RING_DESC_NEXT | RING_DESC_INDIRECT))) {
			if (!take_chain(q, &b[i], i, p))
				return 0;
		} else {
			b[i].id = d->id;
			b[i].len = d->len;
			b[i].nb_desc = 1;
			b[i].data = queue_memory(q, d->addr, d->len,
						 flags & RING_DESC_WRITE);
			if (unlikely(!b[i].data))
				return 0;
			queue_prefetch(q, b[i].data);
		}
		step(q, &p, b[i].nb_desc);
	}
	return i;
}

/*
 * The flags of the first go out last: the driver sees all of a batch, or
 * nothing of it.
 */
void packed_give(struct queue *q, const struct queue_buf *b, unsigned int n)
{
	struct packed_desc *desc = q->desc, *head = NULL;
	struct place p = {q->next_used, q->used_wrap};
	struct place avail = {q->next_avail, q->avail_wrap};
	uint16_t head_flags = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packed_desc *d = &desc[p.at];
		uint16_t flags =
			p.wrap ? PACKED_DESC_AVAIL | PACKED_DESC_USED : 0;

		step(q, &avail, b[i].nb_desc);
		if (unlikely(b[i].lose))
			continue;
		d->id = (uint16_t)b[i].id;
		d->len = b[i].used;
		if (q->to_driver)
			flags |= RING_DESC_WRITE;
		if (head) {
			__atomic_store_n(&d->flags, flags, __ATOMIC_RELEASE);
		} else {
			head = d;
			head_flags = flags;
		}
		step(q, &p, b[i].nb_desc);
	}
	if (head)
		__atomic_store_n(&head->flags, head_flags, __ATOMIC_RELEASE);
	q->next_avail = avail.at;
	q->avail_wrap = avail.wrap;
	q->next_used = p.at;
	q->used_wrap = p.wrap;
}

bool packed_wants_call(struct queue *q)
{
	const struct packed_event *theirs = q->driver;
	const uint16_t flags =
		__atomic_load_n(&theirs->flags, __ATOMIC_ACQUIRE);
	const uint16_t off_wrap =
		__atomic_load_n(&theirs->off_wrap, __ATOMIC_RELAXED);
	uint16_t now = q->next_used, event = off_wrap & 0x7fff, before;

	if (flags != PACKED_EVENT_DESC)
		return flags == PACKED_EVENT_ENABLE;
	/* All three on one line that starts where the ring does now. */
	if ((off_wrap >> 15) != q->used_wrap)
		event = (uint16_t)(event - q->size);
	before = q->told_used;
	if (q->told_wrap != q->used_wrap)
		before = (uint16_t)(before - q->size);
	return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}
