/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a search for a rate is after, and what its trials say of a load (RFC
 * 9971, multiple loss ratio search). Loads are in a unit of the caller's, such
 * as thousandths of a frame a second.
 */
#ifndef SEARCH_GOAL_H
#define SEARCH_GOAL_H

#include <stddef.h>
#include <stdint.h>

/* Ratios are in thousandths of a millionth. */
#define SEARCH_ONE 1000000000u

/* RFC 9971, 4.6: attributes of a search goal. */
struct search_goal {
	uint64_t trial_ns; /* of a full-length trial; 1 and more */
	uint64_t sum_ns;   /* of trials that decide about a load; >= trial_ns */
	uint64_t first_ns; /* of the first, shorter trials; 0: of trial_ns */
	uint32_t loss_ppb; /* the largest loss ratio of a trial that is good */
	uint32_t exceed_ppb; /* share of time in trials that are not; < ONE */
	uint32_t width_ppb;  /* of (upper - lower) / upper at the end; 1.. */
};

/* Trials of one load: `ns` as was intended, `effective_ns` as it took. */
struct search_trial {
	uint64_t load;
	uint64_t ns, effective_ns;
	uint64_t offered, lost; /* frames; none offered: all of them are lost */
};

/* RFC 9971, appendix A. */
enum search_class { SEARCH_UNDECIDED, SEARCH_LOWER, SEARCH_UPPER };

/* Whether a trial lost more than the goal allows. */
int search_is_high_loss(const struct search_goal *g,
			const struct search_trial *t);

/* What `n` trials, all of one load, say of it; n may be 0. */
enum search_class search_classify(const struct search_goal *g,
				  const struct search_trial *t, size_t n);

/*
 * RFC 9971, appendix B: the conditional throughput that `n` trials, 1 and more,
 * all of one load, say of it. In the unit of the load, rounded down.
 */
uint64_t search_throughput(const struct search_goal *g,
			   const struct search_trial *t, size_t n);

#endif /* SEARCH_GOAL_H */
