/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The values of a long list, as a file has them: one in a line, blanks around
 * it, and comments from '#' on. They are read in pieces, as there may be many.
 */
#ifndef UNITS_VARY_FILE_H
#define UNITS_VARY_FILE_H

#include "units/value.h"
#include "units/vary.h"

#define VARY_FILE_MAX 500000 /* values */

/* What was read; several values of fields may refer to it. */
struct vary_file {
	char name[VALUE_NAME_MAX + 1];
	enum vary_type type; /* what it was read as */
	unsigned bits;
	uint32_t count;
	uint32_t users; /* for its owner, who frees it once there are none */
	uint8_t width;  /* bytes of each in `low`: 4 or 8 */
	bool wide;      /* they differ above their low 64 bits */
	uint8_t first[VARY_BYTES];
	void *low;      /* of each the low 64 bits: uint32_t or uint64_t */
	uint64_t *high; /* of more than 64 bits those above; else NULL */
};

/* How far a file was read; all 0 at first. */
struct vary_reading {
	size_t at;
	uint32_t line;  /* the last one that was looked at, from 1 */
	uint32_t count; /* values until there */
};

/*
 * Counts the values of the next `lines` lines of `text`; true at its end, or
 * when there are more than VARY_FILE_MAX.
 */
bool vary_file_count(struct vary_reading *r, const char *text, size_t len,
		     unsigned lines);

/* Bytes of the values of a file with `count`; of each 4, 8 or 16. */
size_t vary_file_size(unsigned bits, uint32_t count);

/*
 * Has `f` be a file of `count` values of a field, 1 and more, that are in `mem`
 * of vary_file_size(), aligned to 8, once they are read.
 */
void vary_file_begin(struct vary_file *f, const char *name, enum vary_type type,
		     unsigned bits, uint32_t count, void *mem);

/*
 * Reads the values of the next lines; true at the end or at a line that is
 * wrong, which *err says: then `why` is a sentence for people. The text is the
 * one whose values were counted.
 */
bool vary_file_read(struct vary_reading *r, const char *text, size_t len,
		    unsigned lines, struct vary_file *f, enum shell_err *err,
		    char why[VARY_WHY_MAX]);

/* The low 64 bits of a value. */
static inline uint64_t vary_file_low(const struct vary_file *f, uint64_t index)
{
	return f->width == 4 ? ((const uint32_t *)f->low)[index]
			     : ((const uint64_t *)f->low)[index];
}

#endif /* UNITS_VARY_FILE_H */
