/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finds the load that a device bears, for several goals at once (RFC 9971) or
 * by bisection. It says which trial is next and is told what came of it; how a
 * trial is made is the caller's.
 *
 * Loads lie on a grid from the largest one down, each less than the one before
 * by the narrowest width that is asked for, so that trials for one goal serve
 * the others. A goal is reached by targets: wide and short ones first, each of
 * which says where the next begins.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include <stdbool.h>

#include "search/goal.h"

#define SEARCH_GOALS 8
/* Targets of a goal: the goal itself, and two that are wider and shorter. */
#define SEARCH_TARGETS 3
/* No place of the grid. */
#define SEARCH_NOWHERE UINT32_MAX

/* A load as its place on the grid: 0 is the largest. */
struct search_bounds {
	uint32_t lower, upper; /* SEARCH_NOWHERE: none yet */
};

/* How far the search for a goal is. */
struct search_aim {
	struct search_goal target[SEARCH_TARGETS]; /* the goal itself last */
	uint32_t steps[SEARCH_TARGETS];            /* of the grid, its width */
	unsigned at;                               /* the target */
	struct search_bounds guess; /* that the target before has found */
	uint32_t stride;            /* of the next step out of what is known */
	uint32_t strode;            /* from where the last one was */
};

struct search {
	struct search_aim aim[SEARCH_GOALS];
	unsigned nb_goals;
	uint64_t max, min;    /* loads; 1 <= min <= max */
	uint64_t ratio;       /* of a load to the one before, times 2^64 */
	uint32_t last;        /* place of the smallest load */
	bool bisect;          /* no trials but those of the goals */
	unsigned first_trial; /* how many of those that begin a search were */
	struct search_trial *trial; /* by load, descending */
	size_t nb_trials, room;
};

/*
 * `trial` is memory for `room` trials, the caller's until the search is done
 * with. Goals are as struct search_goal says; `max` >= `min` >= 1. With
 * `bisect` each goal is searched for by halving [min, max] in trials of full
 * length.
 */
void search_init(struct search *s, const struct search_goal *goal,
		 unsigned nb_goals, uint64_t min, uint64_t max, bool bisect,
		 struct search_trial *trial, size_t room);

/*
 * True: `next` has load and ns of the trial to make. False: there is none, as
 * all goals are reached, or memory has no room for more.
 */
bool search_next(struct search *s, struct search_trial *next);

/* A trial that was made; its load is one that search_next() named. */
void search_add(struct search *s, const struct search_trial *t);

/* What was found for a goal. */
struct search_result {
	uint64_t lower, upper; /* loads; 0: none */
	uint64_t throughput;   /* conditional, at the lower one */
	/* Both are there and as near to each other as the goal asks; the
	 * result is irregular otherwise. */
	bool regular;
};

struct search_result search_result(const struct search *s, unsigned goal);

#endif /* SEARCH_SEARCH_H */
