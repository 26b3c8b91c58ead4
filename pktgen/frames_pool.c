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

COLD void frames_leave_pool(struct frames_room *r)
{
	while (r->nb_slots)
		frames_retire(r, r->slot[--r->nb_slots]);
	r->next_slot = 0;
}

/* Of a slot's frame, in bytes from its netbuf: see uk_netbuf_alloc_buf(). */
static size_t frame_at(const struct frames_room *r)
{
	const struct uk_netbuf *nb = r->slot[0];

	return (size_t)((const char *)nb->data - (const char *)nb);
}

/*
 * More slots, `n` or more in all, as far as there are buffers; false when there
 * were none.
 */
COLD static bool grow(struct frames *f, unsigned n)
{
	struct frames_room *const r = f->room;
	const unsigned had = r->nb_slots;
	struct uk_netbuf *slot;
	unsigned nb = FIRST_SLOTS;

	while (nb < n)
		nb *= 2;
	while (r->nb_slots < MIN(nb, r->max_slots) &&
	       (slot = frames_alloc(f)) != NULL) {
		r->slot[r->nb_slots++] = slot;
		UK_ASSERT((char *)slot->data - (char *)slot ==
			  (ptrdiff_t)frame_at(r));
	}
	r->nb_fresh = 0;
	return r->nb_slots > had;
}

void frames_ready_pool(struct frames *f)
{
	if (!f->room->nb_slots)
		grow(f, 1);
}

/*
 * The slot in turn stays out while others may be back: a device that is not in
 * order, or that has lost one. The next takes its place, or another, at which
 * nobody looked since. False: neither is free.
 */
COLD static bool pass_over(struct frames_room *r)
{
	struct uk_netbuf **const out = &r->slot[r->next_slot], *nb;
	unsigned i = r->next_slot + 1;

	if (i >= r->nb_slots || r->slot[i]->refcount != 1) {
		if (++r->look >= r->nb_slots)
			r->look = 0;
		i = r->look;
	}
	nb = r->slot[i];
	if (nb->refcount != 1)
		return false;
	r->slot[i] = *out;
	*out = nb;
	r->nb_fresh = 0;
	return true;
}

/*
 * Up to `n` slots from `next_slot` on: the first is free, and the others
 * likely are. Where it is not, the device is asked for what it has used: nobody
 * else does while nothing is made.
 */
static inline unsigned take_turn(struct frames *f, unsigned n)
{
	struct frames_room *const r = f->room;
	struct uk_netbuf *const *slot;
	unsigned had = r->nb_slots;

	if (unlikely(had < n && had < r->max_slots)) {
		grow(f, n);
		had = r->nb_slots;
	}
	if (r->next_slot >= had)
		r->next_slot = 0;
	n = MIN(n, had - r->next_slot);
	slot = r->slot + r->next_slot;
	if (likely(n && slot[n - 1]->refcount == 1 && slot[0]->refcount == 1))
		return n;
	port_tx_reap(f->queue);
	if (likely(n && slot[0]->refcount == 1))
		return n;
	if (n && had < r->max_slots && grow(f, 2 * had)) {
		r->next_slot = had;
		return MIN(n, r->nb_slots - had);
	}
	return n && pass_over(r) ? n : 0;
}

void frames_more_slots(struct frames *f)
{
	if (f->room->nb_slots < f->room->max_slots)
		grow(f, f->room->max_slots);
}

/* Of one that is not alone: with slots enough each may find its own again. */
static NOINLINE bool find_slot(struct frames *f)
{
	frames_more_slots(f);
	return take_turn(f, 1);
}

void frames_fill(const struct frames *f, const struct program *prog,
		 struct uk_netbuf *nb, unsigned variant)
{
	const uintptr_t had = (uintptr_t)nb->priv - (uintptr_t)frames_tag(f, 0);
	unsigned from = (unsigned)had;

	if (had >= prog->nb_variants) {
		program_put_longest(prog, nb->data);
		from = 0;
	}
	if (from != variant)
		program_put_variant(prog, from, variant, nb->data);
	nb->len = prog->variant[variant].len;
	nb->priv = frames_tag(f, variant);
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
	struct frames_room *const r = f->room;
	struct uk_netbuf *const *const slot = r->slot + r->next_slot;
	uint64_t bytes = 0;
	struct edit_sign s;
	unsigned i;

