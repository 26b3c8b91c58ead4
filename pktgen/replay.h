/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rounds that are played again. Where all turns of a round are alike from one
 * to the next, they are a list of netbufs, and a burst is a piece of it: of
 * flows that are not paced and go by weight, or of flows that are all paced
 * alike, in the order in which they are due; of frames that are shared, or
 * edited each by itself; without a limit. What the flows are charged with, and
 * how far they are in their schedules, is settled later, from the bursts that
 * went: before anybody looks, and before anything else is done with the flows.
 * Private to pktgen/.
 */
#ifndef PKTGEN_REPLAY_H
#define PKTGEN_REPLAY_H

#include "pktgen/worker.h"

/* Finds out whether a round can be played. */
void replay_find(struct worker *w);

/* Makes a burst of what is `due`, if nothing but a round can be played. */
bool replay_make(struct worker *w, uint64_t now_ns, unsigned *due);

/*
 * Of the `n` turns from `turn` on that replay_make() made, and that were held,
 * `sent` were sent.
 */
void replay_sent(struct worker *w, unsigned turn, unsigned n, unsigned sent,
		 uint64_t now_ns);

/* What is held, and what the device has, has references of its own again. */
void replay_own(struct worker *w);

/* What was played has been charged. */
void replay_settle_all(struct worker *w);

static inline void replay_settle(struct worker *w)
{
	if (unlikely(w->replay.unsettled))
		replay_settle_all(w);
}

/* Something changes: whether a round can be played is found out anew. */
void replay_end(struct worker *w);

/* Something else is done, after which the round goes on, or is found anew. */
static inline void replay_pause(struct worker *w)
{
	if (unlikely(w->replay.paced))
		replay_end(w);
	else
		replay_settle(w);
}

#endif /* PKTGEN_REPLAY_H */
