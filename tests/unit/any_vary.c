/* SPDX-License-Identifier: BSD-3-Clause */
#include "any_vary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "any_value.h"
#include "units/value.h"

void any_vary_line(struct any_vary *a, enum vary_type type, unsigned bits,
		   const char *line)
{
	a->type = type;
	a->bits = bits;
	a->nb = 0;
	snprintf(a->line, sizeof(a->line), "%s", line);
	for (char *s = a->line; *s;) {
		assert_true(a->nb < ANY_VARY_WORDS);
		a->word[a->nb++] = s;
		s += strcspn(s, " ");
		if (*s)
			*s++ = '\0';
	}
}

/* Of up to `bits` bits, small and large ones as often. */
static uint64_t any_number(unsigned bits, uint64_t *seed)
{
	return unit_random(seed) >> (64 - bits) >> any_below(seed, bits);
}

/* `v` in the low bits of some address, the same one for the same `high`. */
static void print_value(const struct any_vary *a, uint64_t v, bool hex,
			char *buf, size_t size)
{
	uint8_t bytes[VARY_BYTES] = {0x20, 1, 0, 2, 0, 0, 0, 7};

	for (unsigned i = 0; i < 8; i++)
		bytes[15 - i] = (uint8_t)(v >> 8 * i);
	switch (a->type) {
	case VARY_MAC:
		value_mac_print(bytes + 10, buf, size);
		break;
	case VARY_IPV4:
		value_ipv4_print(bytes + 12, 32, buf, size);
		break;
	case VARY_IPV6:
		value_ipv6_print(bytes, 128, buf, size);
		break;
	default:
		snprintf(buf, size, hex ? "0x%" PRIx64 : "%" PRIu64, v);
		break;
	}
}

/* How many values a range may have, few and many as often; 2 and more. */
static uint64_t any_last(unsigned bits, uint64_t *seed)
{
	const uint64_t last = any_number(bits, seed);

	return last ? last : 1;
}

/* A range, prefix or list; *last is what a step may be at most, 0: none. */
static void any_several(const struct any_vary *a, uint64_t *seed, char *buf,
			size_t size, uint64_t *last)
{
	const unsigned bits = a->bits < 64 ? a->bits : 64;
	const bool hex = any_below(seed, 2);
	const uint64_t most = UINT64_MAX >> (64 - bits);
	uint64_t from = any_number(bits, seed);
	char one[48], other[48];
	unsigned n;

	*last = 0;
	if (any_below(seed, 4) == 0) {
		n = snprintf(buf, size, "list ");
		for (uint64_t i = 2 + any_below(seed, 5); i; i--) {
			print_value(a, any_number(bits, seed), hex, one,
				    sizeof(one));
			n += (unsigned)snprintf(buf + n, size - n, "%s%s", one,
						i > 1 ? "," : "");
		}
		return;
	}
	if (a->type >= VARY_IPV4 && any_below(seed, 2)) {
		n = 1 + (unsigned)any_below(seed, bits);
		print_value(a, from, hex, one, sizeof(one));
		snprintf(buf, size, "%s/%u", one, a->bits - n);
		*last = UINT64_MAX >> (64 - n);
		return;
	}
	*last = any_last(bits, seed);
	if (*last > most - from)
		from = most - *last;
	print_value(a, from, hex, one, sizeof(one));
	print_value(a, from + *last, hex, other, sizeof(other));
	snprintf(buf, size, "%s-%s", one, other);
}

/* Puts the parts in any order behind one another. */
static void join(char part[][200], unsigned nb, uint64_t *seed, char *line,
		 size_t size)
{
	size_t n = 0;

	while (nb) {
		const unsigned i = (unsigned)any_below(seed, nb);

		n += (size_t)snprintf(line + n, size - n, "%s%s", n ? " " : "",
				      part[i]);
		memmove(part[i], part[nb - 1], sizeof(part[0]));
		nb--;
	}
}

void any_vary(struct any_vary *a, uint64_t *seed)
{
	static const unsigned widths[] = {1,  3,  4,  8,  12, 16,
					  20, 24, 32, 48, 64};
	static const unsigned address[] = {0, 48, 32, 128};
	char part[6][200], line[512];
	uint64_t last = 0, order;
	unsigned nb = 0;

	a->type = (enum vary_type)any_below(seed, 4);
	a->bits = address[a->type];
	if (a->type == VARY_NUMBER)
		a->bits = widths[any_below(seed, 11)];
	order = any_below(seed, 7);
	if (order == 0) {
		print_value(a, any_number(a->bits < 64 ? a->bits : 64, seed),
			    any_below(seed, 2), part[nb++], sizeof(part[0]));
	} else if (order == 1) {
		strcpy(part[nb++], "random");
		snprintf(part[nb++], sizeof(part[0]), "mask 0x%" PRIx64,
			 any_number(a->bits < 64 ? a->bits : 64, seed) | 1);
		if (any_below(seed, 2))
			print_value(
				a,
				any_number(a->bits < 64 ? a->bits : 64, seed),
				any_below(seed, 2), part[nb++],
				sizeof(part[0]));
	} else if (order == 2 && a->bits <= 64 && any_below(seed, 2)) {
		strcpy(part[nb++], "random");
	} else {
		any_several(a, seed, part[nb++], sizeof(part[0]), &last);
		if (last && any_below(seed, 3) == 0)
			snprintf(
				part[nb++], sizeof(part[0]), "step %" PRIu64,
				1 + any_below(seed, last < 1000 ? last : 1000));
		if (order == 2)
			strcpy(part[nb++], "random");
		else if (order == 3 && last < UINT32_MAX)
			strcpy(part[nb++], "shuffled");
		else if (order == 4 && last < UINT32_MAX)
			snprintf(part[nb++], sizeof(part[0]), "zipf %u.%03u",
				 1 + (unsigned)any_below(seed, 3),
				 (unsigned)any_below(seed, 1000));
		if (order >= 4 && any_below(seed, 2))
			strcpy(part[nb++], "down");
	}
	if (order && any_below(seed, 3) == 0)
		snprintf(part[nb++], sizeof(part[0]), "every %" PRIu64,
			 1 + any_below(seed, 9));
	join(part, nb, seed, line, sizeof(line));
	any_vary_line(a, a->type, a->bits, line);
}

void vary_taken(struct vary_taken *t, const struct any_vary *a)
{
	memset(t, 0, sizeof(*t));
	t->err = vary_take(a->word, a->nb, a->type, a->bits, NULL, &t->pool,
			   &t->v, &t->fault, t->why);
	if (!t->err)
		vary_print(&t->v, a->type, a->bits, &t->pool, t->text,
			   sizeof(t->text));
}

void vary_taken_line(struct vary_taken *t, enum vary_type type, unsigned bits,
		     const char *line)
{
	struct any_vary a;

	any_vary_line(&a, type, bits, line);
	vary_taken(t, &a);
}
