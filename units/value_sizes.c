/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes of frames: one, a mix by weight, a genome, a range. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "units/value.h"

#define MICRO 1000000u

/*
 * The "simple IMIX" that testers of the field have in common (Ostinato and TRex
 * among them): packets of 40, 576 and 1500 bytes 7:4:1, each with 18 bytes of
 * Ethernet header and FCS, and 58 made the 64 that a frame has at least.
 */
static const struct sizes imix = {
	.count = 3,
	.entry = {{64, 7}, {594, 4}, {1518, 1}},
};

/* RFC 6985, section 3; j and k are longer than any frame here, z is the MTU. */
static const char letters[] = "abcdefghi";
static const uint16_t letter_size[] = {64,   128,  256,  512, 1024,
				       1280, 1518, 2112, 9000};

/* What is being taken. */
struct take {
	const struct sizes_range *range;
	struct sizes v;
	enum shell_err err; /* the first; one of the form before any other */
	const char *fault;
	char *why;
};

/* Only the first one counts, but for one of the form. */
static void refuse(struct take *t, enum shell_err err, const char *at,
		   const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void refuse(struct take *t, enum shell_err err, const char *at,
		   const char *format, ...)
{
	va_list ap;

	if (t->err && (t->err == E_SYNTAX || err != E_SYNTAX))
		return;
	t->err = err;
	t->fault = at;
	va_start(ap, format);
	vsnprintf(t->why, SIZES_WHY_MAX, format, ap);
	va_end(ap);
}

/* The number up to any of `ends`, within the range; `at` is what is wrong. */
static uint16_t take_size(struct take *t, const char **s, const char *ends,
			  const char *at)
{
	const size_t len = strcspn(*s, ends);
	char word[48] = "";
	uint64_t size = 0;
	enum shell_err err;

	if (len < sizeof(word))
		memcpy(word, *s, len);
	err = value_int(word, &size);
	if (!err && (size < t->range->min || size > t->range->max))
		err = E_RANGE;
	if (err)
		refuse(t, err, at, "%s", "");
	*s += len;
	return (uint16_t)size;
}

/* ---- A mix --------------------------------------------------------------- */

/* What stands behind a ':', in millionths. */
static uint64_t take_weight(struct take *t, const char **s, const char *at)
{
	const char *const from = *s;
	uint64_t micro = 0;
	enum shell_err err = value_decimal(from, &micro, s);

	if (err == E_SYNTAX || (**s && **s != ',')) {
		refuse(t, E_SYNTAX, at, "%s", "");
		*s = from + strcspn(from, ",");
	} else if (err || !micro || micro > (uint64_t)SIZES_SUM_MAX * MICRO) {
		refuse(t, E_RANGE, at,
		       "weight %.*s is out of range; type more than 0, %d at "
		       "most",
		       (int)(*s - from), from, SIZES_SUM_MAX);
	}
	return micro;
}

/* Has weights be whole, with as few digits as that needs. */
static void put_weights(struct take *t, const uint64_t micro[],
			const char *const at[])
{
	uint32_t unit = MICRO;
	uint64_t sum = 0, all = 0;

	for (unsigned i = 0; i < t->v.count; i++) {
		for (; micro[i] % unit; unit /= 10)
			t->v.digits++;
		all += micro[i];
	}
	for (unsigned i = 0; i < t->v.count; i++) {
		sum += micro[i] / unit;
		if (sum > SIZES_SUM_MAX)
			refuse(t, E_RANGE, at[i],
			       "a round of these weights is %llu frames; type "
			       "weights for %d at most",
			       (unsigned long long)(all / unit), SIZES_SUM_MAX);
		t->v.entry[i].weight = (uint16_t)(micro[i] / unit);
	}
}

static void take_mix(struct take *t, const char *s)
{
	uint64_t micro[SIZES_MAX];
	const char *at[SIZES_MAX];
	unsigned n = 0;

	for (;; s++, n++) {
		const char *const from = s;
		const uint16_t size = take_size(t, &s, ":,", from);
		uint64_t weight = MICRO;

		if (*s == ':') {
			s++;
			weight = take_weight(t, &s, from);
		}
		if (n < SIZES_MAX) {
			t->v.entry[n].size = size;
			micro[n] = weight;
			at[n] = from;
			t->v.count++;
		} else if (n == SIZES_MAX) {
			refuse(t, E_RANGE, from,
			       "a mix has up to %d sizes, not one more",
			       SIZES_MAX);
		}
		if (!*s)
			break;
	}
	if (!t->err)
		put_weights(t, micro, at);
}

/* Behind the word and its blank, NULL: it does not begin with that word. */
static const char *behind(const char *s, const char *word)
{
	for (; *word; s++, word++)
		if ((*s | 0x20) != *word)
			return NULL;
	if (*s && *s != ' ')
		return NULL;
	return s + (*s == ' ');
}

/* ---- Other kinds --------------------------------------------------------- */

static void take_letters(struct take *t, const char *s)
{
	unsigned n = 0;

	t->v.kind = SIZES_GENOME;
	for (; *s; s++, n++) {
		const char c = (char)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s);

		if (n == SIZES_LETTERS_MAX)
			refuse(t, E_RANGE, s,
			       "a genome has up to %d letters, not one more",
			       SIZES_LETTERS_MAX);
		else if (c == 'j' || c == 'k')
			refuse(t, E_RANGE, s,
			       "'%c' is longer than %u bytes; type letters of "
			       "'%sz'",
			       c, (unsigned)t->range->max, letters);
		else if (c != 'z' && !strchr(letters, c))
			refuse(t, E_SYNTAX, s,
			       "RFC 6985 has no size '%c'; type letters of "
			       "'%sz'",
			       *s, letters);
		if (n < SIZES_LETTERS_MAX)
			t->v.letters[n] = c;
	}
}

