/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/latency.h"

#include <string.h>

#include "stats/wide.h"

#define MILLION 1000000u

void latency_begin(struct latency *l, uint64_t *count)
{
	memset(l, 0, sizeof(*l));
	l->count = count;
	l->min_ns = UINT64_MAX;
}

void latency_add(struct latency *l, uint64_t ns, unsigned n, bool follows)
{
	latency_add_one(l, ns, follows);
	if (!--n)
		return;
	ns = MIN(ns, LATENCY_MAX_NS);
	l->count[log_linear_bucket(ns, LATENCY_BITS)] += n;
	latency_count(l, n);
	l->sum_ns += n * ns;
	l->square_sum += (unsigned __int128)(n * ns) * ns;
	while (n-- && l->jitter_16th >= 16)
		l->jitter_16th -= l->jitter_16th >> 4;
}

void latency_sum(struct latency *to, const struct latency *l)
{
	to->frames += l->frames;
	to->sum_ns += l->sum_ns;
	to->square_sum += l->square_sum;
	to->min_ns = MIN(to->min_ns, l->min_ns);
	to->max_ns = MAX(to->max_ns, l->max_ns);
	to->pairs += l->pairs;
	to->variation_sum_ns += l->variation_sum_ns;
	to->variation_max_ns = MAX(to->variation_max_ns, l->variation_max_ns);
}

uint64_t latency_mean_ns(const struct latency *l)
{
	return l->frames ? l->sum_ns / l->frames : 0;
}

uint64_t latency_variation_ns(const struct latency *l)
{
	return l->pairs ? l->variation_sum_ns / l->pairs : 0;
}

/* The largest number whose square is not above `n`, which is below 2^70. */
static uint64_t root(wide n)
{
	uint64_t r = 0;

	for (int bit = 34; bit >= 0; bit--) {
		const uint64_t more = r | 1ull << bit;

		if ((wide)more * more <= n)
			r = more;
	}
	return r;
}

/*
 * Of the squares about the mean, which is rounded down: that makes the result
 * too high by less than 1 ns. No product exceeds 128 bits, as a time has 34 and
 * a sum of them 64.
 */
uint64_t latency_deviation_ns(const struct latency *l)
{
	const uint64_t mean = latency_mean_ns(l);
	wide about;

	if (!l->frames)
		return 0;
	about = l->square_sum -
		(wide)mean * (2 * (wide)l->sum_ns - (wide)mean * l->frames);
	return root(wide_div(about, l->frames));
}

bool latency_quantile_ns(const struct latency *l, unsigned millionths,
			 uint64_t *ns)
{
	const wide beyond = (wide)l->frames * (MILLION - millionths);
	uint64_t rank, n = 0;

	if (beyond < (wide)LATENCY_BEYOND_MIN * MILLION)
		return false;
	rank = (uint64_t)wide_div((wide)l->frames * millionths + MILLION - 1,
				  MILLION);
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		n += l->count[i];
		if (n < rank)
			continue;
		*ns = MIN(log_linear_last(i, LATENCY_BITS), l->max_ns);
		return true;
	}
	return false;
}
