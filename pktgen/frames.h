/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The frames that a worker sends: how they are made, and those that are made
 * and not yet sent, which are `held`. A held frame has a reference of its own,
 * which goes to the device with it.
 *
 * What is shared or pooled belongs to `struct frames` as well, by one more
 * reference. A frame that the device has is never written to: a new program
 * gets new netbufs, and the old ones are `retired` until they are back. At any
 * time the port's buffers suffice for a burst besides all that can be in
 * flight, as long as bursts are no longer than that of port_open(); of longer
 * ones as much is made as there are buffers.
 *
 * One user at a time. Nothing is allocated from the heap but in frames_open().
 */
#ifndef PKTGEN_FRAMES_H
#define PKTGEN_FRAMES_H

#include "net/port.h"
#include "pktgen/program_run.h"

#define FRAMES_BURST_MAX 256

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

struct frames {
	struct port *port;
	enum strategy strategy;  /* that is in use */
	struct uk_netbuf **held; /* not yet sent, in this order */
	unsigned nb_held;
	uint16_t held_len;   /* of each of them; 0: they differ */
	uint64_t held_bytes; /* of all, FCS included */
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
	/* What `held` is part of: a round of shared frames, or these. */
	struct uk_netbuf *round[SIZES_SUM_MAX + FRAMES_BURST_MAX];
	struct uk_netbuf *kept[FRAMES_BURST_MAX];
};

/* `port` is up. 0, or -ENOMEM. */
int frames_open(struct frames *f, struct port *port, struct uk_alloc *a);

/* Only once the device has gone. */
void frames_close(struct frames *f, struct uk_alloc *a);

/*
 * The strategy that comes next to `asked` with this program on this platform.
 */
enum strategy frames_strategy(enum strategy asked, const struct program *prog);

/*
 * Makes ready for `prog`, which may stand where the last one stood. What is
 * held stays as it is. With `spare` a burst can be made while the device has as
 * many as its ring holds, by any strategy, to be dropped. Without, a pool is no
 * larger than the ring.
 */
void frames_set(struct frames *f, const struct program *prog,
		enum strategy asked, bool spare);

/*
 * Makes up to `n` frames, 1..FRAMES_BURST_MAX, to be held, where none is.
 * Returns how many: fewer for lack of buffers, or because there are more in
 * another piece. Those that are signed are sent at `now_ns`.
 */
unsigned frames_make(struct frames *f, const struct program *prog,
		     struct program_at *at, unsigned n, uint64_t now_ns);

/* Holds `n`, up to FRAMES_BURST_MAX, from elsewhere, where none is held. */
void frames_hold(struct frames *f, struct uk_netbuf *const pkts[], unsigned n);

/* See frames_sent(). */
uint64_t frames_sent_some(struct frames *f, unsigned n);

/*
 * The first `n` are not held any more: the device took them. Returns the bytes
 * of those. The netbufs are not touched.
 */
static inline uint64_t frames_sent(struct frames *f, unsigned n)
{
	const uint64_t bytes = f->held_bytes;

	if (unlikely(n != f->nb_held))
		return frames_sent_some(f, n);
	f->nb_held = 0;
	f->held_bytes = 0;
	return bytes;
}

/* The first `n` go back unsent. Returns their bytes. */
uint64_t frames_drop(struct frames *f, unsigned n);

/*
 * Frames with the device; those it says to be done with have been taken back.
 */
unsigned frames_in_flight(struct frames *f);

#endif /* PKTGEN_FRAMES_H */
