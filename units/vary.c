/* SPDX-License-Identifier: BSD-3-Clause */
#include "units/vary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "units/value.h"
#include "units/vary_impl.h"

static const struct {
	const char *name;
	const char *needs;   /* a word after it */
	const char *example; /* with that */
} parts[PART_COUNT] = {
	[PART_RANDOM] = {"random", NULL, NULL},
	[PART_MASK] = {"mask", "the bits to draw", "mask 0x00ff"},
	[PART_STEP] = {"step", "a number", "step 3"},
	[PART_DOWN] = {"down", NULL, NULL},
	[PART_SHUFFLED] = {"shuffled", NULL, NULL},
	[PART_ZIPF] = {"zipf", "an exponent", "zipf 1.0"},
	[PART_EVERY] = {"every", "a number of frames", "every 10"},
	[PART_LIST] = {"list", "values with commas", "list 1,5,9"},
};

static enum shell_err take_exponent(struct take *t)
{
	const char *word = t->words[t->at], *end;
	uint64_t micro;
	enum shell_err err = value_decimal(word, &micro, &end);

	if (!err && (*end || micro % 1000))
		err = E_SYNTAX;
	if (!err &&
	    (micro / 1000 < VARY_ZIPF_MIN || micro / 1000 > VARY_ZIPF_MAX))
		err = E_RANGE;
	if (err)
		return vary_refuse(
			t, err, t->at,
			"'%s' is not an exponent; type 0.1..4.0, with up "
			"to 3 digits after the point",
			vary_show_word(t, t->at).text);
	t->number[PART_ZIPF] = micro / 1000;
	return E_OK;
}

/* The number behind a word, which may be written as a value of the field. */
static enum shell_err take_count(struct take *t, enum vary_part part)
{
	const char *word = t->words[t->at];
	const uint64_t most =
		part == PART_EVERY ? UINT32_MAX : vary_ones(t->bits);
	struct vary_wide w;
	enum shell_err err = vary_take_number(word, 128, &w);

	if (err == E_SYNTAX && part != PART_EVERY &&
	    !vary_take_one(t, word, strlen(word), &w, NULL))
		err = E_OK;
	if (!err && (w.high || w.low > most || (!w.low && part != PART_MASK)))
		err = E_RANGE;
	if (err == E_RANGE)
		return vary_refuse(
			t, err, t->at,
			"'%s' does not fit after '%s'; type %u..%" PRIu64,
			vary_show_word(t, t->at).text, parts[part].name,
			part != PART_MASK, most);
	if (err)
		return vary_refuse(t, err, t->at,
				   "'%s' is not a number; type one, such as "
				   "'%s'",
				   vary_show_word(t, t->at).text,
				   parts[part].example);
	t->number[part] = w.low;
	return E_OK;
}

static enum vary_part part_of(const char *word)
{
	for (enum vary_part i = PART_VALUES + 1; i < PART_COUNT; i++)
		if (!strcasecmp(parts[i].name, word))
			return i;
	return PART_VALUES;
}

/* The word at `at`, and with some the next. */
static enum shell_err take_part(struct take *t)
{
	const enum vary_part part = part_of(t->words[t->at]);
	const enum vary_part slot = part == PART_LIST ? PART_VALUES : part;

	if (t->seen[slot] && slot == PART_VALUES)
		return vary_refuse(t, E_SURPLUS, t->at,
				   "'%s' comes after '%s'; type 'step', "
				   "'down', 'shuffled', 'zipf' or 'every' "
				   "there, or several values as 'list A,B'",
				   vary_show_word(t, t->at).text,
				   vary_show_word(t, t->seen[slot] - 1).text);
	if (t->seen[slot])
		return vary_refuse(t, E_SURPLUS, t->at,
				   "'%s' comes twice; type it once",
				   parts[part].name);
	t->seen[slot] = t->at + 1;
	if (part == PART_VALUES)
		return vary_take_values(t);
	if (!parts[part].needs)
		return E_OK;
	if (++t->at == t->nb)
		return vary_refuse(t, E_MISSING, t->nb,
				   "'%s' needs %s; type '%s'", parts[part].name,
				   parts[part].needs, parts[part].example);
	if (part == PART_LIST)
		return vary_take_list(t);
	return part == PART_ZIPF ? take_exponent(t) : take_count(t, part);
}

