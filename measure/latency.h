/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long frames were on their way, in ns, of all of them: extremes, mean and
 * deviation exactly, quantiles from buckets that are at most 1/128 wide, and
 * how the time varies from one frame to the next.
 *
 *   delay variation  of a frame and the one that has the number before its own,
 *                    if that came right before it (RFC 3393: ipdv)
 *   jitter           RFC 3550 section 6.4.1, in the same pairs
 */
#ifndef MEASURE_LATENCY_H
#define MEASURE_LATENCY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/essentials.h>

#include "stats/log_linear.h"

#define LATENCY_BITS 7
/* 17 s; longer ones count as this */
#define LATENCY_MAX_NS ((1ull << 34) - 1)
#define LATENCY_BUCKETS LOG_LINEAR_BUCKETS(LATENCY_BITS, 34)

struct latency {
	uint64_t frames;
	uint64_t min_ns, max_ns; /* of one frame at least */
	uint64_t sum_ns;
	unsigned __int128 square_sum;
	uint64_t pairs; /* of frames one after the other */
	uint64_t variation_sum_ns, variation_max_ns;
	uint64_t jitter_16th; /* in 1/16 ns */
	uint64_t before_ns;   /* of the frame before */
	uint64_t *count;      /* by bucket, LATENCY_BUCKETS of them */
};

/* Counts in `count`, which stays the caller's, and is not cleared. */
void latency_begin(struct latency *l, uint64_t *count);

static inline void latency_vary(struct latency *l, uint64_t variation)
{
	uint64_t change;

	l->variation_sum_ns += variation;
	if (unlikely(variation > l->variation_max_ns))
		l->variation_max_ns = variation;
	/* J += (|D| - J) / 16 */
	change = variation - (l->jitter_16th >> 4);
	/* Added where it stands: that takes two moves less. */
	__asm__("" : "+r"(change) : : "memory");
	l->jitter_16th += change;
}

/*
 * All that a time changes but `frames` and `pairs`; `min_ns` and `max_ns` of
 * what else counts it, and counted the one before, too, or NULL.
 */
static inline __attribute__((always_inline)) void latency_move(
	struct latency *l, uint64_t ns, bool follows, uint64_t *min_ns,
	uint64_t *max_ns)
{
	const uint64_t before_ns = l->before_ns;
	/* Made once by compilers where there is more to do, else twice. */
	const bool once = min_ns && follows, twice = !min_ns && follows;
	uint64_t variation;

	/* An extreme lies beyond the one before, on that side. */
	l->before_ns = ns;
	if (ns >= before_ns) {
		if (unlikely(ns > l->max_ns))
			l->max_ns = ns;
		if (max_ns && unlikely(ns > *max_ns))
			*max_ns = ns;
		variation = ns - before_ns;
		if (twice)
			latency_vary(l, variation);
	} else {
		if (unlikely(ns < l->min_ns))
			l->min_ns = ns;
		if (min_ns && unlikely(ns < *min_ns))
			*min_ns = ns;
		variation = before_ns - ns;
		if (twice)
			latency_vary(l, variation);
	}
	if (once)
		latency_vary(l, variation);
}

/* `follows`: the number before its own came right before it. */
static inline void latency_add_one(struct latency *l, uint64_t ns, bool follows)
{
	ns = ns < LATENCY_MAX_NS ? ns : LATENCY_MAX_NS;
	l->count[log_linear_bucket(ns, LATENCY_BITS)]++;
	l->sum_ns += ns;
	l->square_sum += (unsigned __int128)ns * ns;
	if (unlikely(!l->frames++))
		l->min_ns = ns;
	l->pairs += follows;
	latency_move(l, ns, follows, NULL, NULL);
}

/* Compilers make more of a sum of 128 bits. */
static inline void latency_add_square(struct latency *l, uint64_t square)
{
	uint64_t part[2];

	memcpy(part, &l->square_sum, sizeof(part));
	part[1] += __builtin_add_overflow(part[0], square, &part[0]);
	memcpy(&l->square_sum, part, sizeof(part));
}

/*
 * One that follows and took less than 2^32 ns; `frames` and `pairs` are left
 * to latency_count(). As latency_move().
 */
static inline __attribute__((always_inline)) void latency_add_next_of(
	struct latency *l, uint64_t ns, uint64_t *min_ns, uint64_t *max_ns)
{
	++*log_linear_count(l->count, ns, LATENCY_BITS);
	l->sum_ns += ns;
	latency_add_square(l, ns * ns);
	latency_move(l, ns, true, min_ns, max_ns);
}

static inline void latency_add_next(struct latency *l, uint64_t ns)
{
	latency_add_next_of(l, ns, NULL, NULL);
}

static inline void latency_count(struct latency *l, uint64_t n)
{
	l->frames += n;
	l->pairs += n;
}

/* `n` frames, one after another, that took the same time. */
void latency_add(struct latency *l, uint64_t ns, unsigned n, bool follows);

/* What both know, as of one; of what follows nothing. `count` stays theirs. */
void latency_sum(struct latency *to, const struct latency *l);

/* ---- What there is to know ----------------------------------------------- */

/* Of no frame 0; rounded down, but for the deviation: within 1 ns. */
uint64_t latency_mean_ns(const struct latency *l);
uint64_t latency_deviation_ns(const struct latency *l);
uint64_t latency_variation_ns(const struct latency *l);

static inline uint64_t latency_jitter_ns(const struct latency *l)
{
	return l->jitter_16th >> 4;
}

#define LATENCY_BEYOND_MIN 10

/*
 * The time that `millionths` of all frames, 1..999999, did not exceed, never
 * too low and at most 1/128 too high, into *ns. False where fewer than
 * LATENCY_BEYOND_MIN frames lie beyond it, so that nobody can say.
 */
bool latency_quantile_ns(const struct latency *l, unsigned millionths,
			 uint64_t *ns);

#endif /* MEASURE_LATENCY_H */
