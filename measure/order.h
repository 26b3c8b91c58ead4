/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order of a stream's frames, from the numbers that they carry: what is
 * lost, what came twice, what came behind a later one.
 *
 * Of the last numbers, as many as the window is long, each is known to have
 * come or to be missing; all figures are exact as long as no frame is later
 * than that. One that is later counts as `late` and is nothing else: whether
 * it came twice is not known, and if it had not come, it stays lost. Frames
 * that come again are looked at no further, and count for no extent.
 *
 *   lost         a number that has not come, up to the highest that has
 *   duplicate    a number that had come before
 *   reordered    a number that is below the highest that came before it, and
 *                had not come (RFC 4737 section 3)
 *   extent       of a reordered one: from the first frame with a higher number
 *                that came before it, in frames (RFC 4737 section 4.2.1)
 *   n-reordered  the n frames that came right before it, and no more, all have
 *                higher numbers (RFC 4737 section 5.4)
 *   episode      lost numbers without a gap (RFC 3357 section 4: loss period)
 *   outage       of an episode: from the frame that came right before the one
 *                that passed over it until that one. The longest is found among
 *                the ORDER_GAPS longest of the window, and all that left it
 *   old          a number from before the base: of an epoch that is over
 *
 * A stream may be sent by several queues, which take turns at blocks of
 * numbers: each keeps its order, all of them together do not. So what came
 * behind a later one of another queue, and behind none of its own, is no
 * reordering, but:
 *
 *   steered      a number below the highest that came, yet above all of its own
 *                queue that had
 *
 * Until it comes, nobody knows that it is lost: while a run goes on, only what
 * a later one of its own queue passed over is. It is the first of its number
 * however late it is, and so not `late`.
 */
#ifndef MEASURE_ORDER_H
#define MEASURE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/arch/lcpu.h>
#include <uk/essentials.h>

#include "measure/density.h"

#define ORDER_WINDOW_MIN 64
#define ORDER_WINDOW_MAX 65536
#define ORDER_MISSING 0x80000000u
#define ORDER_N_MAX 3 /* n of n-reordering that is told apart */
#define ORDER_GAPS 8
#define ORDER_PARTS_MAX 16 /* queues that send a stream... */
#define ORDER_BLOCK 64     /* ...in turns of that many numbers */

/* Since order_begin(); none ever shrinks but what tells of loss. */
struct order_counts {
	uint64_t frames; /* all of these but `old` */
	uint64_t unique; /* that came, each once */
	uint64_t lost;
	uint64_t duplicate, reordered, steered, late, old;
	uint64_t n_reordered[ORDER_N_MAX]; /* for n = 1, 2, and 3 or more */
	uint64_t extent_sum, extent_max;
	uint64_t episodes, longest; /* in numbers; of what is lost by now */
	uint64_t outage_ns;         /* the longest */
};

/* Numbers that one frame passed over. */
struct order_gap {
	uint64_t first;   /* of them */
	uint64_t end;     /* the number of that frame */
	uint64_t missing; /* of them, by now; 0: no gap */
	uint64_t ns;      /* from the frame before until that one */
};

struct order {
	uint64_t next;   /* one above the highest number that came */
	uint64_t unique; /* frames that came, each once */
	uint64_t clean;  /* before this number comes nothing can be missing */
	uint64_t base;   /* numbers below are old */
	/*
	 * By number, modulo the window: 0 for one that came, or else
	 * ORDER_MISSING and which of the unique frames, modulo 2^31, was the
	 * first that had a higher one.
	 */
	uint32_t *missing;
	uint32_t mask;
	uint64_t last_ns; /* when the last unique one came; 0: none has */
	uint64_t last[ORDER_N_MAX + 1]; /* numbers that came last, in turn */
	struct order_counts counts;     /* but for what order_look() adds */
	uint64_t run; /* lost in a row, up to where the window begins */
	struct order_gap gap[ORDER_GAPS];
	uint64_t filled; /* see order_fill() */
	/*
	 * Of several queues: what `next` is of each, but for numbers from
	 * `synced` on, which came in order. 0 or 1: there is one.
	 */
	unsigned parts;
	uint64_t synced, next_of[ORDER_PARTS_MAX];
};

/* Behind a window that is as long as this there is a density. */
#define ORDER_DENSITY_MIN 1024

