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
 * One user at a time. Nothing is allocated from the heap but in frames_open().
 */
#ifndef PKTGEN_FRAMES_H
#define PKTGEN_FRAMES_H

#include "pktgen/outbox.h"
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
				 struct program_run *run, uint64_t now_ns);

struct frames;

/* See frames_make(). */
typedef unsigned (*frames_make_t)(struct frames *f, const struct program *prog,
				  struct program_at *at, unsigned n,
				  uint64_t now_ns);

struct frames {
	struct port_queue *queue;
	struct outbox *out;     /* where to what is made goes */
	enum strategy strategy; /* that is in use */
	frames_make_t make;     /* what makes them by it */
	unsigned nb_shared;
	struct uk_netbuf *shared[SIZES_MAX]; /* one a variant */
	/* The last frames_make() lacked buffers: the device has them. */
	bool starved;
	/* The pool: those at `next_slot` and behind it came back first. */
	struct uk_netbuf **slot;
	unsigned nb_slots, max_slots, next_slot;
	unsigned look;     /* the slot that was looked at last, out of turn */
	unsigned nb_lanes; /* program_lanes() */
	/*
	 * Frames whose heads are alike, see struct program_run, and so many
	 * slots before `next_slot`, in turns, that have these.
	 */
	uint64_t heads_from, heads_last;
	unsigned nb_fresh;
	/* The run under way, the frame it goes on with, what makes it. */
	struct program_run run;
	uint64_t run_at;
	frames_run_t run_of;
	unsigned generation;       /* of programs: a slot's tag has it */
	struct uk_netbuf *retired; /* linked by `priv` */
	/* Shared frames in their order, one round and a burst. */
	struct uk_netbuf *round[SIZES_SUM_MAX + FRAMES_BURST_MAX];
};

/* The queue's port is up. 0, or -ENOMEM. */
int frames_open(struct frames *f, struct port_queue *queue, struct outbox *out,
		struct uk_alloc *a);

/* Only once the device has gone. */
void frames_close(struct frames *f, struct uk_alloc *a);

/*
 * The strategy nearest to `asked` with this program on this platform.
 */
enum strategy frames_strategy(enum strategy asked, const struct program *prog);

/*
 * Makes ready for `prog`, which may stand where the last one stood. What is
 * held stays as it is. With `spare` a burst can be made while the device has as
 * many as its ring holds, by any strategy, to be dropped. Without, a pool is no
 * larger than the ring. `share` is how many use the queue's buffers alike: a
 * pool has its part of them, no more.
 */
void frames_set(struct frames *f, const struct program *prog,
		enum strategy asked, bool spare, unsigned share);

/*
 * Makes up to `n` frames, 1..FRAMES_BURST_MAX, to be held, where none is.
 * Returns how many: fewer for lack of buffers, or because there are more in
 * another piece. Those that are signed are sent at `now_ns`.
 */
static inline unsigned frames_make(struct frames *f, const struct program *prog,
				   struct program_at *at, unsigned n,
				   uint64_t now_ns)
{
	return f->make(f, prog, at, n, now_ns);
}

/* The last `n` that were made, `pkts`, were not sent: they are free again. */
void frames_unmake(struct frames *f, struct uk_netbuf *const *pkts, unsigned n);

/*
 * By how much the frames that are out exceed the buffers that are, as
 * port_tx_out() counts them behind this call; may wrap.
 */
unsigned frames_surplus(struct frames *f);

#endif /* PKTGEN_FRAMES_H */
