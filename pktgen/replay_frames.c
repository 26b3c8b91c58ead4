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
	replay_shape(&w->replay, e);
}

/*
 * From turn `i` on, as many as are back, or, of those that are `alike`, up to
 * one that is not; returns how many that are in all.
 */
EDIT_INLINE unsigned make_by(struct worker *w, const struct each_shape *shape,
			     const bool alike, unsigned i, unsigned n,
			     uint64_t now_ns)
{
	const struct worker_replay *const p = &w->replay;
	struct uk_netbuf *const *const pkt = p->pkt + p->at;
	struct program_each *const *const each = p->each + p->next;
	const uint64_t time = signature_stamp_at(0, now_ns);
	const uint32_t more = csum_of64(time);

	for (; i < n; i++) {
		struct program_each *const e = each[i];
		struct uk_netbuf *const nb = pkt[i];

		if (unlikely(nb->refcount != 1))
			break;
		if (unlikely(!program_each_last(e) || nb->priv != e->tag)) {
			renew(w, p->next + i, time, nb);
			if (alike && !p->alike)
				break;
		}
		nb->refcount = 2;
		program_each_next(e, alike ? shape : &e->shape, time, more,
				  nb->data);
	}
	return i;
}

static NOINLINE unsigned make_any(struct worker *w, unsigned i, unsigned n,
				  uint64_t now_ns)
{
	return make_by(w, NULL, false, i, n, now_ns);
}

/* Of those that are all signed and have nothing else that changes. */
static NOINLINE unsigned make_signed(struct worker *w, unsigned i, unsigned n,
				     uint64_t now_ns)
{
	struct each_shape shape = w->replay.shape;

	shape.nb = 2;
	shape.csum = shape.sign = true;
	return make_by(w, &shape, true, i, n, now_ns);
}

static unsigned make_edited(struct worker *w, unsigned i, unsigned n,
			    uint64_t now_ns)
{
	const struct worker_replay *const p = &w->replay;

	if (likely(p->shaped && p->alike && p->shape.nb == 2 && p->shape.csum &&
		   p->shape.sign)) {
		i = make_signed(w, i, n, now_ns);
		if (likely(p->alike))
			return i;
	}
	return make_any(w, i, n, now_ns);
}

unsigned replay_frames(struct worker *w, unsigned n, uint64_t now_ns)
{
	const struct worker_replay *const p = &w->replay;
	unsigned made;

	if (likely(p->kept))
		return n;
	if (likely(!p->edits))
		return make_shared(p, n);
	made = make_edited(w, 0, n, now_ns);
	if (likely(made == n))
		return n;
	port_tx_reap(w->queue);
	return make_edited(w, made, n, now_ns);
}

COLD void replay_keep(struct worker *w)
{
	struct worker_replay *const p = &w->replay;

	p->kept = !p->edits && !w->how.drops && !w->unplugged &&
		  !(w->mode & MODE_NULL) && port_tx_keeps(w->queue);
}

COLD void replay_own(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	const struct outbox *const o = &w->out;

	if (!p->kept)
		return;
	p->kept = false;
	port_tx_reap(w->queue);
	for (unsigned i = 0; p->out && i < o->nb; i++)
		o->pkt[i]->refcount++;
}

#else

void replay_keep(struct worker *w)
{
	(void)w;
}

void replay_own(struct worker *w)
{
	(void)w;
}

unsigned replay_frames(struct worker *w, unsigned n, uint64_t now_ns)
{
	(void)w;
	(void)n;
	(void)now_ns;
	return 0;
}

#endif
