/* SPDX-License-Identifier: BSD-3-Clause */
/* Words of a struct vary while they are taken. Private to units/vary*.c. */
#ifndef UNITS_VARY_IMPL_H
#define UNITS_VARY_IMPL_H

#include "units/vary.h"
#include "units/vary_file.h"

/* A value as two numbers. */
struct vary_wide {
	uint64_t high, low;
	bool hex; /* was written so */
};

/* What a word may be. */
enum vary_part {
	PART_VALUES,
	PART_RANDOM,
	PART_MASK,
	PART_STEP,
	PART_DOWN,
	PART_SHUFFLED,
	PART_ZIPF,
	PART_EVERY,
	PART_LIST,
	PART_COUNT
};

struct take {
	const char *const *words;
	unsigned nb, at;
	enum vary_type type;
	unsigned bits;
	struct vary_file *file; /* what "@NAME" is, or NULL */
	struct vary_pool *pool;
	unsigned used; /* bytes of it, with this value's list */
	struct vary v;
	bool several; /* a range, a prefix or a list, not one value */
	/* For each part the index of its word plus 1, 0: none. */
	unsigned seen[PART_COUNT];
	uint64_t number[PART_COUNT]; /* the one behind it */
	unsigned fault;
	char *why;
};

/* A word, or `len` bytes of it, as it may be repeated to a person. */
struct shown {
	char text[48];
};

struct shown vary_show(const char *s, size_t len);
struct shown vary_show_word(const struct take *t, unsigned at);

/* Says what is wrong with word `fault`; returns `err`. */
enum shell_err vary_refuse(struct take *t, enum shell_err err, unsigned fault,
			   const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A number of up to `bits` bits, decimal or hexadecimal. */
enum shell_err vary_take_number(const char *s, unsigned bits,
				struct vary_wide *w);

/* One value of the field: `len` bytes. A prefix where that is not NULL. */
enum shell_err vary_take_one(const struct take *t, const char *s, size_t len,
			     struct vary_wide *w, unsigned *prefix);

/* Says what is wrong with `len` bytes of the word at `at`; returns `err`. */
enum shell_err vary_refuse_one(struct take *t, enum shell_err err,
			       const char *s, size_t len);

/* The word at `at` as a value, a range or a prefix; as a list. */
enum shell_err vary_take_values(struct take *t);
enum shell_err vary_take_list(struct take *t);

/* "map FROM TO ..." */
bool vary_is_map(const struct take *t);
enum shell_err vary_take_map(struct take *t);
void vary_print_map(const struct vary *v, enum vary_type type, unsigned bits,
		    const struct vary_pool *pool, char *buf, size_t size);

/* The low n bits, of 64 at most. */
static inline uint64_t vary_ones(unsigned n)
{
	return n >= 64 ? UINT64_MAX : (1ull << n) - 1;
}

struct vary_wide vary_wide(const uint8_t bytes[VARY_BYTES]);
void vary_put(struct vary *v, const struct vary_wide *w);

/* All that a field can have, from 0 on. */
bool vary_is_all(const struct vary *v, unsigned bits);
bool vary_is_zero(const struct vary *v);

/* Writes a value of the field; cut at `size`. Returns its length. */
unsigned vary_print_one(enum vary_type type, const struct vary_wide *w,
			char *buf, size_t size);

#endif /* UNITS_VARY_IMPL_H */
