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

/* Loops of their own, which registers suffice for. */
#define NOINLINE __attribute__((noinline))

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
	if (nb) {
		f->slot[f->nb_slots++] = nb;
		f->nb_fresh = 0;
	}
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
	f->nb_fresh = 0;
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

/* A slot that is out or has something else in it: see take(). */
static NOINLINE struct uk_netbuf *take_other(struct frames *f,
					     const struct program *prog,
					     unsigned at, unsigned variant)
{
	struct uk_netbuf *nb = f->slot[at];

	if (nb->refcount != 1)
		nb = replace(f, at);
	if (nb && nb->priv != tag(f, variant))
		fill(f, prog, nb, variant);
	return nb;
}

/*
 * What is in a slot, or else takes its place, to be edited; NULL: all are out.
 * `want` is the variant's tag.
 */
EDIT_INLINE struct uk_netbuf *take(struct frames *f, const struct program *prog,
				   struct uk_netbuf *const *slot,
				   unsigned variant, const void *want)
{
	struct uk_netbuf *nb = *slot;

	if (unlikely(nb->refcount != 1 || nb->priv != want)) {
		nb = take_other(f, prog, (unsigned)(slot - f->slot), variant);
		if (!nb)
			return NULL;
	}
	nb->refcount = 2;
	return nb;
}

/*
 * The functions below make up to `n` frames in the slots from `slot` on, the
 * first being frame `number`, and return how many they made.
 */

/*
 * All frames have one size, and that even where they are signed; the last two
 * are constants, up to 1 patch.
 */
EDIT_INLINE unsigned make_patched(struct frames *f, const struct program *prog,
				  struct uk_netbuf *const *slot,
				  uint64_t number, unsigned n, uint64_t now_ns,
				  const unsigned nb_patches, const bool sign)
{
	/* Copies, as frames are written and could be any of this. */
	struct edit e = edit_of(prog, &prog->variant[0]);
	const struct patch patch = prog->patch[0];
	const void *const want = tag(f, 0);
	struct edit_sign s;
	unsigned i;

	e.odd = false;
	if (sign)
		edit_sign_begin(&s, number, now_ns);
	for (i = 0; i < n; i++, number++) {
		struct uk_netbuf *nb = take(f, prog, slot + i, 0, want);

		if (unlikely(!nb))
			break;
		program_edit(&e, &patch, nb_patches, sign, &s, number,
			     nb->data);
	}
	return i;
}

static NOINLINE unsigned make_flows(struct frames *f,
				    const struct program *prog,
				    struct uk_netbuf *const *slot,
				    uint64_t number, unsigned n,
				    uint64_t now_ns)
{
	return prog->sign
		       ? make_patched(f, prog, slot, number, n, now_ns, 1, true)
		       : make_patched(f, prog, slot, number, n, now_ns, 1,
				      false);
}

/* The same of frames that are only signed. */
static NOINLINE unsigned make_signed(struct frames *f,
				     const struct program *prog,
				     struct uk_netbuf *const *slot,
				     uint64_t number, unsigned n,
				     uint64_t now_ns)
{
	const struct edit e = edit_of(prog, &prog->variant[0]);
	const void *const want = tag(f, 0);
	unsigned i = 0;

	while (i < n) {
		struct edit_run r;
		const unsigned end =
			i + edit_run_begin(&r, &e, number + i, n - i, now_ns);

		for (; i < end; i++) {
			struct uk_netbuf *nb = take(f, prog, slot + i, 0, want);

			if (unlikely(!nb))
				return i;
			memcpy((uint8_t *)nb->data + e.sign_at, &r.head,
			       sizeof(r.head));
			edit_run_next(&r, &e, nb->data);
		}
	}
	return i;
}

/*
 * The same in slots that have the head of the signature already. Ends at one
 * that is out. Half of the work would be the loop: four are one step.
 */
static unsigned remake_signed(const struct program *prog,
			      struct uk_netbuf *const *slot, uint64_t number,
			      unsigned n, uint64_t now_ns)
{
	const struct edit e = edit_of(prog, &prog->variant[0]);
	struct uk_netbuf *const *const first = slot, *const *end = slot;
	struct edit_run r;

#define REMAKE(k)                                    \
	if (unlikely(slot[k]->refcount != 1))        \
		return (unsigned)(slot + (k)-first); \
	slot[k]->refcount = 2;                       \
	edit_run_next(&r, &e, slot[k]->data)
	while ((unsigned)(slot - first) < n) {
		const unsigned done = (unsigned)(slot - first);

		end = slot +
		      edit_run_begin(&r, &e, number + done, n - done, now_ns);
		for (; slot + 4 <= end; slot += 4) {
			REMAKE(0);
			REMAKE(1);
			REMAKE(2);
			REMAKE(3);
		}
		for (; slot < end; slot++) {
			REMAKE(0);
		}
	}
#undef REMAKE
	return n;
}

/* From one to the next of these frames, the head of the signature changes. */
static bool crosses_head(uint64_t number, unsigned n)
{
	return (uint16_t)number + n > UINT16_MAX + 1u;
}

static unsigned make_only_signed(struct frames *f, const struct program *prog,
				 struct uk_netbuf *const *slot, uint64_t number,
				 unsigned n, uint64_t now_ns)
{
	const bool crosses = crosses_head(number, n);
	unsigned made = 0;

	if (unlikely(crosses || !(uint16_t)number))
		f->nb_fresh = 0;
	if (likely(f->nb_fresh == f->nb_slots)) {
		made = remake_signed(prog, slot, number, n, now_ns);
		if (likely(made == n))
			return n;
	}
	made += make_signed(f, prog, slot + made, number + made, n - made,
			    now_ns);
	f->nb_fresh = crosses ? 0 : MIN(f->nb_fresh + made, f->nb_slots);
	return made;
}

static unsigned make_alike(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t now_ns)
{
	struct uk_netbuf *const *const slot = f->slot + f->next_slot;
	const uint64_t number = at->frame;
	unsigned made;

	made = prog->nb_patches
		       ? make_flows(f, prog, slot, number, n, now_ns)
		       : make_only_signed(f, prog, slot, number, n, now_ns);
	at->frame = number + made;
	f->held_len = prog->variant[0].len;
	f->held_bytes = (uint64_t)made * (f->held_len + ETH_FCS_LEN);
	return made;
}

/* Any program, frame by frame. */
static NOINLINE unsigned make_mixed(struct frames *f,
				    const struct program *prog,
				    struct program_at *at, unsigned n,
				    uint64_t now_ns)
{
	uint64_t bytes = 0;
	struct edit_sign s;
	unsigned i;

	edit_sign_begin(&s, at->frame, now_ns);
	for (i = 0; i < n; i++) {
		const unsigned variant = prog->order[at->order];
		const struct edit e = edit_of(prog, &prog->variant[variant]);
		struct uk_netbuf *nb = take(f, prog, f->slot + f->next_slot + i,
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
	unsigned made;

	if (f->next_slot >= f->nb_slots)
		f->next_slot = 0;
	while (unlikely(f->nb_slots < FIRST_SLOTS) && grow(f))
		;
	n = MIN(n, f->nb_slots - f->next_slot);
	if (likely(f->alike))
		made = make_alike(f, prog, at, n, now_ns);
	else
		made = make_mixed(f, prog, at, n, now_ns);
	f->held = f->slot + f->next_slot;
	f->nb_held = made;
	f->next_slot += made;
	return made;
}

#endif /* PORT_SHARED */