/* Bytes of `missing`. */
static inline size_t order_room(uint32_t window)
{
	return window * sizeof(uint32_t) +
	       (window >= ORDER_DENSITY_MIN ? sizeof(struct density) : 0);
}

/* NULL: it has none. */
static inline struct density *order_density(const struct order *o)
{
	return o->mask + 1 < ORDER_DENSITY_MIN
		       ? NULL
		       : (void *)(o->missing + o->mask + 1);
}

/*
 * From number `base` on, in `missing`, which has order_room() for `window`
 * numbers, a power of two within ORDER_WINDOW_MIN..ORDER_WINDOW_MAX.
 */
void order_begin(struct order *o, uint64_t base, uint32_t *missing,
		 uint32_t window);

/*
 * Has room for fewer numbers from now on, in `missing`: the last of them. What
 * it had is the caller's again.
 */
void order_shrink(struct order *o, uint32_t *missing, uint32_t window);

/* Any number but the next; as order_see(). */
bool order_see_odd(struct order *o, uint64_t number, uint64_t now_ns);

/* A number that nobody sends is not missing. In rising order. */
void order_fill(struct order *o, uint64_t number);

/*
 * All before `number` have come, or are `lost` or else may come, but `n` that
 * nobody sends: as if these had been filled one by one, but that they end no
 * episode.
 */
void order_fill_many(struct order *o, uint64_t number, uint64_t n, bool lost);

/* A number that has come, or is missing, leaves the window. */
void order_lose(struct order *o, uint64_t number, bool missing);

/* Numbers of a queue that are below this one do not count as missing. */
void order_part_from(struct order *o, unsigned part, uint64_t number);

/* A frame with this number came; true when it is the first that did. */
static inline bool order_see(struct order *o, uint64_t number, uint64_t now_ns)
{
	uint32_t *m;

	if (unlikely(number != o->next))
		return order_see_odd(o, number, now_ns);
	m = &o->missing[number & o->mask];
	if (unlikely(*m | o->run))
		order_lose(o, number - o->mask - 1, *m);
	*m = 0;
	o->last[o->unique++ % (ORDER_N_MAX + 1)] = number;
	o->next = number + 1;
	o->last_ns = now_ns;
	return true;
}

/* Whether the number before this one came last. */
static inline bool order_follows(const struct order *o, uint64_t number)
{
	return o->unique &&
	       o->last[(o->unique - 1) % (ORDER_N_MAX + 1)] + 1 == number;
}

/*
 * Whether a number is the next, and nothing in the window is missing: then it
 * follows the one that came last.
 */
static inline bool order_is_clean(const struct order *o, uint64_t number)
{
	return number == o->next && number >= o->clean;
}

/* Where it is so: this number and n-1 more came, in order. */
static inline void order_see_clean(struct order *o, uint64_t number, uint64_t n,
				   uint64_t now_ns)
{
	const uint64_t end = number + n;

	number = n > ORDER_N_MAX + 1 ? end - (ORDER_N_MAX + 1) : number;
	o->unique += n;
	for (uint64_t at = o->unique - (end - number); number < end; number++)
		o->last[at++ % (ORDER_N_MAX + 1)] = number;
	o->next = end;
	o->last_ns = now_ns;
}

/* The next `n` numbers came, in order, the last of them at `now_ns`. */
void order_see_next(struct order *o, uint64_t n, uint64_t now_ns);

/*
 * How many have not come of those below `end`, or below the highest that has,
 * whichever is higher.
 */
static inline uint64_t order_lost(const struct order *o, uint64_t end)
{
	return MAX(o->next, end) - o->base - o->unique - o->filled;
}

/*
 * Numbers that another queue has passed over, none of their own: they may be
 * under way, or not sent yet. 0 where there is one.
 */
uint64_t order_awaited(const struct order *o);

/*
 * What there is to know by now of those; `end` 0: what is awaited is not lost.
 * Looks at the whole window.
 */
void order_look(const struct order *o, uint64_t end, struct order_counts *c);

/* How far from their places they came; false where nobody knows. */
bool order_look_density(const struct order *o, struct density_counts *c);

/* A new one goes on with these. */
void order_keep_density(struct order *o, const struct density_counts *c);

/* One after the other, of one stream: *sum has both. */
void order_add(struct order_counts *sum, const struct order_counts *c);

#endif /* MEASURE_ORDER_H */
