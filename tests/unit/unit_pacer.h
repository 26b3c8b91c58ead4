/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of the pacer share. */
#ifndef TESTS_UNIT_PACER_H
#define TESTS_UNIT_PACER_H

#include "pktgen/pacer.h"
#include "unit.h"

#define S 1000000000ull

/* One order of random gaps at a time. */
static struct pacer_random unit_order;

/* Frames a second, evenly, all lag caught up. */
static inline struct pacing pacing_of(double pps)
{
	double ns = 1e9 / pps;
	struct pacing p = {
		.gap.ns = (uint64_t)ns, .burst = 64, .random = &unit_order};

	p.gap.frac = (uint32_t)((ns - (double)p.gap.ns) * 4294967296.0);
	return p;
}

static inline struct pacing gap_of_ns(uint64_t ns)
{
	return (struct pacing){
		.gap.ns = ns, .burst = 64, .random = &unit_order};
}

static inline uint64_t below(uint64_t *seed, uint64_t n)
{
	return (unit_random(seed) >> 16) % n;
}

/* The next frame's time, taken when it is due. */
static inline uint64_t take_one(struct pacer *p)
{
	const uint64_t at = pacer_next_ns(p);

	assert_int_equal(pacer_take(p, at, 1), 1);
	return at;
}

#endif /* TESTS_UNIT_PACER_H */
