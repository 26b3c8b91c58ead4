/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rounds that are played again. Where all that a round has are frames that are
 * shared, of flows without a limit, its turns are a list of netbufs, and a
 * burst is a piece of it. What the flows are charged with is settled later,
 * from the bursts that went: before anybody looks, before anything else is done
 * with the flows, and after REPLAY_BURSTS. Private to pktgen/.
 */
#ifndef PKTGEN_REPLAY_H
#define PKTGEN_REPLAY_H

#include "pktgen/worker.h"

/* Makes a burst, if nothing but a round can be played; else 0. */
unsigned replay_make(struct worker *w);

/* Of a burst of `n` turns that replay_make() made `sent` were sent. */
void replay_sent(struct worker *w, unsigned n, unsigned sent, uint64_t now_ns);

/* What was played has been charged. */
void replay_settle_all(struct worker *w);

static inline void replay_settle(struct worker *w)
{
	if (unlikely(w->replay.nb || w->replay.out))
		replay_settle_all(w);
}

/* Something has changed: whether a round can be played is found out anew. */
static inline void replay_end(struct worker *w)
{
	replay_settle(w);
	w->replay.knows = false;
}

#endif /* PKTGEN_REPLAY_H */
