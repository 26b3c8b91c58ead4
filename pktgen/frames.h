/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the frames of a flow are made: each by itself, in a pool's slots, or one
 * for all. What was made is held by the worker's outbox.
 *
 * What is shared or pooled belongs to `struct frames` as well, by one more
 * reference. A frame that the device has is never written to: a new program
 * gets new netbufs, and the old ones are `retired` until they are back. At any
 * time the queue's buffers suffice for a burst besides all that can be in
 * flight, as long as bursts are no longer than that of port_open(); of longer
 * ones as much is made as there are buffers.
 *
 * A queue's buffers are one pool, whose slots all flows of the queue edit: each
 * slot remembers whose frame it has. What they share, which may be a frame of
 * each, is as large as the frame and comes from the heap. Who is alone on the
 * queue makes bursts, of several each makes one frame at a time.
 *
 * One user at a time. Nothing is allocated from the heap but in
 * frames_room_open(), and by frames_set() for what is shared.
 */
#ifndef PKTGEN_FRAMES_H
#define PKTGEN_FRAMES_H

#include "pktgen/outbox.h"
#include "pktgen/program_each.h"
#include "pktgen/program_run.h"

#define FRAMES_BURST_MAX OUTBOX_MAX

/* How a frame is made. */
enum strategy {
	STRATEGY_CREATE, /* allocated, and made anew from the stream */
	STRATEGY_COPY,   /* allocated, and copied from the template */
	STRATEGY_POOL,   /* one that is back from the device, edited */
	STRATEGY_SHARED, /* where nothing differs, one for all of a size */
};

/* Makes up to `n` frames of a run and returns how many. */
typedef unsigned (*frames_run_t)(struct uk_netbuf *const *slot, unsigned n,
				 struct program_run *run, uint64_t stamp);

struct frames;

/* See frames_make(). */
typedef unsigned (*frames_make_t)(struct frames *f, const struct program *prog,
				  struct program_at *at, unsigned n,
				  uint64_t stamp);

/*
 * What is small and is one of each of many flows, which take turns, lies side
 * by side: short frames, and what makes frames one at a time. For a machine
 * that is emulated a page is what a cache line is for another.
 */
enum frames_small { FRAMES_SHORT, FRAMES_EACH, FRAMES_SMALL };

struct frames_block {
	struct frames_block *next;
	struct uk_allocpool *pool;
};

/* What all flows of a queue have together. */
struct frames_room {
	struct port_queue *queue;
	struct uk_alloc *heap;
	struct frames_block *blocks[FRAMES_SMALL];
	struct uk_netbuf *retired; /* linked by `priv` */
	/* The pool: those at `next_slot` and behind it came back first. */
	struct uk_netbuf **slot;
	unsigned nb_slots, max_slots, next_slot;
	unsigned look; /* the slot that was looked at last, out of turn */
	/*
	 * Of the one that is alone: how many slots before `next_slot`, in
	 * turns, have its frame, and its heads.
	 */
	unsigned nb_fresh;
	unsigned generation; /* of programs, the last of any flow's */
	/*
	 * Of the one that is alone: shared frames in their order, one round and
	 * a burst.
	 */
	struct uk_netbuf *round[PROGRAM_ORDER_MAX + FRAMES_BURST_MAX];
};

struct frames {
	struct port_queue *queue;
	struct frames_room *room;
	struct outbox *out;     /* where to what is made goes */
	enum strategy strategy; /* that is in use */
	frames_make_t make;     /* what makes them by it */
	struct uk_netbuf *one;  /* that all frames are, or NULL */
	unsigned nb_shared;
	struct uk_netbuf *shared[PROGRAM_VARIANTS_MAX]; /* one each */
	/* The last frames_make() lacked buffers: the device has them. */
	bool starved;
	unsigned nb_lanes; /* program_lanes() */
	bool columns;      /* program_has_columns() */
	/* The run under way, the frame it goes on with, what makes it. */
	struct program_run run;
	uint64_t run_at;
	frames_run_t run_of;
	unsigned generation; /* of programs: a slot's tag has it */
	/*
	 * Of one that is not alone, and edits: what makes its frames, and one
	 * that it has for itself, if it is short: that is shared[0].
	 */
	struct program_each *each;
	struct uk_alloc *each_from;
};

/* The queue's port is up; memory from `a`. 0, or -ENOMEM. */
int frames_room_open(struct frames_room *r, struct port_queue *queue,
		     struct uk_alloc *a);

/* Once all frames are closed, and the device has gone. */
void frames_room_close(struct frames_room *r);

/* None is made until frames_set(). The room stays the caller's. */
void frames_open(struct frames *f, struct frames_room *room);

/* What the device has of them is given back to the room by it. */
void frames_close(struct frames *f);

/* The strategy nearest to `asked` with this program on this platform. */
enum strategy frames_strategy(enum strategy asked, const struct program *prog);

/*
 * Makes ready for `prog`, which may stand where the last one stood; what is
 * made is held by `out` from now on. What is held stays as it is. With `spare`
 * a burst can be made while the device has as many as its ring holds, by any
 * strategy, to be dropped. Without, a pool is no larger than the ring. `alone`:
 * no other has a flow on the queue. Where there is no memory for what is to be
 * shared, slots are edited.
 */
void frames_set(struct frames *f, struct outbox *out,
		const struct program *prog, enum strategy asked, bool spare,
		bool alone);

/* A run begins: what its first frames take is taken before they are due. */
void frames_ready(struct frames *f);

/*
 * Makes up to `n` frames, 1..FRAMES_BURST_MAX, to be held, where none is.
 * Returns how many: fewer for lack of buffers, or because there are more in
 * another piece. Those that are signed have `stamp`, with its time.
 */
static inline unsigned frames_make(struct frames *f, const struct program *prog,
				   struct program_at *at, unsigned n,
				   uint64_t stamp)
{
	return f->make(f, prog, at, n, stamp);
}

/* The `n` that follow at->frame are not made: a run goes on behind them. */
void frames_pass(struct frames *f, const struct program_at *at, uint64_t n);

/* The last `n` that were made, `pkts`, were not sent: they are free again. */
void frames_unmake(struct frames_room *r, struct uk_netbuf *const *pkts,
		   unsigned n);

/* See frames_one(). */
struct uk_netbuf *frames_one_own(struct frames *f, const struct program *prog,
				 struct program_at *at, uint64_t stamp);

/* The next frame, which nobody holds yet, or NULL for lack of buffers. */
static inline struct uk_netbuf *frames_one(struct frames *f,
					   const struct program *prog,
					   struct program_at *at,
					   uint64_t stamp)
{
#ifdef PORT_SHARED
	if (likely(f->one)) {
		at->frame++;
		f->one->refcount++;
		return f->one;
	}
#endif
	return frames_one_own(f, prog, at, stamp);
}

#ifdef PORT_SHARED

/* As many slots as there may be, as far as there are buffers. */
void frames_more_slots(struct frames *f);

/*
 * What `each` makes in `nb`, which is free, is frame number `frame`, wherever
 * `at` is, with `stamp`: heads and all that it needs for that are there.
 */
void frames_renew(struct frames *f, const struct program *prog,
		  struct program_at *at, uint64_t frame, uint64_t stamp,
		  struct uk_netbuf *nb);

#endif

/*
 * By how much the frames that are out exceed the buffers that are, as
 * port_tx_out() counts them behind the first call; may wrap. That of those that
 * are retired, and of each flow.
 */
unsigned frames_room_surplus(struct frames_room *r);
unsigned frames_surplus(const struct frames *f);

#endif /* PKTGEN_FRAMES_H */
