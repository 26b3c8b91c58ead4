/* SPDX-License-Identifier: BSD-3-Clause */
#include "any_value.h"

#include <string.h>

uint64_t any_below(uint64_t *seed, uint64_t n)
{
	return (unit_random(seed) >> 16) % n;
}

/* A number of any magnitude. */
static uint64_t any(uint64_t *seed)
{
	uint64_t shift = any_below(seed, 64);

	return unit_random(seed) >> shift;
}

static unsigned any_size(uint64_t *seed)
{
	return 64 + (unsigned)any_below(seed, 9018 - 63);
}

static void any_range(struct sizes *s, uint64_t *seed)
{
	const unsigned from = any_size(seed), to = any_size(seed);

	s->range.from = (uint16_t)from;
	s->range.to = (uint16_t)(from == to ? to ^ 1 : to);
	s->range.step = any_below(seed, 2) || from == to ? 1 : 2;
	if (s->range.step > 1 && (from + 1 == to || from == to + 1))
		s->range.step = 1;
}

/* Of any kind, with what is not used 0. */
static void any_sizes(struct sizes *s, uint64_t *seed)
{
	static const char letters[] = "abcdefghiz";
	const unsigned n = 1 + (unsigned)any_below(seed, SIZES_MAX);

	memset(s, 0, sizeof(*s));
	s->kind = (uint8_t)any_below(seed, 8);
	if (s->kind > SIZES_RANDOM)
		s->kind = SIZES_MIX;
	if (s->kind == SIZES_RANGE || s->kind == SIZES_RANDOM) {
		any_range(s, seed);
		return;
	}
	for (unsigned i = 0; i < n && s->kind == SIZES_GENOME; i++)
		s->letters[i] = letters[any_below(seed, 10)];
	if (s->kind == SIZES_GENOME)
		return;
	s->count = (uint8_t)(any_below(seed, 2) ? 1 : n);
	/* An odd weight, so that no digit can go. */
	s->digits = (uint8_t)any_below(seed, 3);
	for (unsigned i = 0; i < s->count; i++)
		s->entry[i] = (struct size_weight){
			(uint16_t)any_size(seed),
			(uint16_t)(1 + 2 * any_below(seed, i ? 7 : 200)),
		};
}

static uint64_t any_number(const struct arg *a, uint64_t *seed)
{
	uint64_t n = any(seed), words = 0;

	while (arg_words(a) && a->words[words].name)
		words++;
	if (a->type == ARG_ENUM)
		return n % words;
	if (a->type == ARG_MAC)
		return n % (words + 1);
	if (a->type == ARG_SPAN) {
		const unsigned first = (unsigned)(n % (a->max + 1));

		return any_below(seed, 8)
			       ? arg_span(first,
					  1 + (unsigned)any_below(
						      seed, a->max - first + 1))
			       : n % words;
	}
	if (a->type == ARG_HEX32)
		return (uint32_t)n;
	/* Any magnitude of it; now and then what is at its end. */
	if (a->max && (n < a->min || n > a->max))
		return any_below(seed, 8) ? a->min + n % (a->max - a->min + 1)
					  : a->max;
	return n;
}

void any_value(const struct arg *a, unsigned nb_ports, struct value *v,
	       uint64_t *seed)
{
	static const char letters[] = "abcXYZ019_-.";
	const uint64_t ports = UINT64_MAX >> (64 - nb_ports);

	memset(v, 0xa5, sizeof(*v));
	v->subjects = subjects_of(
		(any(seed) | 1ull << any_below(seed, nb_ports)) & ports);
	v->u = any_number(a, seed);
	v->rate.unit = (enum rate_unit)any_below(seed, RATE_PER_MIN + 1);
	v->rate.micro = v->rate.unit == RATE_MAX ? 0 : any(seed);
	for (unsigned i = 0; i < 16; i++)
		v->addr[i] = any_below(seed, 2) ? 0 : (uint8_t)any(seed);
	v->prefix = a->type == ARG_IPV4 ? 32 : 128;
	if (a->prefix)
		v->prefix = (unsigned)(a->min +
				       any_below(seed, a->max - a->min + 1));
	any_sizes(&v->sizes, seed);
	v->text[1 + any_below(seed, VALUE_NAME_MAX)] = '\0';
	for (unsigned i = 0; i < VALUE_NAME_MAX && v->text[i]; i++)
		v->text[i] = letters[any_below(seed, sizeof(letters) - 1)];
	if (a->type != ARG_LABEL)
		return;
	/* A letter first, no '.', fewer of them; or none. */
	v->text[any_below(seed, PARSE_STREAM_NAME_MAX + 1)] = '\0';
	for (unsigned i = 0; v->text[i]; i++)
		if (v->text[i] == '.' || !i)
			v->text[i] = 'a';
}
