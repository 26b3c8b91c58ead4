/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `map FROM TO ...`: what a field of a frame that was recorded has becomes
 * another value. Of a prefix the bits behind that of TO stay. In the pool each
 * pair has three values: FROM, TO, and how many bits of both are free; or five,
 * where FROM and TO have over 64 bits.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "units/vary_impl.h"

static unsigned words_of(unsigned bits)
{
	return bits > 64 ? 5 : 3;
}

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
	const bool prefixed = t->type == VARY_IPV4 || t->type == VARY_IPV6;
	unsigned prefix = t->bits;
	const char *word = t->words[t->at];
	enum shell_err err = vary_take_one(t, word, strlen(word), w,
					   prefixed ? &prefix : NULL);

	if (err)
		return vary_refuse(
			t, err, t->at, "'%s' does not fit after 'map'; type %s",
			vary_show_word(t, t->at).text,
			t->type == VARY_IPV4   ? "prefixes such as 10.0.0.0/8 "
						 "172.16.0.0/12"
			: t->type == VARY_IPV6 ? "prefixes such as "
						 "2001:db8::/32 fd00:1::/64"
					       : "values such as 80 8080");
	*free = t->bits - prefix;
	w->low &= ~vary_ones(*free);
	w->high &= ~vary_ones(*free > 64 ? *free - 64 : 0);
	t->v.hex |= w->hex;
	return E_OK;
}

static enum shell_err take_pair(struct take *t)
{
	const unsigned half = vary_width(t->bits) * 4;
	struct vary_wide side[2];
	unsigned free[2];
	enum shell_err err = E_OK;

	for (unsigned i = 0; !err && i < 2; i++, t->at++)
		err = take_side(t, &side[i], &free[i]);
	t->at -= 2;
	for (unsigned i = 0; !err && i < 2; i++) {
		if (t->bits > 64)
			err = add_value(t, side[i].high);
		if (!err)
			err = add_value(t, side[i].low);
	}
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
	char text[VARY_LIST_TEXT + 2];

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
	vary_print_map(&t->v, t->type, t->bits, t->pool, text, sizeof(text));
	if (!err && strlen(text) > VARY_LIST_TEXT)
		return vary_refuse(t, E_LONG, t->nb - 1,
				   "this map takes over %u letters; type a "
				   "shorter map",
				   VARY_LIST_TEXT);
	return err;
}

unsigned vary_map_pair(const struct vary *v, unsigned bits,
		       const struct vary_pool *pool, unsigned i,
		       struct vary_map *map)
{
	const unsigned half = vary_width(bits) * 4, words = words_of(bits);
	uint64_t word[5] = {0};

	if (i >= v->count / words)
		return 0;
	/* Those of 64 bits and less lack the upper ones. */
	for (unsigned k = 0; k < words; k++)
		word[words == 3 && k < 2 ? 2 * k + 1 : k + 5 - words] =
			vary_listed(v, bits, pool, (uint64_t)words * i + k);
	*map = (struct vary_map){
		.from_high = word[0],
		.from = word[1],
		.to_high = word[2],
		.to = word[3],
		.from_free = (uint8_t)(word[4] >> half),
		.to_free = (uint8_t)(word[4] & vary_ones(half)),
	};
	return 1;
}

/* " 10.0.0.0/8" */
static size_t print_side(enum vary_type type, unsigned bits,
			 const struct vary_wide *w, unsigned free, char *buf,
			 size_t size)
{
	char one[48];

	vary_print_one(type, w, one, sizeof(one));
	return (size_t)(free ? snprintf(buf, size, " %s/%u", one, bits - free)
			     : snprintf(buf, size, " %s", one));
}

void vary_print_map(const struct vary *v, enum vary_type type, unsigned bits,
		    const struct vary_pool *pool, char *buf, size_t size)
{
	size_t at = (size_t)snprintf(buf, size, "map");
	struct vary_map m;

	for (unsigned i = 0; vary_map_pair(v, bits, pool, i, &m); i++) {
		const struct vary_wide from = {m.from_high, m.from, v->hex};
		const struct vary_wide to = {m.to_high, m.to, v->hex};

		if (at < size)
			at += print_side(type, bits, &from, m.from_free,
					 buf + at, size - at);
		if (at < size)
			at += print_side(type, bits, &to, m.to_free, buf + at,
					 size - at);
	}
}
