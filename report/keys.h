/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a key of a result is to a reader: its name and unit, what it means and
 * who says so. A key has one meaning and one unit wherever it stands.
 */
#ifndef REPORT_KEYS_H
#define REPORT_KEYS_H

#include <stdbool.h>

struct key {
	const char *key;
	const char *label, *unit; /* unit: NULL of none */
	const char *means;        /* NULL: the label says it */
	const char *source;       /* standard and clause, or a page; or NULL */
};

/* By the whole path ("latency.p50"), else by its last word; NULL: unknown. */
const struct key *key_find(const char *path);

/* A list of a result, and the title of its table. */
struct part {
	const char *key, *title;
	bool last; /* long: behind all else */
};

extern const struct part parts[];
extern const unsigned nb_parts;

/* What an experiment is called and where it is specified. */
struct kind {
	const char *experiment, *test; /* test: NULL for any */
	const char *title, *source;
};

/* NULL: unknown. The arguments may be NULL. */
const struct kind *kind_find(const char *experiment, const char *test);

#endif /* REPORT_KEYS_H */
