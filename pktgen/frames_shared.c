/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of a program whose frames do not differ: one netbuf for each size. */
#include <string.h>

#include "pktgen/frames_impl.h"

#ifdef PORT_SHARED

void frames_retire(struct frames *f, struct uk_netbuf *nb)
{
	if (nb->refcount == 1) {
		nb->priv = NULL;
		port_frame_free(nb);
		return;
	}
	nb->priv = f->retired;
	f->retired = nb;
}

void frames_sweep(struct frames *f)
{
	struct uk_netbuf *nb = f->retired, *next;

	f->retired = NULL;
	for (; nb; nb = next) {
		next = nb->priv;
		frames_retire(f, nb);
	}
}

void frames_leave_shared(struct frames *f)
{
	while (f->nb_shared)
		frames_retire(f, f->shared[--f->nb_shared]);
}

/* The round stands there as often as any burst in it may need. */
bool frames_enter_shared(struct frames *f, const struct program *prog)
{
	const unsigned n = prog->nb_order + FRAMES_BURST_MAX;
	unsigned at = 0;

	for (unsigned v = 0; v < prog->nb_variants; v++) {
		struct uk_netbuf *nb = frames_alloc(f);

		if (!nb) {
			frames_leave_shared(f);
			return false;
		}
		program_put(prog, v, nb->data);
		nb->len = prog->variant[v].len;
		f->shared[f->nb_shared++] = nb;
	}
	for (unsigned i = 0; i < n; i++) {
		f->round[i] = f->shared[prog->order[at]];
		if (++at == prog->nb_order)
			at = 0;
	}
	return true;
}

unsigned frames_make_shared(struct frames *f, const struct program *prog,
			    struct program_at *at, unsigned n, uint64_t now_ns)
{
	struct uk_netbuf **const held = f->round + at->order;
	struct outbox *const o = f->out;
	uint64_t bytes = 0;

	(void)now_ns;
	o->pkt = held;
	o->nb = n;
	o->from = f;
	at->frame += n;
	if (likely(f->nb_shared == 1)) {
		held[0]->refcount += n;
		o->len = held[0]->len;
		o->bytes = (uint64_t)n * (o->len + ETH_FCS_LEN);
		return n;
	}
	for (unsigned i = 0; i < n; i++) {
		held[i]->refcount++;
		bytes += held[i]->len;
	}
	o->len = 0;
	o->bytes = bytes + (uint64_t)n * ETH_FCS_LEN;
	at->order += n;
	while (at->order >= prog->nb_order)
		at->order -= prog->nb_order;
	return n;
}

unsigned frames_more_than_buffers(const struct frames *f)
{
	unsigned more = 0;

	/* One reference is ours, each of the others is a frame. */
	for (unsigned i = 0; i < f->nb_shared; i++)
		more += f->shared[i]->refcount - 2;
	for (unsigned i = 0; i < f->nb_slots; i++)
		more += f->slot[i]->refcount - 2;
	for (const struct uk_netbuf *nb = f->retired; nb; nb = nb->priv)
		more += nb->refcount - 2;
	return more;
}

#endif /* PORT_SHARED */