/*
 * ---- What they come to ----------------------------------------------------
 */

static enum shell_err refuse_pair(struct take *t, enum vary_part a,
				  enum vary_part b)
{
	const unsigned last = t->seen[a] > t->seen[b] ? a : b;

	return vary_refuse(t, E_SURPLUS, t->seen[last] - 1,
			   "'%s' does not go with '%s'; type one of them",
			   parts[a].name, parts[b].name);
}

/* Nothing that varies stands there, which `part` is about. */
static enum shell_err refuse_single(struct take *t, enum vary_part part)
{
	static const char *const range[] = {
		[VARY_NUMBER] = "1-4",
		[VARY_MAC] = "02:00:00:00:00:01-02:00:00:00:00:04",
		[VARY_IPV4] = "10.0.0.1-10.0.0.4",
		[VARY_IPV6] = "2001:2::1-2001:2::4",
	};
	const unsigned values = t->seen[PART_VALUES];
	const char *such = t->bits < 3 ? "0-1" : range[t->type];

	if (!values)
		return vary_refuse(t, E_MISSING, t->nb,
				   "'%s' needs values that vary; type a range "
				   "such as %s",
				   parts[part].name, such);
	return vary_refuse(t, E_SYNTAX, t->seen[part] - 1,
			   "'%s' needs %s, not '%s'; type one such as %s",
			   parts[part].name,
			   part == PART_STEP ? "a range" : "a range or list",
			   vary_show_word(t, values - 1).text, such);
}

static enum shell_err check_parts(struct take *t)
{
	static const uint8_t apart[][2] = {
		{PART_RANDOM, PART_SHUFFLED}, {PART_RANDOM, PART_ZIPF},
		{PART_SHUFFLED, PART_ZIPF},   {PART_RANDOM, PART_DOWN},
		{PART_SHUFFLED, PART_DOWN},   {PART_MASK, PART_STEP},
	};
	static const uint8_t several[] = {PART_STEP, PART_DOWN, PART_SHUFFLED,
					  PART_ZIPF, PART_EVERY};
	const unsigned *seen = t->seen;
	const unsigned random = seen[PART_RANDOM], mask = seen[PART_MASK];

	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		if (seen[apart[i][0]] && seen[apart[i][1]])
			return refuse_pair(t, apart[i][0], apart[i][1]);
	if (mask && !random)
		return vary_refuse(t, E_SYNTAX, mask - 1,
				   "'mask' needs 'random'; type 'random mask "
				   "%s'",
				   vary_show_word(t, mask).text);
	if (mask && t->several)
		return vary_refuse(
			t, E_SYNTAX, seen[PART_VALUES] - 1,
			"'mask' does not go with '%s'; type one "
			"value, or none",
			vary_show_word(t, seen[PART_VALUES] - 1).text);
	for (size_t i = 0; i < sizeof(several); i++) {
		const enum vary_part part = several[i];

		if (!seen[part] || (part == PART_EVERY && random))
			continue;
		if (!t->several || (part == PART_STEP && t->v.listed))
			return refuse_single(t, part);
	}
	if (random && !mask && seen[PART_VALUES] && !t->several)
		return refuse_single(t, PART_RANDOM);
	return E_OK;
}

/* Without values, all that the field can have. */
static enum shell_err take_all(struct take *t)
{
	if (t->bits > 64)
		return vary_refuse(t, E_SYNTAX, t->seen[PART_RANDOM] - 1,
				   "'random' draws 64 bits at most; type "
				   "'random' and a range or %s",
				   t->type == VARY_IPV6 ? "prefix such as "
							  "2001:2::/64"
							: "'mask'");
	t->v.count = vary_ones(t->bits) + 1;
	return E_OK;
}

