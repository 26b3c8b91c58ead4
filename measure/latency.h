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
	unsigned __int128 square_sum;
	uint64_t sum_ns;
	uint64_t *count;         /* by bucket, LATENCY_BUCKETS of them */
	uint64_t before_ns;      /* of the frame before */
	uint64_t min_ns, max_ns; /* of one frame at least */
	uint64_t variation_sum_ns, variation_max_ns;
	uint64_t jitter_16th; /* in 1/16 ns */
	/* Of those that go on in order, when they are asked for. */
	uint64_t frames;
	uint64_t pairs; /* of frames one after the other */
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
 * What else counts a time, and counted the one before, too: its extremes, and
 * what is no extreme there nor in the latency, of which one look tells.
 */
struct latency_also {
	uint64_t *min_ns, *max_ns;
	struct latency_inner {
		uint64_t low_ns, high_ns;
	} * inner;
};
#define LATENCY_NO_INNER ((struct latency_inner){UINT64_MAX, 0})

static inline void latency_rise(struct latency *l, uint64_t ns,
				const struct latency_also *also)
{
	if (!also) {
		if (unlikely(ns > l->max_ns))
			l->max_ns = ns;
	} else if (unlikely(ns > also->inner->high_ns)) {
		l->max_ns = MAX(l->max_ns, ns);
		*also->max_ns = MAX(*also->max_ns, ns);
		also->inner->high_ns = MIN(l->max_ns, *also->max_ns);
	}
}

static inline void latency_sink(struct latency *l, uint64_t ns,
				const struct latency_also *also)
{
	if (!also) {
		if (unlikely(ns < l->min_ns))
			l->min_ns = ns;
	} else if (unlikely(ns < also->inner->low_ns)) {
		l->min_ns = MIN(l->min_ns, ns);
		*also->min_ns = MIN(*also->min_ns, ns);
		also->inner->low_ns = MAX(l->min_ns, *also->min_ns);
	}
}

/* All that a time changes but `frames` and `pairs`; `also` may be NULL. */
static inline __attribute__((always_inline)) void latency_move(
	struct latency *l, uint64_t ns, bool follows,
	const struct latency_also *also)
{
	const uint64_t before_ns = l->before_ns;
	/* Made once by compilers where there is more to do, else twice. */
	const bool once = also && follows, twice = !also && follows;
	uint64_t variation;

	/* An extreme lies beyond the one before, on that side. */
	l->before_ns = ns;
	if (ns >= before_ns) {
		latency_rise(l, ns, also);
		variation = ns - before_ns;
		if (twice)
			latency_vary(l, variation);
	} else {
		latency_sink(l, ns, also);
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
	latency_move(l, ns, follows, NULL);
}

/* Compilers make more of a sum of 128 bits: up to eight instructions. */
static inline void latency_add_square(struct latency *l, uint64_t square)
{
#ifdef __x86_64__
	typedef uint64_t __attribute__((may_alias)) half;
	half *const part = (half *)&l->square_sum;

	__asm__("addq %2, %0\n\tadcq $0, %1"
		: "+m"(part[0]), "+m"(part[1])
		: "r"(square)
		: "cc");
#else
	l->square_sum += square;
#endif
}

/*
 * One that follows and took less than 2^32 ns; `frames` and `pairs` are left
 * to latency_count(). As latency_move().
 */
static inline __attribute__((always_inline)) void latency_add_next_of(
	struct latency *l, uint64_t ns, const struct latency_also *also)
{
	++*log_linear_count(l->count, ns, LATENCY_BITS);
	l->sum_ns += ns;
	latency_add_square(l, ns * ns);
	latency_move(l, ns, true, also);
}

static inline void latency_add_next(struct latency *l, uint64_t ns)
{
	latency_add_next_of(l, ns, NULL);
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
