/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of flows that take turns and edit theirs: each has a frame for itself,
 * where it is short, and what makes the next in a cache line. Any other frame
 * that is free does as well, once it is filled.
 */
#include <string.h>

#include "pktgen/frames_impl.h"

#ifdef PORT_SHARED

void frames_leave_each(struct frames *f)
{
	if (f->each)
		uk_free(f->each_from, f->each);
	f->each = NULL;
}

COLD void frames_enter_each(struct frames *f, const struct program *prog)
{
	struct uk_netbuf *nb;

	if (!program_has_each(prog))
		return;
	f->each_from = frames_small_from(f->room, FRAMES_EACH);
	f->each = uk_memalign(f->each_from, PORT_LINE, sizeof(*f->each));
	if (!f->each)
		return;
	*f->each = (struct program_each){0};
	nb = frames_alloc_short(f, prog->variant[0].len);
	if (nb)
		f->shared[f->nb_shared++] = nb;
}

NOINLINE void frames_renew(struct frames *f, const struct program *prog,
			   struct program_at *at, uint64_t frame,
			   uint64_t stamp, struct uk_netbuf *nb)
{
	struct program_each *const e = f->each;
	const uint64_t had = at->frame;

	if (!program_each_last(e) || program_each_frame(e) != frame) {
		at->frame = frame;
		program_each_begin(e, prog, at, stamp & ~SIGNATURE_TIME_MASK);
		at->frame = had;
		f->generation = ++f->room->generation;
		e->tag = frames_tag(f, 0);
	}
	if (nb->priv != e->tag)
		frames_fill(f, prog, nb, 0);
}

struct uk_netbuf *frames_one_each(struct frames *f, const struct program *prog,
				  struct program_at *at, uint64_t stamp)
{
	const uint64_t time = stamp & SIGNATURE_TIME_MASK;
	struct program_each *const e = f->each;
	struct uk_netbuf *nb = f->nb_shared ? f->shared[0] : NULL;

	if (unlikely(!nb || nb->refcount != 1))
		nb = frames_slot(f);
	if (unlikely(!nb))
		return NULL;
	if (unlikely(!program_each_last(e) ||
		     program_each_frame(e) != at->frame || nb->priv != e->tag))
		frames_renew(f, prog, at, at->frame, stamp, nb);
	nb->refcount = 2;
	program_each_next(e, &e->shape, time, csum_of64(time), nb->data);
	at->frame++;
	return nb;
}

#endif /* PORT_SHARED */