static void take_step(struct take *t, const char *s, unsigned span)
{
	char word[48] = "";
	uint64_t step = 0;
	enum shell_err err;

	if (strlen(s) < sizeof(word))
		memcpy(word, s, strlen(s));
	err = value_int(word, &step);
	if (err == E_SYNTAX)
		refuse(t, err, s, "'step' needs a number of bytes, such as 2");
	else if (err || !step || step > span)
		refuse(t, E_RANGE, s, "step %.20s is out of range; type 1..%u",
		       s, span);
	t->v.range.step = (uint16_t)step;
}

static bool is_range(const char *s)
{
	return s[strcspn(s, "-:,")] == '-' && *s >= '0' && *s <= '9';
}

static void take_range(struct take *t, const char *s)
{
	const char *second, *step;
	unsigned from, to;

	if (!is_range(s)) {
		refuse(t, E_SYNTAX, s,
		       "'random' needs a range; type 'random 64-1518'");
		return;
	}
	from = take_size(t, &s, "-", s);
	second = ++s;
	to = take_size(t, &s, " ", s);
	if (from == to)
		refuse(t, E_RANGE, second,
		       "a range has two ends; type 'size %u'", from);
	t->v.range.from = (uint16_t)from;
	t->v.range.to = (uint16_t)to;
	t->v.range.step = 1;
	if (!*s)
		return;
	step = behind(s + 1, "step");
	if (!step)
		refuse(t, E_SYNTAX, s + 1, "%s", "");
	else
		take_step(t, step, from < to ? to - from : from - to);
}

/* ---- Any ------------------------------------------------------------- */

enum shell_err value_sizes(const char *text, const struct sizes_range *range,
			   struct sizes *v, const char **fault,
			   char why[SIZES_WHY_MAX])
{
	struct take t = {.range = range, .why = why};
	const char *rest;

	why[0] = '\0';
	if ((rest = behind(text, "random")) != NULL) {
		t.v.kind = SIZES_RANDOM;
		take_range(&t, rest);
	} else if ((rest = behind(text, "imix")) != NULL) {
		if (*rest)
			take_letters(&t, rest);
		else
			t.v = imix;
	} else if (is_range(text)) {
		t.v.kind = SIZES_RANGE;
		take_range(&t, text);
	} else {
		take_mix(&t, text);
	}
	*fault = t.fault;
	if (!t.err)
		*v = t.v;
	return t.err;
}

