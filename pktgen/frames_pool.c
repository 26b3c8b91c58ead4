/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames that are edited in place: slots that belong to the engine, taken in
 * turns, each free once no reference but the engine's is left. A device gives
 * them back in the order in which it got them, or nearly so, so that the next
 * one in turn is free unless all are out.
 *
 * There are as many as the device's ring has places, or half as many, so that a
 * frame goes where it went a lap ago: the ring's descriptors then stay as they
 * are, and with them the cache lines that the device reads them from.
 */
#include <string.h>
#include <uk/assert.h>

#include "pktgen/frames_impl.h"
#include "pktgen/play.h"
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
		frames_retire(f->room, f->slot[--f->nb_slots]);
	f->next_slot = 0;
}

/* Of a slot's frame, in bytes from its netbuf: see uk_netbuf_alloc_buf(). */
static size_t frame_at(const struct frames *f)
{
	const struct uk_netbuf *nb = f->slot[0];

	return (size_t)((const char *)nb->data - (const char *)nb);
}

/*
 * More slots, `n` or more in all, as far as there are buffers; false when there
 * were none.
 */
static bool grow(struct frames *f, unsigned n)
{
	const unsigned had = f->nb_slots;
	struct uk_netbuf *slot;
	unsigned nb = FIRST_SLOTS;

	while (nb < n)
		nb *= 2;
	while (f->nb_slots < MIN(nb, f->max_slots) &&
	       (slot = frames_alloc(f)) != NULL) {
		f->slot[f->nb_slots++] = slot;
		UK_ASSERT((char *)slot->data - (char *)slot ==
			  (ptrdiff_t)frame_at(f));
	}
	f->nb_fresh = 0;
	return f->nb_slots > had;
}

void frames_ready_pool(struct frames *f)
{
	if (!f->nb_slots)
		grow(f, 1);
}

/*
 * The slot in turn stays out while others may be back: a device that is not in
 * order, or that has lost one. The next takes its place, or another, at which
 * nobody looked since. False: neither is free.
 */
static bool pass_over(struct frames *f)
{
	struct uk_netbuf **const out = &f->slot[f->next_slot], *nb;
	unsigned i = f->next_slot + 1;

	if (i >= f->nb_slots || f->slot[i]->refcount != 1) {
		if (++f->look >= f->nb_slots)
			f->look = 0;
		i = f->look;
	}
	nb = f->slot[i];
	if (nb->refcount != 1)
		return false;
	f->slot[i] = *out;
	*out = nb;
	f->nb_fresh = 0;
	return true;
}

/*
 * Up to `n` slots from `next_slot` on: the first is free, and the others
 * likely are. Where it is not, the device is asked for what it has used: nobody
 * else does while nothing is made.
 */