static enum shell_err put_step(struct take *t)
{
	const uint64_t last = t->v.count - 1, step = t->number[PART_STEP];
	const unsigned at = t->seen[PART_STEP];

	if (last && step > last)
		return vary_refuse(
			t, E_RANGE, at,
			"a step of %" PRIu64 " leaves one value of "
			"'%s'; type 1..%" PRIu64,
			step, vary_show_word(t, t->seen[PART_VALUES] - 1).text,
			last);
	t->v.step = step;
	t->v.count = last / step + 1;
	return E_OK;
}

static enum shell_err put_order(struct take *t)
{
	struct vary *v = &t->v;
	const unsigned *seen = t->seen;
	const unsigned order = seen[PART_ZIPF] + seen[PART_SHUFFLED];

	if (order && (v->count > VARY_ORDER_MAX || !v->count))
		return vary_refuse(
			t, E_RANGE, seen[PART_VALUES] - 1,
			"'%s' has too many values for '%s'; type "
			"%llu at most",
			vary_show_word(t, seen[PART_VALUES] - 1).text,
			vary_show_word(t, order - 1).text, VARY_ORDER_MAX);
	if (seen[PART_EVERY])
		v->every = (uint32_t)t->number[PART_EVERY];
	v->down = seen[PART_DOWN];
	v->shuffled = seen[PART_SHUFFLED];
	if (seen[PART_ZIPF]) {
		v->kind = VARY_ZIPF;
		v->exponent = (uint16_t)t->number[PART_ZIPF];
	}
	return E_OK;
}

static enum shell_err put_random(struct take *t)
{
	struct vary *v = &t->v;
	enum shell_err err = E_OK;

	if (!t->seen[PART_RANDOM])
		return E_OK;
	v->kind = VARY_RANDOM;
	v->masked = t->seen[PART_MASK];
	if (v->masked) {
		v->step = t->number[PART_MASK];
		/* 2 for each bit, and 2^64 is 0. */
		for (uint64_t bits = v->step; bits; bits &= bits - 1)
			v->count <<= 1;
	} else if (!t->seen[PART_VALUES]) {
		err = take_all(t);
	}
	/* As it prints. */
	if (v->masked ? vary_is_zero(v) : vary_is_all(v, t->bits))
		v->hex = false;
	return err;
}

static enum shell_err take_words(struct take *t)
{
	enum shell_err err = E_OK;

	if (!t->nb)
		return vary_refuse(t, E_MISSING, 0,
				   "a value is missing; type one, a range, "
				   "'list A,B' or 'random'");
	for (; !err && t->at < t->nb; t->at++)
		err = take_part(t);
	if (!err)
		err = check_parts(t);
	if (!err && t->seen[PART_STEP])
		err = put_step(t);
	if (!err)
		err = put_order(t);
	if (!err)
		err = put_random(t);
	return err;
}

enum shell_err vary_take(const char *const words[], unsigned nb,
			 enum vary_type type, unsigned bits,
			 struct vary_file *file, struct vary_pool *pool,
			 struct vary *v, unsigned *fault,
			 char why[VARY_WHY_MAX])
{
	struct take t = {
		.words = words,
		.nb = nb,
		.type = type,
		.bits = bits,
		.file = file,
		.pool = pool,
		.used = pool->used,
		.v = vary_constant(NULL, 0),
		.why = why,
	};
	enum shell_err err =
		vary_is_map(&t) ? vary_take_map(&t) : take_words(&t);

	if (!err && t.v.count == 1) {
		const struct vary all = t.v;

		/* What varies over one value does not. */
		t.v = vary_constant(all.from, VARY_BYTES);
		t.v.hex = all.hex;
	} else if (!err) {
		pool->used = (uint16_t)t.used;
	}
	/* Equal pools have equal bytes. */
	memset(pool->bytes + pool->used, 0, t.used - pool->used);
	if (err)
		*fault = t.fault;
	else
		*v = t.v;
	return err;
}