enum sizes_next value_sizes_next(enum sizes_next was, const char *word)
{
	switch (was) {
	case SIZES_NO_MORE:
		if (!strcasecmp(word, "random"))
			return SIZES_A_RANGE;
		if (!strcasecmp(word, "imix"))
			return SIZES_LETTERS;
		return is_range(word) ? SIZES_STEP : SIZES_NO_MORE;
	case SIZES_A_RANGE:
		return SIZES_STEP;
	case SIZES_STEP:
		return strcasecmp(word, "step") ? SIZES_NO_MORE : SIZES_A_STEP;
	default:
		return SIZES_NO_MORE;
	}
}

/* "58.33" of 5833 with two digits. */
static size_t print_weight(char *buf, size_t size, unsigned weight,
			   unsigned digits)
{
	unsigned unit = 1;

	for (unsigned i = 0; i < digits; i++)
		unit *= 10;
	if (!digits)
		return (size_t)snprintf(buf, size, ":%u", weight);
	return (size_t)snprintf(buf, size, ":%u.%0*u", weight / unit,
				(int)digits, weight % unit);
}

static void print_mix(const struct sizes *v, char *buf, size_t size)
{
	bool weights = false;
	size_t used = 0;

	for (unsigned i = 0; i < v->count; i++)
		weights |= v->entry[i].weight != 1 || v->digits;
	buf[0] = '\0';
	for (unsigned i = 0; i < v->count && used < size; i++) {
		const struct size_weight *e = &v->entry[i];

		used += (size_t)snprintf(buf + used, size - used, "%s%u",
					 i ? "," : "", (unsigned)e->size);
		if (weights && used < size)
			used += print_weight(buf + used, size - used, e->weight,
					     v->digits);
	}
}

void value_sizes_print(const struct sizes *v, char *buf, size_t size)
{
	char step[16] = "";

	if (v->kind == SIZES_MIX) {
		print_mix(v, buf, size);
		return;
	}
	if (v->kind == SIZES_GENOME) {
		snprintf(buf, size, "imix %s", v->letters);
		return;
	}
	if (v->range.step != 1)
		snprintf(step, sizeof(step), " step %u",
			 (unsigned)v->range.step);
	snprintf(buf, size, "%s%u-%u%s",
		 v->kind == SIZES_RANDOM ? "random " : "",
		 (unsigned)v->range.from, (unsigned)v->range.to, step);
}

bool value_sizes_equal(const struct sizes *a, const struct sizes *b)
{
	char a_text[SIZES_PRINT_MAX], b_text[SIZES_PRINT_MAX];

	value_sizes_print(a, a_text, sizeof(a_text));
	value_sizes_print(b, b_text, sizeof(b_text));
	return !strcmp(a_text, b_text);
}

/* ---- What they come to ----------------------------------------------- */

static unsigned size_of_letter(char c, unsigned z)
{
	return c == 'z' ? z : letter_size[c - 'a'];
}

unsigned sizes_at(const struct sizes *v, unsigned i, unsigned z)
{
	const unsigned from = v->range.from, to = v->range.to;
	unsigned rest;

	if (v->kind == SIZES_MIX)
		return i < v->count ? v->entry[i].size : 0;
	if (v->kind == SIZES_GENOME)
		return i < strlen(v->letters) ? size_of_letter(v->letters[i], z)
					      : 0;
	if (!i)
		return from;
	rest = (from < to ? to - from : from - to) % v->range.step;
	return i > 1 ? 0 : from < to ? to - rest : to + rest;
}

uint64_t sizes_round(const struct sizes *v, unsigned z, uint64_t *frames)
{
	const unsigned first = sizes_at(v, 0, z), last = sizes_at(v, 1, z);
	uint64_t bytes = 0;

	*frames = 0;
	if (v->kind == SIZES_RANGE || v->kind == SIZES_RANDOM) {
		*frames = (first < last ? last - first : first - last) /
				  v->range.step +
			  1;
		return *frames * (first + last) / 2;
	}
	for (unsigned i = 0, size; (size = sizes_at(v, i, z)) != 0; i++) {
		const unsigned weight =
			v->kind == SIZES_MIX ? v->entry[i].weight : 1;

		bytes += (uint64_t)weight * size;
		*frames += weight;
	}
	return bytes;
}
