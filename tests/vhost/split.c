/* SPDX-License-Identifier: BSD-3-Clause */
/* The split layout (virtio 1.2, 2.7). */
#include <string.h>

#include "tests/vhost/queue.h"
#include "tests/vhost/ring.h"

const char *split_start(struct queue *q)
{
	const size_t n = q->size;
	struct split_used *used;

	if (n & (n - 1))
		return "the size of a split queue is no power of two";
	q->mask = (uint16_t)(n - 1);
	q->desc = mem_user(q->mem, q->addr.desc, n * sizeof(struct ring_desc));
	q->driver = mem_user(q->mem, q->addr.avail, 2 * n + 6);
	q->device = used = mem_user(q->mem, q->addr.used, 8 * n + 6);
	if (!q->desc || !q->driver || !used)
		return "a ring is outside of memory";
	q->next_used = used->idx;
	/* Where the event index rules, flags stay 0 (2.7.10). */
	used->flags = q->event_idx || q->kicks_on ? 0 : SPLIT_USED_NO_NOTIFY;
	q->event_at = (uint16_t)(q->next_avail - !q->kicks_on);
	if (q->event_idx)
		*split_avail_event(used, q->size) = q->event_at;
	return NULL;
}

static bool take_chain(struct queue *q, struct queue_buf *b, unsigned int slot)
{
	const struct ring_desc *desc = q->desc;
	struct bounce *bo = queue_bounce(q, slot);
	uint16_t id = (uint16_t)b->id;

	while (bo) {
		const struct ring_desc *d = &desc[id];

		if (d->flags & RING_DESC_INDIRECT) {
			q->broken = "an indirect descriptor, never offered";
			return false;
		}
		if (!queue_add_piece(q, bo, d->addr, d->len,
				     d->flags & RING_DESC_WRITE))
			return false;
		if (!(d->flags & RING_DESC_NEXT)) {
			queue_show(q, bo, b);
			return true;
		}
		id = d->next;
		if (id >= q->size) {
			q->broken = "a chain leads out of the table";
			return false;
		}
	}
	return false;
}

/*
 * The driver must not hear an event index pass by unless it shall notify: it is
 * kept behind. Looked at every batch, written every 16,384 buffers.
 */
static inline void move_event(struct queue *q)
{
	const uint16_t behind = (uint16_t)(q->next_avail - q->event_at);

	if (likely(!q->event_idx || (behind < 0x4000 && !q->kicks_on)))
		return;
	q->event_at = (uint16_t)(q->next_avail - !q->kicks_on);
	__atomic_store_n(split_avail_event(q->device, q->size), q->event_at,
			 __ATOMIC_RELAXED);
}

unsigned int split_take(struct queue *q, struct queue_buf *b, unsigned int n)
{
	const struct split_avail *avail = q->driver;
	const struct ring_desc *desc = q->desc;
	const uint16_t mask = q->mask, first = q->next_avail;
	const uint16_t idx = __atomic_load_n(&avail->idx, __ATOMIC_ACQUIRE);
	const uint16_t waiting = (uint16_t)(idx - first);
	unsigned int i;

	if (!waiting)
		return 0;
	if (unlikely(waiting > q->size)) {
		q->broken = "the available index is ahead by more than a ring";
		return 0;
	}
	n = MIN(n, waiting);
	for (i = 0; i < n; i++) {
		b[i].id = avail->ring[(first + i) & mask];
		if (unlikely(b[i].id > mask)) {
			q->broken = "an available entry is outside of the ring";
			return 0;
		}
		__builtin_prefetch(&desc[b[i].id]);
	}
	for (i = 0; i < n; i++) {
		const struct ring_desc *d = &desc[b[i].id];
		const uint16_t flags = d->flags;

		b[i].pieces = b[i].lose = false;
		if (unlikely(flags & (RING_DESC_NEXT | RING_DESC_INDIRECT))) {
			if (!take_chain(q, &b[i], i))
				return 0;
			continue;
		}
		b[i].len = d->len;
		b[i].data = queue_memory(q, d->addr, d->len,
					 flags & RING_DESC_WRITE);
		if (unlikely(!b[i].data))
			return 0;
		queue_prefetch(q, b[i].data);
	}
	return n;
}

void split_give(struct queue *q, const struct queue_buf *b, unsigned int n)
{
	struct split_used *used = q->device;
	uint16_t at = q->next_used;

	for (unsigned int i = 0; i < n; i++) {
		const uint64_t e = b[i].id | (uint64_t)b[i].used << 32;

		if (unlikely(b[i].lose))
			continue;
		memcpy(&used->ring[at++ & q->mask], &e, sizeof(e));
	}
	q->next_avail = (uint16_t)(q->next_avail + n);
	q->next_used = at;
	/* 2.7.8: the elements before the index. */
	__atomic_store_n(&used->idx, at, __ATOMIC_RELEASE);
	move_event(q);
}

bool split_wants_call(struct queue *q)
{
	const struct split_avail *avail = q->driver;
	const uint16_t now = q->next_used, before = q->told_used;
	uint16_t event;

	if (!q->event_idx)
		return !(__atomic_load_n(&avail->flags, __ATOMIC_RELAXED) &
			 SPLIT_AVAIL_NO_INTERRUPT);
	event = __atomic_load_n(&avail->ring[q->size], __ATOMIC_RELAXED);
	return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}
