/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames that are edited in place: slots that belong to the engine, taken in
 * turns, each free once no reference but the engine's is left. A device gives
 * them back in the order in which it got them, or nearly so, so that the next
 * one in turn is free unless all are out.
 */
#include <string.h>

#include "pktgen/frames_impl.h"
#include "pktgen/program_edit.h"

#ifdef PORT_SHARED

/* As many as two bursts, so that one can be out while the next is made. */
#define FIRST_SLOTS 128

/* What a slot has in it, in `priv`: a program's frame of this variant. */
static void *tag(const struct frames *f, unsigned variant)
{
	return (void *)(((uintptr_t)f->generation << 8) + variant + 1);
}

void frames_leave_pool(struct frames *f)
{
	while (f->nb_slots)
		frames_retire(f, f->slot[--f->nb_slots]);
	f->next_slot = 0;
}

/* One more slot at the end; false when there are no buffers to be had. */
static bool grow(struct frames *f)
{
	struct uk_netbuf *nb = NULL;

	if (f->nb_slots < f->max_slots)
		nb = frames_alloc(f);
	if (nb)
		f->slot[f->nb_slots++] = nb;
	return nb;
}

/*
 * The slot `at` is out. A new one takes its place, so that there are no more
 * than were out at once, or else any that is free.
 */
static struct uk_netbuf *replace(struct frames *f, unsigned at)
{
	struct uk_netbuf **const out = &f->slot[at], *nb;
	unsigned i = at;

	if (grow(f)) {
		i = f->nb_slots - 1;
	} else {
		do {
			if (++i == f->nb_slots)
				i = 0;
			if (i == at)
				return NULL;
		} while (f->slot[i]->refcount != 1);
	}
	nb = f->slot[i];
	f->slot[i] = *out;
	*out = nb;
	return nb;
}

/* A slot with another size in it, or another program's frame. */
static void fill(const struct frames *f, const struct program *prog,
		 struct uk_netbuf *nb, unsigned variant)
{
	const uintptr_t had = (uintptr_t)nb->priv - (uintptr_t)tag(f, 0);
	unsigned from = (unsigned)had;

	if (had >= prog->nb_variants) {
		program_put_longest(prog, nb->data);
		from = 0;
	}
	if (from != variant)
		program_put_variant(prog, from, variant, nb->data);
	nb->len = prog->variant[variant].len;
	nb->priv = tag(f, variant);
}

/* The slot `at`, or what takes its place, to be edited; NULL: all are out. */
EDIT_INLINE struct uk_netbuf *take(struct frames *f, const struct program *prog,
				   struct uk_netbuf *const *slot, unsigned at,
				   unsigned variant, const void *want)
{
	struct uk_netbuf *nb = slot[at];

	if (unlikely(nb->refcount != 1)) {
		nb = replace(f, at);
		if (!nb)
			return NULL;
	}
	if (unlikely(nb->priv != want))
		fill(f, prog, nb, variant);
	nb->refcount = 2;
	return nb;
}

/*
 * All frames have one size, and that even where they are signed; the last two
 * are constants, up to 1 patch.
 */
EDIT_INLINE unsigned make_alike(struct frames *f, const struct program *prog,
				struct program_at *at, unsigned n,
				uint64_t now_ns, const unsigned nb_patches,
				const bool sign)
{
	/* Copies, as frames are written and could be any of this. */
	struct edit e = edit_of(prog, &prog->variant[0]);
	const struct patch patch = prog->patch[0];
	struct uk_netbuf *const *const slot = f->slot;
	const unsigned first = f->next_slot, end = first + n;
	const void *const want = tag(f, 0);
	uint64_t number = at->frame;
	struct edit_sign s;
	unsigned i;

	e.odd = false;
	if (sign)
		edit_sign_begin(&s, number, now_ns);
	for (i = first; i < end; i++, number++) {
		struct uk_netbuf *nb = take(f, prog, slot, i, 0, want);

		if (unlikely(!nb))
			break;
		program_edit(&e, &patch, nb_patches, sign, &s, number,
			     nb->data);
	}
	at->frame = number;
	f->held_len = prog->variant[0].len;
	f->held_bytes = (uint64_t)(i - first) * (f->held_len + ETH_FCS_LEN);
	return i - first;
}

/* Any program, frame by frame. */
static unsigned make_mixed(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t now_ns)
{
	const unsigned first = f->next_slot;
	uint64_t bytes = 0;
	struct edit_sign s;
	unsigned i;

	edit_sign_begin(&s, at->frame, now_ns);
	for (i = 0; i < n; i++) {
		const unsigned variant = prog->order[at->order];
		const struct edit e = edit_of(prog, &prog->variant[variant]);
		struct uk_netbuf *nb = take(f, prog, f->slot, first + i,
					    variant, tag(f, variant));

		if (unlikely(!nb))
			break;
		if (program_edits(prog))
			program_edit(&e, prog->patch, prog->nb_patches,
				     prog->sign, &s, at->frame, nb->data);
		bytes += nb->len;
		program_step(prog, at);
	}
	f->held_bytes = bytes + (uint64_t)i * ETH_FCS_LEN;
	f->held_len = 0;
	return i;
}

unsigned frames_make_pool(struct frames *f, const struct program *prog,
			  struct program_at *at, unsigned n, uint64_t now_ns)
{
	const bool alike = prog->nb_variants == 1 &&
			   !(prog->sign && prog->variant[0].len & 1);
	unsigned made;

	if (f->next_slot >= f->nb_slots)
		f->next_slot = 0;
	while (unlikely(f->nb_slots < FIRST_SLOTS) && grow(f))
		;
	n = MIN(n, f->nb_slots - f->next_slot);
	if (alike && prog->sign && !prog->nb_patches)
		made = make_alike(f, prog, at, n, now_ns, 0, true);
	else if (alike && !prog->sign && prog->nb_patches == 1)
		made = make_alike(f, prog, at, n, now_ns, 1, false);
	else if (alike && prog->sign && prog->nb_patches == 1)
		made = make_alike(f, prog, at, n, now_ns, 1, true);
	else
		made = make_mixed(f, prog, at, n, now_ns);
	f->held = f->slot + f->next_slot;
	f->nb_held = made;
	f->next_slot += made;
	return made;
}

#endif /* PORT_SHARED */
