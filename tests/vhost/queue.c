/* SPDX-License-Identifier: BSD-3-Clause */
/* What both layouts share: start and stop, pieces, notifications. */
#include "tests/vhost/queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *queue_start(struct queue *q, bool kicks_on)
{
	const char *wrong;

	q->kicks_on = kicks_on;
	q->broken = NULL;
	if (!q->size)
		return "the queue is started without a size";
	if (!q->have_base)
		queue_set_base(q, q->packed ? 0x80008000u : 0);
	wrong = q->packed ? packed_start(q) : split_start(q);
	if (wrong)
		return wrong;
	q->told_used = q->next_used;
	q->told_wrap = q->used_wrap;
	q->untold = false;
	q->running = true;
	return NULL;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void queue_stop(struct queue *q)
{
	if (q->running)
		queue_count_kicks(q);
	q->running = false;
	q->have_base = false;
	close_fd(&q->kick_fd);
	close_fd(&q->call_fd);
	free(q->bounce);
	q->bounce = NULL;
}

uint32_t queue_base(const struct queue *q)
{
	if (!q->packed)
		return q->next_avail;
	return q->next_avail | (uint32_t)q->avail_wrap << 15 |
	       (uint32_t)q->next_used << 16 | (uint32_t)q->used_wrap << 31;
}

void queue_set_base(struct queue *q, uint32_t base)
{
	q->have_base = true;
	if (!q->packed) {
		q->next_avail = (uint16_t)base;
		return;
	}
	/* The upper half is not sent by all; nothing is under way anyhow. */
	q->next_avail = q->next_used = base & 0x7fff;
	q->avail_wrap = q->used_wrap = base >> 15 & 1;
}

struct bounce *queue_bounce(struct queue *q, unsigned int i)
{
	if (!q->bounce)
		q->bounce = calloc(BATCH, sizeof(*q->bounce));
	if (!q->bounce) {
		q->broken = "no memory for buffers in several pieces";
		return NULL;
	}
	q->bounce[i].nb = 0;
	q->bounce[i].len = 0;
	return &q->bounce[i];
}

bool queue_add_piece(struct queue *q, struct bounce *bo, uint64_t addr,
		     uint32_t len, bool writable)
{
	uint8_t *data = queue_memory(q, addr, len, writable);

	if (!data)
		return false;
	if (bo->nb == PIECES_MAX || len > sizeof(bo->data) - bo->len) {
		q->broken = "a buffer has too many pieces, or is too long";
		return false;
	}
	bo->piece[bo->nb++] = (struct piece){data, len};
	bo->len += len;
	return true;
}

void queue_show(struct queue *q, struct bounce *bo, struct queue_buf *b)
{
	uint8_t *to = bo->data;

	b->data = bo->data;
	b->len = bo->len;
	b->pieces = true;
	q->chained++;
	for (unsigned int i = 0; i < bo->nb && !q->to_driver; i++) {
		memcpy(to, bo->piece[i].data, bo->piece[i].len);
		to += bo->piece[i].len;
	}
}

/* The bounce buffers are used in the order of the batch. */
static void spread(const struct bounce *bo, uint32_t used)
{
	const uint8_t *from = bo->data;

	for (unsigned int i = 0; i < bo->nb && used; i++) {
		uint32_t len = MIN(bo->piece[i].len, used);

		memcpy(bo->piece[i].data, from, len);
		from += len;
		used -= len;
	}
}

unsigned int queue_take(struct queue *q, struct queue_buf *b, unsigned int n)
{
	return q->packed ? packed_take(q, b, n) : split_take(q, b, n);
}

void queue_give(struct queue *q, struct queue_buf *b, unsigned int n)
{
	if (!n)
		return;
	if (unlikely(q->bounce && q->to_driver)) {
		for (unsigned int i = 0; i < n; i++)
			if (b[i].pieces)
				spread(&q->bounce[i], b[i].used);
	}
	if (q->packed)
		packed_give(q, b, n);
	else
		split_give(q, b, n);
	q->untold = true;
}

void queue_tell(struct queue *q)
{
	const uint64_t one = 1;

	if (!q->untold)
		return;
	q->untold = false;
	if (q->call_fd < 0)
		return;
	/* 2.7.7.2, 2.8.14: what was used before the read of the wish. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (q->packed ? packed_wants_call(q) : split_wants_call(q))
		q->calls += write(q->call_fd, &one, sizeof(one)) == sizeof(one);
	q->told_used = q->next_used;
	q->told_wrap = q->used_wrap;
}

void queue_count_kicks(struct queue *q)
{
	uint64_t n;

	if (q->kick_fd >= 0 && read(q->kick_fd, &n, sizeof(n)) == sizeof(n))
		q->kicks += n;
}
