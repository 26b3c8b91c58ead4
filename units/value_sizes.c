/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes of frames: one, or a mix of several by weight. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "units/value.h"

/*
 * The "simple IMIX" that testers of the field have in common (Ostinato and TRex
 * among them): packets of 40, 576 and 1500 bytes 7:4:1, each with 18 bytes of
 * Ethernet header and FCS, and 58 made the 64 that a frame has at least.
 */
static const struct sizes imix = {
	.count = 3,
	.entry = {{64, 7}, {594, 4}, {1518, 1}},
};

/* The number up to any of `ends`, as value_int() takes it; NULL: none. */
static const char *take_number(const char *s, const char *ends, uint64_t *v,
			       enum shell_err *err)
{
	const size_t len = strcspn(s, ends);
	char word[48];

	*err = E_SYNTAX;
	if (len < sizeof(word)) {
		memcpy(word, s, len);
		word[len] = '\0';
		*err = value_int(word, v);
	}
	return s + len;
}

/* "SIZE" or "SIZE:WEIGHT" at `s`. */
static enum shell_err take_entry(const char *s, const struct sizes_range *range,
				 struct size_weight *e, const char **end)
{
	uint64_t size, weight = 1;
	enum shell_err err, weight_err = E_OK;

	*end = take_number(s, ":,", &size, &err);
	if (**end == ':')
		*end = take_number(*end + 1, ",", &weight, &weight_err);
	if (err == E_SYNTAX || weight_err == E_SYNTAX)
		return E_SYNTAX;
	if (err || weight_err || size < range->min || size > range->max ||
	    !weight || weight > SIZES_WEIGHT_MAX)
		return E_RANGE;
	*e = (struct size_weight){(uint32_t)size, (uint32_t)weight};
	return E_OK;
}

enum shell_err value_sizes(const char *word, const struct sizes_range *range,
			   struct sizes *v, const char **fault)
{
	struct sizes sizes = {0};
	enum shell_err err = E_OK;
	const char *end;
	unsigned sum = 0;

	*fault = word;
	if (!strcasecmp(word, "imix")) {
		*v = imix;
		return E_OK;
	}
	for (;; word = end + 1) {
		struct size_weight e;
		enum shell_err this = take_entry(word, range, &e, &end);

		if (!this && (sizes.count == SIZES_MAX ||
			      (sum += e.weight) > SIZES_SUM_MAX))
			this = E_RANGE;
		if (this == E_SYNTAX || (this && !err))
			*fault = word;
		if (this == E_SYNTAX)
			return E_SYNTAX;
		if (!err)
			err = this;
		if (!err)
			sizes.entry[sizes.count++] = e;
		if (!*end)
			break;
	}
	if (!err)
		*v = sizes;
	return err;
}

void value_sizes_print(const struct sizes *v, char *buf, size_t size)
{
	bool weights = false;
	size_t used = 0;

	for (unsigned i = 0; i < v->count; i++)
		weights |= v->entry[i].weight != 1;
	buf[0] = '\0';
	for (unsigned i = 0; i < v->count && used < size; i++) {
		const struct size_weight *e = &v->entry[i];

		used += (size_t)snprintf(buf + used, size - used, "%s%u",
					 i ? "," : "", (unsigned)e->size);
		if (weights && used < size)
			used += (size_t)snprintf(buf + used, size - used, ":%u",
						 (unsigned)e->weight);
	}
}

bool value_sizes_equal(const struct sizes *a, const struct sizes *b)
{
	return a->count == b->count &&
	       !memcmp(a->entry, b->entry, a->count * sizeof(a->entry[0]));
}
