/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How far from their places frames came, and how many would have to be kept to
 * put them in order: RFC 5236. Both thresholds, DT and BT, are DENSITY_MAX: who
 * is further away is taken for lost there, so these figures say nothing of
 * loss.
 *
 *   displacement  of a frame: its place among those that came, less its own;
 *                 below 0 it is early (RFC 5236 section 3.3; counted by 7.1)
 *   occupancy     frames in a buffer that puts them in order, after each that
 *                 came (section 3.8; counted by 7.2, but that one which comes
 *                 to a full buffer is kept there, as 3.8 says)
 *
 * Numbers that follow each other cost nothing until one does not.
 */
#ifndef MEASURE_DENSITY_H
#define MEASURE_DENSITY_H

#include <stdbool.h>
#include <stdint.h>

#define DENSITY_MAX 8

struct density_counts {
	uint64_t displaced[2 * DENSITY_MAX + 1]; /* from -DENSITY_MAX on */
	uint64_t occupied[DENSITY_MAX + 1];
};

struct density {
	struct density_counts counts;
	uint64_t seen;  /* frames; who calls may have seen more */
	uint64_t place; /* of the next that came: "RI" */
	uint64_t next;  /* that a buffer waits for: "E" */
	unsigned nb_window, nb_early, nb_held;
	uint64_t window[DENSITY_MAX + 1]; /* those that came last, in turn */
	uint64_t early[DENSITY_MAX];      /* that have left it early */
	uint64_t held[DENSITY_MAX];       /* in the buffer */
};

/* Counts from number `base` on, on top of what *d has counted. */
void density_begin(struct density *d, uint64_t base);

/* Numbers `first` to `first`+n-1 came, each for the first time. */
void density_see(struct density *d, uint64_t first, uint64_t n);

/* None comes any more: it may begin again. */
void density_end(struct density *d);

#endif /* MEASURE_DENSITY_H */
