/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of the way of a signed stream's frames, wherever in this
 * appliance they arrive: their order and how long they took.
 *
 * Memory is taken when a stream gets signed, never for a frame. Windows of
 * order take up to half of a budget: all have the same length, the longest for
 * which there is room, so they shrink as streams are added, and are not lost by
 * that. Histograms take up to the other half: streams beyond it share one of
 * their port, so that the port's quantiles are known and theirs are not.
 */
#ifndef MEASURE_TRAIL_H
#define MEASURE_TRAIL_H

#include <stddef.h>
#include <uk/alloc.h>

#include "measure/latency.h"
#include "measure/order.h"
#include "measure/signature.h"
#include "net/proto.h"

#ifdef CONFIG_APPUKPKTGEN_TRAILS
#define TRAILS true
#else
#define TRAILS false
#endif

/* Who plays rounds counts what he has made later. */
#define TRAIL_SLACK 65536

struct trail_bins {
	unsigned users; /* streams that count here */
	uint64_t count[LATENCY_BUCKETS];
};

/* Frames of a stream, but for those that its trail knows as old. */
struct arrived {
	uint64_t packets, bytes;    /* FCS included */
	uint64_t first_ns, last_ns; /* when they came; 0: none has */
	struct trail *trail;        /* of all queues together; NULL: none */
	uint32_t value;             /* that they came with, see track.h */
};

/*
 * What the next frame of a stream brings if all goes well: it follows the one
 * that came last. Frames that do are known by that alone, and all that they
 * only count is left to trail_settle().
 */
struct trail_ahead {
	/* Of its value, where it was met, and the bits that say it: track.h */
	const void *row;
	uint64_t word;
	struct latency_inner inner; /* of the stream and the row */
	/* Points here while any of this is true, and at `nothing` before. */
	struct trail_ahead **slot, *nothing;
	struct arrived *to; /* where they are counted */
	uint64_t from;      /* what `next` was when it was settled */
	/* What each frame needs, see struct trail. */
	uint64_t next;    /* bytes 2 to 9 of its signature... */
	uint64_t stamp;   /* ...and its stream and run */
	uint64_t bytes;   /* of frames since, without FCS */
	uint64_t last_ns; /* when the last of them came */
};

/* No bits of a field are all of 64. */
#define TRAIL_NO_WORD UINT64_MAX

static inline void trail_forget_row(struct trail_ahead *a)
{
	a->row = NULL;
	a->word = TRAIL_NO_WORD;
	a->inner = LATENCY_NO_INNER;
}

/*
 * Where streams take turns, none of them is in the CPU's first cache when its
 * frame comes: what that needs lies in two lines, the second and the third.
 */
#define TRAIL_LINE 64
struct trail {
	struct trail_ahead ahead; /* see trail_of() */
	struct latency latency;
	uint32_t run;   /* that counts, as in a signature */
	bool ordered;   /* there is memory for a window */
	bool filled;    /* see pktgen_fill_trail() */
	uint64_t base;  /* the first number of the run that counts */
	unsigned parts; /* queues that send it, see measure/order.h */
	uint64_t old;   /* frames of other runs, or from before that */
	/*
	 * Frames that were made of the run, less TRAIL_SLACK at most; NULL:
	 * any may come.
	 */
	const uint64_t *made;
	struct order order;
	struct order_counts done; /* of runs before, since it was cleared */
	struct trail_bins *bins;
	struct trail *next, **at; /* what points here */
};

struct trails {
	struct uk_alloc *heap;
	size_t room; /* bytes for windows, and as many for histograms */
	unsigned nb; /* trails that have a window */
	unsigned nb_bins;
	uint32_t window;  /* of each but those that have not begun anew since */
	uint32_t longest; /* no window is longer */
	struct trail *first;
	unsigned nb_ports;
	struct trail_bins **shared; /* by port that sends; NULL: none yet */
};

/* 0, or -ENOMEM. trails_close() gives back all that was taken from `a`. */
int trails_open(struct trails *ts, unsigned nb_ports, struct uk_alloc *a);

/* Every trail was freed before. */
void trails_close(struct trails *ts);

/*
 * A trail of a stream of `port`, whose next frame has number `base` of run
 * `run`. The caller's until trail_free(); NULL: no memory.
 */
struct trail *trail_new(struct trails *ts, unsigned port, uint32_t run,
			uint64_t base);

/* Sets how many queues send it from its next run, or base, on. */
static inline void trail_set_parts(struct trail *t, unsigned parts)
{
	t->parts = parts;
}

void trail_free(struct trails *ts, struct trail *t);

