/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A link that loses, doubles, delays and reorders frames: between a port and
 * the one that it forwards to. A frame waits for the link's rate in a queue of
 * a stated length, then it is under way for as long as the delay says. All that
 * is random comes of a seed: the same frames at the same times have the same
 * fate.
 *
 * What waits is copied into cells of a pool, so that neither port lacks buffers
 * for it; the pool is all the memory that there is. Time is that of the step.
 */
#ifndef PKTGEN_IMPAIR_H
#define PKTGEN_IMPAIR_H

#include "net/port.h"
#include "stats/stats.h"

#define IMPAIR_SHARE_ALL 1000000u /* a share is in millionths */
#define IMPAIR_NS_MAX 10000000000ull
#define IMPAIR_QUEUE_MAX 1000000u
#define IMPAIR_QUEUE 1000 /* at first */
#define IMPAIR_BPS_MAX 400000000000u

/* What it does; all zero but the queue: nothing. */
struct impair_how {
	uint32_t loss, duplicate, reorder; /* shares of frames */
	/* Of each frame, and by how much that differs: at most so much... */
	uint64_t delay_ns, jitter_ns;
	/* ...or as a normal distribution that has this deviation. */
	uint32_t normal;
	uint32_t queue;    /* frames that wait for the rate, at most */
	uint64_t rate_bps; /* of layer 2, FCS included; 0: no limit */
	uint32_t seed;
};

/* As it is at first. */
#define IMPAIR_HOW_DEFAULT                       \
	{                                        \
		.queue = IMPAIR_QUEUE, .seed = 1 \
	}

struct impair;

/* With room for `cells` pieces of frames; NULL for lack of memory. */
struct impair *impair_new(unsigned cells, struct uk_alloc *a);
void impair_delete(struct impair *im, struct uk_alloc *a);

/* From the next frame on; those that wait stay as they are. */
void impair_set(struct impair *im, const struct impair_how *how);

/* As at first: the random numbers begin again. */
void impair_begin(struct impair *im);

/* How many pieces of frames there is room for, each of 120 bytes at most. */
unsigned impair_room(const struct impair *im);

/* Frames that wait. */
unsigned impair_held(const struct impair *im);

/* Forgets them; returns how many they were. */
unsigned impair_drop(struct impair *im);

/*
 * A frame of `len` bytes came, which stays the caller's. True, if `passes`: it
 * goes on at once, before what comes later. Else it was copied, or is lost. It
 * counts in s->impair_*.
 */
bool impair_take(struct impair *im, const struct uk_netbuf *nb, unsigned len,
		 bool passes, uint64_t now_ns, struct stats *s);

/* Bytes of the frame that is to go on by now, without FCS; 0: there is none. */
unsigned impair_due(struct impair *im, uint64_t now_ns);

/* Its bytes go to `to`, and it waits no more. */
void impair_give(struct impair *im, void *to);

#endif /* PKTGEN_IMPAIR_H */
