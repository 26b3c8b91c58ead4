/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Of several flows of a worker, which sends next. Two trees of turns say so:
 *
 *   due    of each flow that runs the time when its next frame is due or its
 *          run ends, whichever is first, in ns since the worker's epoch
 *   share  of those that are not paced, what is left goes by weight: a round
 *          has as many turns of each as its weight, evenly spread. A turn's key
 *          is the round and where in it, in 1/SCHEDULE_ROUND; who comes anew
 *          begins with the next round. All rounds are alike until something
 *          changes, so the first whole one is noted as a list, if there is room
 *          for it, and played from then on.
 *
 * What one flow does moves the key of no other. Private to pktgen/.
 */
#ifndef PKTGEN_SCHEDULE_H
#define PKTGEN_SCHEDULE_H

#include "pktgen/worker.h"

#define SCHEDULE_ROUND 8192u

/* Room for `n` flows, or -ENOMEM; for worker_reserve(). */
int schedule_reserve(struct worker *w, unsigned n);
void schedule_close(struct worker *w);

/* What a flow is at has changed, or when it is due: its keys follow. */
void schedule_set(struct worker *w, struct flow *f);

/* The same of all. */
void schedule_set_all(struct worker *w);

/* The flow's state, and how many of the worker's are in it. */
void schedule_state(struct worker *w, struct flow *f, enum flow_state state);

/* It has come to its limit; with the last of them all is over. */
void schedule_end(struct worker *w, struct flow *f, uint64_t now_ns);

/* One that waits begins, at the time that it waited for. */
void schedule_begin(struct worker *w, struct flow *f);

/* In a mode that does not send: those begin and end whose time it is. */
void schedule_expire(struct worker *w, uint64_t now_ns);

/* It is none of the worker's any more; the last of them takes its place. */
void schedule_remove(struct worker *w, struct flow *f);

/* From the next round on. */
void schedule_weight(struct worker *w, struct flow *f, uint16_t weight);

/*
 * Keys have 50 bits: after this, in ns or in the unit of a round, they begin
 * anew. What is further than a key can say is looked at again by then.
 */
#define SCHEDULE_EPOCH (1ull << 48)

/* Before a burst: keys begin anew if it is time. */
void schedule_rebase(struct worker *w, uint64_t now_ns);

static inline bool schedule_is_old(const struct worker *w, uint64_t now_ns)
{
	return now_ns - w->epoch_ns > SCHEDULE_EPOCH ||
	       w->round.at > SCHEDULE_EPOCH;
}

/* The key of a time. */
static inline uint64_t schedule_key(const struct worker *w, uint64_t ns)
{
	return ns > w->epoch_ns ? ns - w->epoch_ns : 0;
}

/* When the next frame is due that the flow makes, or it ends. */
static inline uint64_t schedule_due(const struct flow *f)
{
	const uint64_t next_ns = pacer_next_ns(&f->pacer);

	return next_ns < f->until_ns ? next_ns : f->until_ns;
}

/* Who is next of those that are not paced, or NULL. */
static inline struct flow *schedule_left(const struct worker *w)
{
	const struct worker_round *r = &w->round;

	if (likely(r->listed))
		return w->flow[r->list[r->next]];
	return r->nb_flows ? w->flow[turns_who(&w->share)] : NULL;
}

/* See schedule_turn(): without a list, and past those that have ended. */
void schedule_turn_unlisted(struct worker *w, struct flow *f);
void schedule_pass(struct worker *w);

/* It has had its turn. */
static inline void schedule_turn(struct worker *w, struct flow *f)
{
	struct worker_round *r = &w->round;

	if (unlikely(!r->listed)) {
		schedule_turn_unlisted(w, f);
		return;
	}
	if (unlikely(++r->next == r->nb))
		r->next = 0;
	if (unlikely(r->gone))
		schedule_pass(w);
}

#endif /* PKTGEN_SCHEDULE_H */
