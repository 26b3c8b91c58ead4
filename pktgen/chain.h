/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs of flows that follow each other. A flow may follow another of its
 * worker: then it waits until that one's run has ended by itself. A flow's turn
 * is its run and the turns of all that follow it; it is taken as often as the
 * flow's plan says before the turn of the one that it follows itself can be
 * over.
 *
 * What ends does so at a time of its schedule, however late that is noticed: at
 * the end of its time, or when the frame after its last one would be due. So a
 * chain of any length has no drift.
 *
 * All of it happens between two frames, and costs those nothing. Private to
 * pktgen/.
 */
#ifndef PKTGEN_CHAIN_H
#define PKTGEN_CHAIN_H

#include "pktgen/worker.h"

/*
 * It takes part in the run that begins: those that follow it may be started
 * before it is.
 */
void chain_join(struct worker *w, struct flow *f, uint64_t now_ns);

/*
 * It follows another that takes part and has not ended its run; true when that
 * is so, and it has to wait.
 */
bool chain_follow(struct flow *f, struct flow *after);

/* Its run has ended by itself: who is next begins. Not yet idle any more. */
void chain_end(struct worker *w, struct flow *f, uint64_t now_ns);

/*
 * It is stopped: those that wait for its run are, too. One whose run has ended
 * in this turn only takes no other.
 */
void chain_stop(struct worker *w, struct flow *f, uint64_t now_ns);

/* The same, and those that follow it and run do so by themselves. */
void chain_leave(struct worker *w, struct flow *f, uint64_t now_ns);

/* All are stopped. */
void chain_stop_all(struct worker *w);

/* True of one that is idle, and will run again. */
bool chain_waits(const struct flow *f);

#endif /* PKTGEN_CHAIN_H */
