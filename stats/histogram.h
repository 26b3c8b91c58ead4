/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A histogram of times in ns: log-linear, 16 buckets to each doubling, so that
 * what is read from it is at most 1/16 too high, and never too low. Adding is
 * a few instructions. One writer; others read it against a copy from before,
 * as they do counters.
 */
#ifndef STATS_HISTOGRAM_H
#define STATS_HISTOGRAM_H

#include <stdbool.h>

#include "stats/log_linear.h"

#define HISTOGRAM_BITS 4
#define HISTOGRAM_MAX_NS ((1ull << 36) - 1) /* longer ones count as this */
#define HISTOGRAM_BUCKETS LOG_LINEAR_BUCKETS(HISTOGRAM_BITS, 36)

struct histogram {
	uint64_t sum_ns;
	uint64_t count[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t ns)
{
	return log_linear_bucket(ns < HISTOGRAM_MAX_NS ? ns : HISTOGRAM_MAX_NS,
				 HISTOGRAM_BITS);
}

/* The longest time that a bucket counts. */
static inline uint64_t histogram_last_ns(unsigned bucket)
{
	return log_linear_last(bucket, HISTOGRAM_BITS);
}

/* `ns` happened `n` times. */
static inline void histogram_add(struct histogram *h, uint64_t ns, uint64_t n)
{
	h->sum_ns += ns * n;
	h->count[histogram_bucket(ns)] += n;
}

/* What another has counted is added. */
void histogram_sum(struct histogram *to, const struct histogram *from);

/* ---- What came since `base`, or NULL: since the beginning ---------------- */

uint64_t histogram_total(const struct histogram *h,
			 const struct histogram *base);

/* In ns, rounded down; 0 of nothing. */
uint64_t histogram_mean_ns(const struct histogram *h,
			   const struct histogram *base);

/* Ten of `n` lie beyond it, at least, or it is the last. */
bool histogram_tells(uint64_t n, unsigned millionths);

/*
 * What `millionths` of all, in 1..1000000, were not above: the last time of
 * the bucket that holds it; 0 of nothing.
 */
uint64_t histogram_quantile_ns(const struct histogram *h,
			       const struct histogram *base,
			       unsigned millionths);

#endif /* STATS_HISTOGRAM_H */
