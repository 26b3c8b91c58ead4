/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtqueue seen from the device, split or packed (virtio 1.2, 2.7, 2.8).
 * Buffers are looked at in batches and given back in batches:
 *
 *	n = queue_take(q, b, BATCH);	what the driver has offered
 *	... read or write b[i].data, set b[i].used ...
 *	queue_give(q, b, n);		all of them, or the first of them
 *
 * A buffer in several pieces is shown as one: read ones are copied together,
 * written ones are spread when they are given back.
 *
 * A driver that breaks the rules sets `broken`, and the queue yields nothing
 * from then on. One thread; nothing waits.
 */
#ifndef VHOST_QUEUE_H
#define VHOST_QUEUE_H

#include "tests/vhost/mem.h"
#include "tests/vhost/util.h"

struct queue_buf {
	uint8_t *data;
	uint32_t len;     /* bytes to read, or room to write */
	uint32_t used;    /* bytes written: set before queue_give() */
	uint32_t id;      /* as the driver gets it back */
	uint16_t nb_desc; /* descriptors it takes in the ring */
	bool pieces;      /* in several: data is in `bounce` */
	bool lose;        /* a fault: never given back */
};

struct bounce;

struct queue {
	struct mem *mem;
	void *desc;
	void *driver; /* available ring, or the driver's event structure */
	void *device; /* used ring, or the device's event structure */
	uint16_t size;
	uint16_t mask;       /* size - 1; split only */
	uint16_t next_avail; /* index, for packed below size */
	uint16_t next_used;
	uint16_t event_at;  /* split: avail_event as the driver sees it */
	uint16_t told_used; /* next_used when the driver was last told */
	bool avail_wrap, used_wrap;
	bool told_wrap;
	bool packed;
	bool event_idx;
	bool to_driver; /* a receive queue: buffers are written */
	bool kicks_on;  /* the driver is asked to notify */
	bool untold;    /* buffers were given back since told_used */
	bool enabled;   /* by message */
	bool running;   /* the rings are set up */
	bool have_base; /* next_avail was set by message */
	int kick_fd;    /* -1: none */
	int call_fd;
	const char *broken; /* what the driver did; NULL: nothing */
	struct vu_vring_addr addr;
	struct bounce *bounce; /* BATCH of them, once needed */
	uint64_t kicks;        /* notifications from the driver */
	uint64_t calls;        /* and to it */
	uint64_t chained;      /* buffers that came in several pieces */
};

/*
 * Looks the rings up in memory and starts; with `kicks_on` the driver is asked
 * to notify. NULL, or what is wrong.
 */
const char *queue_start(struct queue *q, bool kicks_on);

/* Forgets rings and descriptors; frees what it holds. */
void queue_stop(struct queue *q);

/* The number in messages: index and, for packed, wrap counters. */
uint32_t queue_base(const struct queue *q);
void queue_set_base(struct queue *q, uint32_t base);

static inline bool queue_live(const struct queue *q)
{
	return q->running && q->enabled && !q->broken;
}

/* Looks at up to `n` offered buffers, at most BATCH. Returns how many. */
unsigned int queue_take(struct queue *q, struct queue_buf *b, unsigned int n);

/* Gives back the first `n` of what the last queue_take() showed. */
void queue_give(struct queue *q, struct queue_buf *b, unsigned int n);

/*
 * Interrupts the driver if it wants that for what was given back. To be called
 * between two batches, when the stores of the first have long gone out: the
 * fence costs nothing then.
 */
void queue_tell(struct queue *q);

/* Counts the driver's notifications. */
void queue_count_kicks(struct queue *q);

/* ---- Between queue.c, split.c and packed.c ------------------------------- */

#define PIECES_MAX 64

struct piece {
	uint8_t *data;
	uint32_t len;
};

struct bounce {
	struct piece piece[PIECES_MAX];
	unsigned int nb;
	uint32_t len; /* of all pieces */
	uint8_t data[65536 + 4096];
};

/* The bounce buffer of slot `i` of a batch, empty. */
struct bounce *queue_bounce(struct queue *q, unsigned int i);

/* Adds a piece; false, and the queue is broken, when there are too many. */
bool queue_add_piece(struct queue *q, struct bounce *bo, uint64_t addr,
		     uint32_t len, bool writable);

/* Shows `bo` as the buffer `b`. */
void queue_show(struct queue *q, struct bounce *bo, struct queue_buf *b);

/* Brings what the first lines of a buffer hold nearer. */
static inline void queue_prefetch(const struct queue *q, const uint8_t *data)
{
	if (q->to_driver) {
		__builtin_prefetch(data, 1);
		__builtin_prefetch(data + 64, 1);
	} else {
		__builtin_prefetch(data, 0);
		__builtin_prefetch(data + 64, 0);
	}
}

/* Checks one descriptor and returns its memory, or NULL with q broken. */
static inline uint8_t *queue_memory(struct queue *q, uint64_t addr,
				    uint32_t len, bool writable)
{
	uint8_t *data = mem_guest(q->mem, addr, len);

	if (unlikely(!data))
		q->broken = "a descriptor's address is outside of memory";
	if (unlikely(writable != q->to_driver))
		q->broken = "a descriptor goes the wrong way for its queue";
	return q->broken ? NULL : data;
}

unsigned int split_take(struct queue *q, struct queue_buf *b, unsigned int n);
void split_give(struct queue *q, const struct queue_buf *b, unsigned int n);
bool split_wants_call(struct queue *q);
const char *split_start(struct queue *q);

unsigned int packed_take(struct queue *q, struct queue_buf *b, unsigned int n);
void packed_give(struct queue *q, const struct queue_buf *b, unsigned int n);
bool packed_wants_call(struct queue *q);
const char *packed_start(struct queue *q);

#endif /* VHOST_QUEUE_H */
