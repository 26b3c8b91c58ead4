/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `map FROM TO ...`: what a field of a frame that was recorded has becomes
 * another value. Of a prefix the bits behind that of TO stay. In the pool each
 * pair has three values: FROM, TO, and how many bits of both are free.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "units/vary_impl.h"

static enum shell_err add_value(struct take *t, uint64_t value)
{
	const unsigned width = vary_width(t->bits);

	if (t->used + width > VARY_POOL_BYTES)
		return vary_refuse(t, E_NOMEM, t->at,
				   "the stream's lists are full with '%s'; "
				   "type a shorter map",
				   vary_show_word(t, t->at).text);
	for (unsigned i = width; i-- > 0;)
		t->pool->bytes[t->used++] = (uint8_t)(value >> 8 * i);
	t->v.count++;
	return E_OK;
}

/* The word at `at` as a value or a prefix; *free are its bits behind that. */
static enum shell_err take_side(struct take *t, struct vary_wide *w,
				unsigned *free)
{
	unsigned prefix = t->bits;
	const char *word = t->words[t->at];
	enum shell_err err =
		vary_take_one(t, word, strlen(word), w,
			      t->type == VARY_IPV4 ? &prefix : NULL);

	if (err)
		return vary_refuse(
			t, err, t->at, "'%s' does not fit after 'map'; type %s",
			vary_show_word(t, t->at).text,
			t->type == VARY_IPV4 ? "prefixes such as 10.0.0.0/8 "
					       "172.16.0.0/12"
					     : "values such as 80 8080");
	*free = t->bits - prefix;
	w->low &= ~vary_ones(*free) | (*free ? 0 : UINT64_MAX);
	t->v.hex |= w->hex;
	return E_OK;
}

static enum shell_err take_pair(struct take *t)
{
	const unsigned half = vary_width(t->bits) * 4;
	struct vary_wide from, to;
	unsigned free[2];
	enum shell_err err = take_side(t, &from, &free[0]);

	if (err)
		return err;
	t->at++;
	err = take_side(t, &to, &free[1]);
	t->at--;
	if (err)
		return err;
	err = add_value(t, from.low);
	if (!err)
		err = add_value(t, to.low);
	if (!err)
		err = add_value(t, (uint64_t)free[0] << half | free[1]);
	return err;
}

bool vary_is_map(const struct take *t)
{
	return t->nb && !strcasecmp(t->words[0], "map");
}

enum shell_err vary_take_map(struct take *t)
{
	enum shell_err err = E_OK;

	if (t->bits > 64)
		return vary_refuse(
			t, E_SYNTAX, 0,
			"'map' takes no field of over 64 bits; type a "
			"value");
	t->v.kind = VARY_MAP;
	t->v.count = 0;
	t->v.listed = true;
	t->v.list = (uint16_t)t->used;
	if (t->nb % 2 == 0 || t->nb == 1)
		return vary_refuse(t, E_MISSING, t->nb,
				   "'map' needs pairs of values; type 'map "
				   "FROM TO'");
	for (t->at = 1; !err && t->at < t->nb; t->at += 2)
		err = take_pair(t);
	return err;
}

unsigned vary_map_pair(const struct vary *v, unsigned bits,
		       const struct vary_pool *pool, unsigned i,
		       struct vary_map *map)
{
	const unsigned half = vary_width(bits) * 4;
	uint64_t free;

	if (i >= v->count / 3)
		return 0;
	map->from = vary_listed(v, bits, pool, 3ull * i);
	map->to = vary_listed(v, bits, pool, 3ull * i + 1);
	free = vary_listed(v, bits, pool, 3ull * i + 2);
	map->from_free = (uint8_t)(free >> half);
	map->to_free = (uint8_t)(free & vary_ones(half));
	return 1;
}

/* " 10.0.0.0/8" */
static size_t print_side(enum vary_type type, unsigned bits, uint64_t low,
			 unsigned free, bool hex, char *buf, size_t size)
{
	const struct vary_wide w = {.low = low, .hex = hex};
	char one[48];

	vary_print_one(type, &w, one, sizeof(one));
	return (size_t)(free ? snprintf(buf, size, " %s/%u", one, bits - free)
			     : snprintf(buf, size, " %s", one));
}

void vary_print_map(const struct vary *v, enum vary_type type, unsigned bits,
		    const struct vary_pool *pool, char *buf, size_t size)
{
	size_t at = (size_t)snprintf(buf, size, "map");
	struct vary_map m;

	for (unsigned i = 0; vary_map_pair(v, bits, pool, i, &m); i++) {
		if (at < size)
			at += print_side(type, bits, m.from, m.from_free,
					 v->hex, buf + at, size - at);
		if (at < size)
			at += print_side(type, bits, m.to, m.to_free, v->hex,
					 buf + at, size - at);
	}
}
