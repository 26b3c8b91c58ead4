/* SPDX-License-Identifier: BSD-3-Clause */
/* Random values of fields as words, for tests of what holds for all. */
#ifndef TESTS_ANY_VARY_H
#define TESTS_ANY_VARY_H

#include "unit.h"
#include "units/vary.h"

#define ANY_VARY_WORDS 16

struct any_vary {
	enum vary_type type;
	unsigned bits;
	unsigned nb;
	const char *word[ANY_VARY_WORDS];
	char line[512]; /* the words, NUL behind each */
};

/* A line, its words parted by blanks, as value of a field. */
void any_vary_line(struct any_vary *a, enum vary_type type, unsigned bits,
		   const char *line);

/* Words that vary_take() accepts, in a random order. */
void any_vary(struct any_vary *a, uint64_t *seed);

struct vary_taken {
	struct vary v;
	struct vary_pool pool;
	enum shell_err err;
	unsigned fault;
	char why[VARY_WHY_MAX];
	char text[VARY_PRINT_MAX]; /* as it prints; unless err */
};

/* Takes the words, with a pool of their own; those of a line. */
void vary_taken(struct vary_taken *t, const struct any_vary *a);
void vary_taken_line(struct vary_taken *t, enum vary_type type, unsigned bits,
		     const char *line);

#endif /* TESTS_ANY_VARY_H */