static unsigned take_turn(struct frames *f, unsigned n)
{
	struct uk_netbuf *const *slot;
	unsigned had = f->nb_slots;

	if (unlikely(had < n && had < f->max_slots)) {
		grow(f, n);
		had = f->nb_slots;
	}
	if (f->next_slot >= had)
		f->next_slot = 0;
	n = MIN(n, had - f->next_slot);
	slot = f->slot + f->next_slot;
	if (likely(n && slot[n - 1]->refcount == 1 && slot[0]->refcount == 1))
		return n;
	port_tx_reap(f->queue);
	if (likely(n && slot[0]->refcount == 1))
		return n;
	if (n && had < f->max_slots && grow(f, 2 * had)) {
		f->next_slot = had;
		return MIN(n, f->nb_slots - had);
	}
	return n && pass_over(f) ? n : 0;
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

/*
 * The functions below make up to `n` frames in the slots from `next_slot` on,
 * the first being frame at->frame, and return how many: less when a slot is
 * out.
 */

/* Any program, in any slot. */
static NOINLINE unsigned make_any(struct frames *f, const struct program *prog,
				  struct program_at *at, unsigned n,
				  uint64_t stamp)
{
	struct uk_netbuf *const *const slot = f->slot + f->next_slot;
	uint64_t bytes = 0;
	struct edit_sign s;
	unsigned i;

	edit_sign_begin(&s, prog->sender, at->frame, stamp);
	for (i = 0; i < n && likely(slot[i]->refcount == 1); i++) {
		const unsigned variant = prog->order[at->order];
		struct uk_netbuf *const nb = slot[i];

		if (unlikely(nb->priv != tag(f, variant)))
			fill(f, prog, nb, variant);
		nb->refcount = 2;
		if (unlikely(!prog->plain)) {
			program_edit_any(prog, at, variant, stamp, nb->data);
		} else if (program_edits(prog)) {
			const struct edit_plain e =
				edit_of(prog, &prog->variant[variant]);

			edit_plain(&e, prog->patch, prog->nb_patches,
				   prog->sign, &s, at->frame, nb->data);
		}
		bytes += nb->len;
		program_step(prog, at);
	}
	f->out->bytes = bytes + (uint64_t)i * ETH_FCS_LEN;
	f->out->len = 0;
	return i;
}

/* Those of a capture, in any slot. */
static NOINLINE unsigned make_played(struct frames *f,
				     const struct program *prog,
				     struct program_at *at, unsigned n)
{
	struct uk_netbuf *const *const slot = f->slot + f->next_slot;
	uint64_t bytes = 0;
	unsigned i;

	for (i = 0; i < n && likely(slot[i]->refcount == 1); i++) {
		struct uk_netbuf *const nb = slot[i];

		nb->refcount = 2;
		nb->priv = NULL;
		nb->len = play_next(prog, at, nb->data);
		bytes += nb->len;
	}
	f->out->bytes = bytes + (uint64_t)i * ETH_FCS_LEN;
	f->out->len = 0;
	return i;
}

/* A program that has columns, in any slot. */
static NOINLINE unsigned make_columns(struct frames *f,
				      const struct program *prog,
				      struct program_at *at, unsigned n,
				      uint64_t stamp)
{
	struct uk_netbuf *const *const slot = f->slot + f->next_slot;
	void *const tagged = tag(f, 0);
	unsigned made = 0, i;

	do {
		const unsigned end = MIN(n, made + PROGRAM_COLUMNS_MAX);

		for (i = made; i < end && likely(slot[i]->refcount == 1); i++) {
			slot[i]->refcount = 2;
			if (unlikely(slot[i]->priv != tagged))
				fill(f, prog, slot[i], 0);
		}
		program_edit_columns(prog, at, (void *const *)(slot + made),
				     i - made, frame_at(f), stamp);
		n = i < end ? i : n;
		made = i;
	} while (unlikely(made < n));
	f->out->len = prog->variant[0].len;
	f->out->bytes = (uint64_t)made * (f->out->len + ETH_FCS_LEN);
	return made;
}

/*
 * Those of a run, in slots that have its heads; `nb` and `sign` are constants.
 * Half of the work would be the loop: four are one step. In each netbuf of the
 * pool the frame is at the same place, which is part of the run's offsets.
 */
EDIT_INLINE unsigned make_run(struct uk_netbuf *const *slot, unsigned n,
			      const struct program_run *run, const unsigned nb,
			      const bool sign)
{
	struct uk_netbuf *const *const first = slot;
	struct uk_netbuf *const *const end = slot + n;
	/* A copy, as frames are written and could be any of this. */
	const struct program_run r = *run;
	uint64_t lanes = r.lanes;

#define MAKE(k)                \
	slot[k]->refcount = 2; \
	program_run_next(&lanes, &r, nb, sign, (uint8_t *)slot[k])
	for (; slot + 4 <= end; slot += 4) {
		/* None is 0, so four are 1 or the sum is more: one branch. */
		if (unlikely(slot[0]->refcount + slot[1]->refcount +
				     slot[2]->refcount + slot[3]->refcount !=
			     4))
			break;
		MAKE(0);
		MAKE(1);
		MAKE(2);
		MAKE(3);
	}
	for (; slot < end && slot[0]->refcount == 1; slot++) {
		MAKE(0);
	}
#undef MAKE
	return (unsigned)(slot - first);
}

#define RUN(name, nb, sign)                                                \
	static NOINLINE unsigned name(struct uk_netbuf *const *slot,       \
				      unsigned n, struct program_run *run, \
				      uint64_t stamp)                      \
	{                                                                  \
		n = program_run_at(run, sign, stamp, n);                   \
		n = make_run(slot, n, run, nb, sign);                      \
		program_run_skip(run, n);                                  \
		return n;                                                  \
	}

RUN(run_plain, 0, false)
RUN(run_2, 2, false)
RUN(run_3, 3, false)
RUN(run_4, 4, false)
RUN(run_2_signed, 2, true)
RUN(run_3_signed, 3, true)
RUN(run_4_signed, 4, true)

/* By struct program_run's `nb`, and whether frames are signed. */
static const frames_run_t run_of[][2] = {
	{run_plain},           {NULL},
	{run_2, run_2_signed}, {run_3, run_3_signed},
	{run_4, run_4_signed},
};

static unsigned make_runs(struct frames *f, const struct program *prog,
			  struct program_at *at, unsigned n, uint64_t stamp)
{
	struct uk_netbuf *const *const slot = f->slot + f->next_slot;
	unsigned made = 0, now;

	do {
		if (unlikely(!f->run.last || f->run_at != at->frame)) {
			program_run_begin(&f->run, prog, at->frame,
					  frame_at(f));
			f->run_of = run_of[f->run.nb][prog->sign];
			f->run_at = at->frame;
		}
		now = f->run_of(slot + made, n - made, &f->run, stamp);
		made += now;
		f->run_at = at->frame += now;
	} while (unlikely(made < n) && now);
	f->out->len = prog->variant[0].len;
	f->out->bytes = (uint64_t)made * (f->out->len + ETH_FCS_LEN);
	return made;
}

/* Of frames whose heads are alike: fewer than `n` where these end. */
static unsigned make_alike(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t stamp)
{
	if (unlikely(at->frame - f->heads_from >= f->heads_last)) {
		f->heads_from = at->frame;
		f->heads_last = program_heads_last(prog, at->frame);
		f->nb_fresh = 0;
	}
	n = (unsigned)MIN(n, f->heads_from + f->heads_last - at->frame);
	if (likely(f->nb_fresh >= f->nb_slots))
		return make_runs(f, prog, at, n, stamp);
	n = make_any(f, prog, at, n, stamp);
	f->nb_fresh += n;
	return n;
}

unsigned frames_make_pool(struct frames *f, const struct program *prog,
			  struct program_at *at, unsigned n, uint64_t stamp)
{
	const unsigned due = n;
	unsigned made = 0;

	n = take_turn(f, n);
	if (likely(f->nb_lanes <= PROGRAM_LANES_MAX))
		made = make_alike(f, prog, at, n, stamp);
	else if (f->columns)
		made = make_columns(f, prog, at, n, stamp);
	else if (PLAYS(prog))
		made = make_played(f, prog, at, n);
	else
		made = make_any(f, prog, at, n, stamp);
	f->out->pkt = f->slot + f->next_slot;
	f->out->nb = made;
	f->out->from = f;
	f->next_slot += made;
	f->starved = made < MIN(n, due) || !n;
	return made;
}

void frames_unmake_pool(struct frames *f, struct uk_netbuf *const *held,
			unsigned n)
{
	/* Without spare ones there is no need; those held since before
	 * frames_set() lie elsewhere. */
	if (f->max_slots <= f->queue->port->nb_tx_desc || f->next_slot < n ||
	    f->slot + f->next_slot != held + n)
		return;
	f->next_slot -= n;
	if (f->nb_fresh < f->nb_slots)
		f->nb_fresh -= MIN(f->nb_fresh, n);
}

#endif /* PORT_SHARED */
