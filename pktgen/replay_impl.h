/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the two files of replay.h. */
#ifndef PKTGEN_REPLAY_IMPL_H
#define PKTGEN_REPLAY_IMPL_H

#include "pktgen/replay.h"

static inline struct flow *replay_flow(const struct worker *w, unsigned turn)
{
	return w->flow[w->round.list[turn]];
}

/* One more that makes frames: whether all have the shape that the first has. */
static inline void replay_shape(struct worker_replay *p,
				const struct program_each *e)
{
	if (!program_each_last(e))
		return;
	if (!p->shaped)
		p->shape = e->shape;
	p->shaped = true;
	p->alike &= !memcmp(&p->shape, &e->shape, sizeof(p->shape));
}

/* The device is given frames without references from now on, if it can. */
void replay_keep(struct worker *w);

/* Makes up to `n` frames, from the next turn on; as many as are back. */
unsigned replay_frames(struct worker *w, unsigned n, uint64_t now_ns);

/* Each of the flows that are paced is due by itself again. */
void replay_leave(struct worker *w);

#endif /* PKTGEN_REPLAY_IMPL_H */
