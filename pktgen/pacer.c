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

/* Moves the due time up to the edge of the debt that is kept. */
static void give_up(struct pacer *p, uint64_t now_ns)
{
	unsigned __int128 gap =
		((unsigned __int128)p->gap.ns << 32) | p->gap.frac;
	unsigned __int128 next =
		((unsigned __int128)p->next_ns << 32) | p->next_frac;
	unsigned __int128 edge = (unsigned __int128)(now_ns - PACER_DEBT_NS)
				 << 32;
	uint64_t n = (uint64_t)((edge - next) / gap);

	next += gap * n;
	p->next_ns = (uint64_t)(next >> 32);
	p->next_frac = (uint32_t)next;
	p->skipped += n;
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
