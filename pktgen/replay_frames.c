/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of a burst that is a piece of a round. */
#include "pktgen/replay_impl.h"

#ifdef PORT_SHARED /* without, there is no frame that is played again */

static inline unsigned make_shared(const struct worker_replay *p, unsigned n)
{
	struct uk_netbuf *const *const pkt = p->pkt + p->at;

	_Pragma("GCC unroll 4") for (unsigned i = 0; i < n; i++) pkt[i]
		->refcount++;
	return n;
}

static NOINLINE void renew(struct worker *w, unsigned turn, uint64_t time,
			   struct uk_netbuf *nb)
{
	struct flow *const f = replay_flow(w, turn % w->replay.turns);
	const struct program_each *const e = f->frames.each;

	frames_renew(&f->frames, f->program, &f->at, program_each_frame(e),
		     f->stamp | time, nb);
}

/* As many as are back. */
static NOINLINE unsigned make_edited(struct worker *w, unsigned n,
				     uint64_t now_ns)
{
	const struct worker_replay *const p = &w->replay;
	struct uk_netbuf *const *const pkt = p->pkt + p->at;
	struct program_each *const *const each = p->each + p->next;
	const uint64_t time = signature_stamp_at(0, now_ns);
	const uint32_t more = csum_of64(time);
	unsigned i;

	for (i = 0; i < n; i++) {
		struct program_each *const e = each[i];
		struct uk_netbuf *const nb = pkt[i];

		if (unlikely(nb->refcount != 1))
			break;
		if (unlikely(!e->last || nb->priv != e->tag))
			renew(w, p->next + i, time, nb);
		nb->refcount = 2;
		program_each_next(e, time, more, nb->data);
	}
	return i;
}

unsigned replay_frames(struct worker *w, unsigned n, uint64_t now_ns)
{
	const struct worker_replay *const p = &w->replay;

	if (likely(!p->edits))
		return make_shared(p, n);
	if (unlikely(p->pkt[p->at]->refcount != 1))
		port_tx_reap(w->queue);
	return make_edited(w, n, now_ns);
}

#else

unsigned replay_frames(struct worker *w, unsigned n, uint64_t now_ns)
{
	(void)w;
	(void)n;
	(void)now_ns;
	return 0;
}

#endif
