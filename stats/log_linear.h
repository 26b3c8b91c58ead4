/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buckets for whole numbers, log-linear: 2^bits to each doubling, so that a
 * bucket is at most 2^-bits as wide as what it counts. Those of numbers below
 * 2^bits are one wide.
 */
#ifndef STATS_LOG_LINEAR_H
#define STATS_LOG_LINEAR_H

#include <stddef.h>
#include <stdint.h>

/* Buckets of numbers below 2^top. */
#define LOG_LINEAR_BUCKETS(bits, top) (((top) - (bits) + 1u) << (bits))

static inline size_t log_linear_bucket(uint64_t v, const unsigned bits)
{
	const unsigned top = 63 ^ (unsigned)__builtin_clzll(v | 1ull << bits);

	/* Nothing stands between top and shift: each frame comes this way. */
	return (size_t)(top << bits) + (size_t)(v << bits >> top) -
	       ((size_t)bits << bits);
}

/* &count[log_linear_bucket()], in three instructions less. */
static inline uint64_t *log_linear_count(uint64_t *count, uint64_t v,
					 const unsigned bits)
{
	unsigned top = 63 ^ (unsigned)__builtin_clzll(v | 1ull << bits);
	uint64_t at = v << bits >> top;
	char *from;

	/* Else a compiler copies `top`, which is not shifted by any more... */
	__asm__("" : "+r"(at), "+r"(top));
	from = (char *)count + (size_t)(top << (bits + 3));
	/* ...and adds to the bucket first. */
	__asm__("" : "+r"(from));
	return (uint64_t *)(void *)from + at - ((uint64_t)bits << bits);
}

/* The largest number that a bucket counts. */
static inline uint64_t log_linear_last(unsigned bucket, const unsigned bits)
{
	const unsigned sub = 1u << bits, next = bucket + 1;

	if (next < 2 * sub)
		return bucket;
	return ((uint64_t)(sub + next % sub) << (next / sub - 1)) - 1;
}

#endif /* STATS_LOG_LINEAR_H */
