/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/pacer.h"

void pacer_start(struct pacer *p, const struct gap *gap, bool unpaced,
		 uint64_t now_ns)
{
	*p = (struct pacer){
		.gap = *gap,
		.unpaced = unpaced,
		.next_ns = now_ns,
	};
}

void pacer_change(struct pacer *p, const struct gap *gap, bool unpaced,
		  uint64_t now_ns)
{
	uint64_t soonest = now_ns + gap->ns;

	if (p->unpaced)
		p->next_ns = now_ns;
	p->gap = *gap;
	p->unpaced = unpaced;
	if (p->next_ns > soonest) {
		p->next_ns = soonest;
		p->next_frac = 0;
	}
}

static void advance(struct pacer *p)
{
	uint64_t frac = (uint64_t)p->next_frac + p->gap.frac;

	p->next_frac = (uint32_t)frac;
	p->next_ns += p->gap.ns + (frac >> 32);
}

/* Moves the due time on by `n` gaps. */
static void skip(struct pacer *p, uint64_t n)
{
	unsigned __int128 frac = (unsigned __int128)n * p->gap.frac;

	frac += p->next_frac;
	p->next_frac = (uint32_t)frac;
	p->next_ns += n * p->gap.ns + (uint64_t)(frac >> 32);
	p->skipped += n;
}

/*
 * Gives up what is due before the edge of the debt that is kept. A gap is taken
 * for its next whole ns, so the edge is never passed but closed in on.
 */
static void give_up(struct pacer *p, uint64_t now_ns)
{
	uint64_t edge_ns = now_ns - PACER_DEBT_NS;
	uint64_t n;

	while (p->next_ns < edge_ns &&
	       (n = (edge_ns - p->next_ns) / (p->gap.ns + 1)) > 0)
		skip(p, n);
}

unsigned pacer_take(struct pacer *p, uint64_t now_ns, unsigned max)
{
	unsigned n = 0;

	if (p->unpaced)
		return max;
	if (__builtin_expect(now_ns > PACER_DEBT_NS &&
				     p->next_ns < now_ns - PACER_DEBT_NS,
			     0))
		give_up(p, now_ns);
	while (n < max && p->next_ns <= now_ns) {
		advance(p);
		n++;
	}
	return n;
}

void pacer_give_back(struct pacer *p, unsigned n)
{
	const uint64_t frac = (uint64_t)n * p->gap.frac;

	if (p->unpaced)
		return;
	p->next_ns -=
		n * p->gap.ns + (frac >> 32) + ((uint32_t)frac > p->next_frac);
	p->next_frac -= (uint32_t)frac;
}