	edit_sign_begin(&s, prog->sender, at->frame, stamp);
	for (i = 0; i < n && likely(slot[i]->refcount == 1); i++) {
		const unsigned variant = prog->order[at->order];
		struct uk_netbuf *const nb = slot[i];

		if (unlikely(nb->priv != frames_tag(f, variant)))
			frames_fill(f, prog, nb, variant);
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
	struct uk_netbuf *const *const slot =
		f->room->slot + f->room->next_slot;
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

/* As many of `n` slots as are free get the first variant. */
static NOINLINE unsigned fill_slots(const struct frames *f,
				    const struct program *prog,
				    struct uk_netbuf *const *slot, unsigned n)
{
	unsigned i;

	for (i = 0; i < n && slot[i]->refcount == 1; i++)
		if (slot[i]->priv != frames_tag(f, 0))
			frames_fill(f, prog, slot[i], 0);
	return i;
}

/* Counts `n` that have been made in turn. */
static inline void count_fresh(struct frames_room *r, unsigned n)
{
	if (unlikely(r->nb_fresh < r->nb_slots))
		r->nb_fresh += n;
}

/* As many of `n` slots as are free get a reference. */
static unsigned take_slots(struct uk_netbuf *const *slot, unsigned n)
{
	struct uk_netbuf *const *const first = slot;
	struct uk_netbuf *const *const end = slot + n;

	for (; slot + 4 <= end; slot += 4) {
		struct uk_netbuf *const a = slot[0], *const b = slot[1];
		struct uk_netbuf *const c = slot[2], *const d = slot[3];

		/* None is 0, so four are 1 or the sum is more: one branch. */
		if (unlikely(a->refcount + b->refcount + c->refcount +
				     d->refcount !=
			     4))
			break;
		a->refcount = b->refcount = c->refcount = d->refcount = 2;
	}
	for (; slot < end && slot[0]->refcount == 1; slot++)
		slot[0]->refcount = 2;
	return (unsigned)(slot - first);
}

/* A program that has columns, in any slot. */
static NOINLINE unsigned make_columns(struct frames *f,
				      const struct program *prog,
				      struct program_at *at, unsigned n,
				      uint64_t stamp)
{
	struct frames_room *const r = f->room;
	struct uk_netbuf *const *slot = r->slot + r->next_slot;
	struct uk_netbuf *const *const first = slot;
	unsigned some, taken;

	do {
		taken = some = MIN(n, PROGRAM_COLUMNS_MAX);
		if (unlikely(r->nb_fresh < r->nb_slots))
			taken = fill_slots(f, prog, slot, some);
		taken = take_slots(slot, taken);
		count_fresh(r, taken);
		program_edit_columns(prog, at, (void *const *)slot, taken,
				     frame_at(r), stamp);
		slot += taken;
		n -= taken;
	} while (unlikely(n) && taken == some);
	n = (unsigned)(slot - first);
	f->out->len = prog->variant[0].len;
	f->out->bytes = (uint64_t)n * (f->out->len + ETH_FCS_LEN);
	return n;
}

/*
 * Those of a run, in slots that have its heads; `nb` and `sign` are constants.
 * Half of the work would be the loop, where there are few lanes: four are one
 * step. In each netbuf of the
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
	uint64_t lanes[] = {r.lanes[0], r.lanes[1]};

#define MAKE(k)                \
	slot[k]->refcount = 2; \
	program_run_next(lanes, &r, nb, sign, (uint8_t *)slot[k])
	for (; nb <= 4 && slot + 4 <= end; slot += 4) {
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
		unsigned made;                                             \
                                                                           \
		n = program_run_at(run, sign, stamp, n);                   \
		made = make_run(slot, n, run, nb, sign);                   \
		program_run_skip(run, nb, sign, made, n);                  \
		return made;                                               \
	}

RUN(run_plain, 0, false)
RUN(run_2, 2, false)
RUN(run_3, 3, false)
RUN(run_4, 4, false)
RUN(run_7, 7, false)
RUN(run_2_signed, 2, true)
RUN(run_3_signed, 3, true)
RUN(run_4_signed, 4, true)
RUN(run_8_signed, 8, true)

/* By struct program_run's `nb`, and whether frames are signed. */
static const frames_run_t run_of[][2] = {
	[0] = {run_plain},
	[2] = {run_2, run_2_signed},
	[3] = {run_3, run_3_signed},
	[4] = {run_4, run_4_signed},
	[7] = {run_7},
	[8] = {NULL, run_8_signed},
};

static COLD void begin(struct frames *f, const struct program *prog,
		       struct program_at *at)
{
	struct frames_room *const r = f->room;
	const bool first = !f->run_of;

	/* What slots have of the run before has other heads. */
	if (program_run_begin(&f->run, prog, at, frame_at(r)) && !first) {
		f->generation = ++r->generation;
		r->nb_fresh = 0;
	}
	f->run_of = run_of[f->run.nb][prog->sign];
	f->run_at = at->frame;
}

/* A run that goes on with at->frame is under way. */
static inline void go_on(struct frames *f, const struct program *prog,
			 struct program_at *at)
{
	if (unlikely(!f->run.last || f->run_at != at->frame))
		begin(f, prog, at);
}

/* Runs of a program, in any slot. */
static unsigned make_runs(struct frames *f, const struct program *prog,
			  struct program_at *at, unsigned n, uint64_t stamp)
{
	struct frames_room *const r = f->room;
	struct uk_netbuf *const *const slot = r->slot + r->next_slot;
	unsigned made = 0, some;

	do {
		go_on(f, prog, at);
		some = n - made;
		if (unlikely(r->nb_fresh < r->nb_slots))
			some = fill_slots(f, prog, slot + made, some);
		some = f->run_of(slot + made, some, &f->run, stamp);
		count_fresh(r, some);
		made += some;
		f->run_at = at->frame += some;
	} while (unlikely(made < n) && some);
	f->out->len = prog->variant[0].len;
	f->out->bytes = (uint64_t)made * (f->out->len + ETH_FCS_LEN);
	return made;
}

unsigned frames_make_pool(struct frames *f, const struct program *prog,
			  struct program_at *at, unsigned n, uint64_t stamp)
{
	struct frames_room *const r = f->room;
	const unsigned due = n;
	unsigned made = 0;

	n = take_turn(f, n);
	if (likely(f->nb_lanes <= PROGRAM_LANES_MAX))
		made = make_runs(f, prog, at, n, stamp);
	else if (f->columns)
		made = make_columns(f, prog, at, n, stamp);
	else if (prog->grow)
		made = frames_make_grown(f, prog, at, n, stamp);
	else if (PLAYS(prog))
		made = make_played(f, prog, at, n);
	else
		made = make_any(f, prog, at, n, stamp);
	f->out->pkt = r->slot + r->next_slot;
	f->out->nb = made;
	f->out->from = f;
	r->next_slot += made;
	f->starved = made < MIN(n, due) || !n;
	return made;
}

/* The next frame, which is not part of a run, in a slot that is free. */
static NOINLINE void put_one(struct frames *f, const struct program *prog,
			     struct program_at *at, struct uk_netbuf *nb,
			     uint64_t stamp)
{
	unsigned variant;

	if (PLAYS(prog)) {
		nb->priv = NULL;
		nb->len = play_next(prog, at, nb->data);
		return;
	}
	variant = prog->grow ? 0 : prog->order[at->order];
	if (nb->priv != frames_tag(f, variant))
		frames_fill(f, prog, nb, variant);
	if (prog->grow) {
		nb->len = program_regrow(prog, at, stamp, nb->data, nb->len);
		return;
	}
	program_edit(prog, at, variant, stamp, nb->data);
	program_step(prog, at);
}

struct uk_netbuf *frames_slot(struct frames *f)
{
	struct frames_room *const r = f->room;

	if (unlikely(r->next_slot >= r->nb_slots ||
		     r->slot[r->next_slot]->refcount != 1) &&
	    !find_slot(f))
		return NULL;
	return r->slot[r->next_slot++];
}

struct uk_netbuf *frames_one_slot(struct frames *f, const struct program *prog,
				  struct program_at *at, uint64_t stamp)
{
	struct uk_netbuf *const nb = frames_slot(f);

	if (unlikely(!nb))
		return NULL;
	nb->refcount = 2;
	if (unlikely(f->nb_lanes > PROGRAM_LANES_MAX)) {
		put_one(f, prog, at, nb, stamp);
		return nb;
	}
	go_on(f, prog, at);
	if (unlikely(nb->priv != frames_tag(f, 0)))
		frames_fill(f, prog, nb, 0);
	program_run_one(&f->run, stamp, (uint8_t *)nb);
	f->run_at = ++at->frame;
	return nb;
}

#endif /* PORT_SHARED */
