/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker does while its ring is full. A back end that polls on a core of
 * its own is served best by spinning; one that shares the host's cores, as
 * QEMU's own do, moves more the more it is left alone. Which it is can only be
 * measured: `auto` tries each way in turn at the beginning of a run and keeps
 * the gentlest of those that send about as much as the best.
 *
 * A port that is told to halt does so between frames, too, where they are far
 * enough apart: so that many appliances share a CPU.
 *
 * struct wait belongs to its worker. Nothing here waits by itself.
 */
#ifndef PKTGEN_WAIT_H
#define PKTGEN_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* From the least patient on. */
enum wait_kind {
	WAIT_SPIN,
	WAIT_PAUSE, /* as little as an instruction that says so */
	WAIT_HALT,  /* until an interrupt, WAIT_HALT_NS at most */
	WAIT_AUTO,  /* one of these */
};

#define WAIT_KINDS WAIT_AUTO
#define WAIT_HALT_NS 50000ull

/*
 * Between frames: what a halt takes to end, and the least that one is worth it.
 * It ends before the next frame is due by the former. The longest is well below
 * CORE_GAP_NS, from which on the host is said to have stopped the machine.
 */
#define WAIT_NAP_END_NS 100000ull
#define WAIT_NAP_MIN_NS 100000ull
#define WAIT_NAP_MAX_NS 500000ull

/*
 * How often each way is tried, and for how long: in turns, as a busy host takes
 * a core away for milliseconds.
 */
#define WAIT_ROUNDS 16
#define WAIT_TRIAL_NS 3000000ull

struct wait {
	enum wait_kind set;  /* what was asked for */
	enum wait_kind used; /* never WAIT_AUTO */
	bool decided;        /* `used` will not change any more */
	bool timing;         /* a trial is under way */
	unsigned trials;     /* that are over */
	uint64_t since_ns, since_packets;
	uint64_t packets[WAIT_KINDS], ns[WAIT_KINDS];
};

/* A run begins: WAIT_AUTO is going to be measured anew. */
void wait_start(struct wait *w, enum wait_kind set);

/*
 * How to wait now that the ring is full, not WAIT_AUTO; `packets` have been
 * sent by `now_ns`, a count that only grows.
 */
enum wait_kind wait_full(struct wait *w, uint64_t packets, uint64_t now_ns);

#endif /* PKTGEN_WAIT_H */