/*
 * A run begins, at number 0; that before ended behind number `end`-1, or where
 * it was when 0.
 */
void trail_run(struct trails *ts, struct trail *t, uint32_t run, uint64_t end);

/*
 * Counts from zero, from number `base` of its run on. Who shares its histogram
 * has to be cleared as well.
 */
void trail_clear(struct trails *ts, struct trail *t, uint64_t base);

/* ---- Frames -------------------------------------------------------------- */

/* `n` frames, of `bytes` without FCS. */
static inline void arrived_count(struct arrived *to, uint64_t n, uint64_t bytes,
				 uint64_t now_ns)
{
	to->packets += n;
	to->bytes += bytes + n * ETH_FCS_LEN;
	to->last_ns = now_ns;
}

static inline struct trail *trail_of(struct trail_ahead *a)
{
	return __containerof(a, struct trail, ahead);
}

/* Counts what came as expected: what is read of it is true until more does. */
void trail_settle(struct trail *t);

/* Settles it; what comes next is not known any more. */
void trail_part(struct trail *t);

/*
 * The next frame will be found by `slot`, and counted in `to`, if it is as
 * the last one lets expect, whose signature has `middle` and `stamp`.
 */
void trail_expect(struct trail *t, struct trail_ahead **slot,
		  struct arrived *to, uint64_t middle, uint64_t stamp);

/* Of those with these 40 bits the one that is nearest to what is expected. */
static inline uint64_t trail_number(const struct trail *t, uint64_t seq)
{
	const uint64_t next = t->order.next;

	return next + (uint64_t)((int64_t)((seq - next) << 24) >> 24);
}

static inline bool trail_is_old(const struct trail *t, uint64_t stamp,
				uint64_t number)
{
	return (stamp >> 40 & (SIGNATURE_RUNS - 1)) != t->run ||
	       (int64_t)(number - t->base) < 0;
}

enum trail_seen {
	TRAIL_OLD,
	TRAIL_BAD,   /* it has not been sent yet: it is damaged */
	TRAIL_AGAIN, /* or later than the window */
	TRAIL_FIRST, /* or there is no window */
};

/*
 * Any that is not the next, or with numbers missing before it: what the last of
 * them is.
 */
enum trail_seen trail_see_odd(struct trail *t, uint64_t number, unsigned n,
			      uint64_t ns, uint64_t now_ns);

/* What those are that are: no run has a number below 0. */
static inline enum trail_seen trail_see_old(struct trail *t, uint64_t stamp,
					    uint64_t number, unsigned n)
{
	if ((stamp >> 40 & (SIGNATURE_RUNS - 1)) == t->run &&
	    (int64_t)number < 0)
		return TRAIL_BAD;
	t->old += n;
	return TRAIL_OLD;
}

/*
 * `n` frames from number `seq` on, of one burst: of the same `stamp` (see
 * signature.h) and taken at the same time. What the last of them is.
 */
enum trail_seen trail_see(struct trail *t, uint64_t stamp, uint64_t seq,
			  unsigned n, uint64_t now_ns);

/* The same of one. */
static inline enum trail_seen trail_see_one(struct trail *t, uint64_t stamp,
					    uint64_t seq, uint64_t now_ns)
{
	const uint64_t ns = (now_ns - stamp) & SIGNATURE_TIME_MASK;
	const uint64_t number = trail_number(t, seq);
	struct order *const o = &t->order;

	if (unlikely(trail_is_old(t, stamp, number)))
		return trail_see_old(t, stamp, number, 1);
	if (unlikely(!order_is_clean(o, number)))
		return trail_see_odd(t, number, 1, ns, now_ns);
	latency_add_one(&t->latency, ns, o->unique);
	o->last[o->unique++ % (ORDER_N_MAX + 1)] = number;
	o->next = number + 1;
	o->last_ns = now_ns;
	return TRAIL_FIRST;
}

/* ---- What there is to know ----------------------------------------------- */

/* Of all its runs; `end` as that of order_look(). */
void trail_look(const struct trail *t, uint64_t end, struct order_counts *c);

/* The same of `frames`, `unique`, `lost` and those of odd ones, at once. */
void trail_count(const struct trail *t, uint64_t end, struct order_counts *c);

/* Whether its histogram is of it alone: quantiles are known. */
static inline bool trail_has_bins(const struct trail *t)
{
	return t->bins->users == 1;
}

static inline uint32_t trail_window(const struct trail *t)
{
	return t->ordered ? t->order.mask + 1 : 0;
}

#endif /* MEASURE_TRAIL_H */
