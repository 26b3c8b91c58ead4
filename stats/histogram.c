/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/histogram.h"

#include "stats/wide.h"

#define MILLION 1000000u

void histogram_sum(struct histogram *to, const struct histogram *from)
{
	to->sum_ns += from->sum_ns;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->count[i] += from->count[i];
}

static uint64_t since(const struct histogram *h, const struct histogram *base,
		      unsigned bucket)
{
	return h->count[bucket] - (base ? base->count[bucket] : 0);
}

uint64_t histogram_total(const struct histogram *h,
			 const struct histogram *base)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		n += since(h, base, i);
	return n;
}

uint64_t histogram_mean_ns(const struct histogram *h,
			   const struct histogram *base)
{
	const uint64_t total = histogram_total(h, base);

	return total ? (h->sum_ns - (base ? base->sum_ns : 0)) / total : 0;
}

bool histogram_tells(uint64_t n, unsigned millionths)
{
	return n && (millionths == MILLION ||
		     (wide)n * (MILLION - millionths) >= 10 * MILLION);
}

uint64_t histogram_quantile_ns(const struct histogram *h,
			       const struct histogram *base,
			       unsigned millionths)
{
	const wide total = histogram_total(h, base);
	uint64_t rank, n = 0;

	if (!total)
		return 0;
	rank = (uint64_t)wide_div(total * millionths + MILLION - 1, MILLION);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		n += since(h, base, i);
		if (n >= rank)
			return histogram_last_ns(i);
	}
	return HISTOGRAM_MAX_NS;
}
