/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/goal.h"

#include <stdbool.h>

#include "stats/wide.h"

/* Time in trials, by length and loss. */
struct sums {
	uint64_t full_low, full_high;
	uint64_t short_low, short_high;
};

int search_is_high_loss(const struct search_goal *g,
			const struct search_trial *t)
{
	if (!t->offered)
		return g->loss_ppb < SEARCH_ONE;
	return (wide)t->lost * SEARCH_ONE > (wide)t->offered * g->loss_ppb;
}

static bool is_full(const struct search_goal *g, const struct search_trial *t)
{
	return t->ns >= g->trial_ns;
}

static struct sums sum(const struct search_goal *g,
		       const struct search_trial *t, size_t n)
{
	struct sums s = {0};

	for (; n; n--, t++) {
		const bool high = search_is_high_loss(g, t);

		*(is_full(g, t) ? high ? &s.full_high : &s.full_low
		  : high        ? &s.short_high
				: &s.short_low) += t->effective_ns;
	}
	return s;
}

/*
 * Sums are kept times `rest`, the share that must be good, so that nothing is
 * rounded: a day of trials takes 47 bits, and each share 30.
 */
enum search_class search_classify(const struct search_goal *g,
				  const struct search_trial *t, size_t n)
{
	const struct sums s = sum(g, t, n);
	const uint32_t rest = SEARCH_ONE - g->exceed_ppb;
	const wide balancing = (wide)s.short_low * g->exceed_ppb;
	const wide short_high = (wide)s.short_high * rest;
	const wide full_low = (wide)s.full_low * rest;
	wide high = (wide)s.full_high * rest, whole;

	if (short_high > balancing)
		high += short_high - balancing;
	whole = (wide)g->sum_ns * rest;
	if (whole < full_low + high)
		whole = full_low + high;
	/* Were all that is missing good, or bad... */
	if (high * SEARCH_ONE > whole * g->exceed_ppb)
		return SEARCH_UPPER;
	if ((whole - full_low) * SEARCH_ONE > whole * g->exceed_ppb)
		return SEARCH_UNDECIDED;
	return SEARCH_LOWER;
}

/* Of two trials, whether `a` lost a smaller share. */
static bool loses_less(const struct search_trial *a,
		       const struct search_trial *b)
{
	if (!a->offered || !b->offered)
		return a->offered > b->offered;
	return (wide)a->lost * b->offered < (wide)b->lost * a->offered;
}

/* The full-length trial that lost least of those that lost more than `than`. */
static const struct search_trial *next_loss(const struct search_goal *g,
					    const struct search_trial *t,
					    size_t n,
					    const struct search_trial *than)
{
	const struct search_trial *least = NULL;

	for (; n; n--, t++)
		if (is_full(g, t) && (!than || loses_less(than, t)) &&
		    (!least || loses_less(t, least)))
			least = t;
	return least;
}

static uint64_t forwarded(const struct search_trial *t)
{
	if (!t->offered || t->lost >= t->offered)
		return 0;
	return (uint64_t)wide_div((wide)t->load * (t->offered - t->lost),
				  t->offered);
}

uint64_t search_throughput(const struct search_goal *g,
			   const struct search_trial *t, size_t n)
{
	const struct sums s = sum(g, t, n);
	const struct search_trial *at = NULL, *next;
	uint64_t whole = s.full_low + s.full_high;
	wide good; /* time, times ONE, that is still to be found */

	if (whole < g->sum_ns)
		whole = g->sum_ns;
	good = (wide)whole * (SEARCH_ONE - g->exceed_ppb);
	while ((next = next_loss(g, t, n, at))) {
		at = next;
		for (size_t i = 0; i < n; i++) {
			const wide ns = (wide)t[i].effective_ns * SEARCH_ONE;

			if (is_full(g, &t[i]) && !loses_less(at, &t[i]) &&
			    !loses_less(&t[i], at))
				good = good > ns ? good - ns : 0;
		}
		if (!good)
			return forwarded(at);
	}
	return 0;
}
