/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/zipf.h"

#include <stdbool.h>
#include <stddef.h>

#define COLUMNS_MAX (1u << ZIPF_BITS_MAX)
#define FULL (1ull << 32) /* a column's height */

/* 1, and ln 2, in 2^-60. */
#define ONE (1ull << 60)
#define LN2 0xb17217f7d1cf79aull

/* Bits behind the point of a logarithm. */
#define LOG_BITS 40

typedef unsigned __int128 wide;

/*
 * ---- Powers, in integers --------------------------------------------------
 */

static uint64_t times(uint64_t a, uint64_t b)
{
	return (uint64_t)((wide)a * b >> 60);
}

/* Of v >= 1 to base 2: with each square its next bit is the whole part. */
static uint64_t logarithm(uint64_t v)
{
	const unsigned whole = 63 - (unsigned)__builtin_clzll(v);
	uint64_t log = whole, x = v << (63 - whole) >> 3;

	for (unsigned i = 0; i < LOG_BITS; i++) {
		x = times(x, x);
		log = log << 1 | x >> 61;
		x >>= x >> 61;
	}
	return log;
}

/* 2^-y: the whole part shifts, the rest is the series of e^-x. */
static uint64_t power(uint64_t y)
{
	const uint64_t whole = y >> LOG_BITS;
	const uint64_t x = times(y << (60 - LOG_BITS) & (ONE - 1), LN2);
	uint64_t sum = ONE;

	for (unsigned i = 18; i; i--)
		sum = ONE - times(x, sum) / i;
	return whole < 60 ? sum >> whole : 0;
}

/* (halves / 2)^-exponent, from 1 on. */
static uint64_t share(uint64_t halves, unsigned exponent)
{
	const uint64_t log = logarithm(halves) - (1ull << LOG_BITS);

	return power(log * exponent / 1000);
}

/*
 * The mean of a bucket's shares: of several ranks by the integral from half a
 * rank below to half a rank above (Simpson's rule).
 */
static uint64_t mean_share(const struct zipf_column *c, unsigned exponent)
{
	const uint64_t from = 2ull * c->first + 1, to = from + 2ull * c->ranks;

	if (c->ranks == 1)
		return share(from + 1, exponent);
	return (share(from, exponent) + 4 * share(from + c->ranks, exponent) +
		share(to, exponent)) /
	       6;
}

/*
 * ---- Buckets --------------------------------------------------------------
 */

unsigned zipf_bits(uint64_t ranks)
{
	unsigned bits = 1;

	while (bits < ZIPF_BITS_MAX && 1ull << bits < ranks)
		bits++;
	return bits;
}

/*
 * Parts the ranks in buckets that are `growth` / 2^32 of the ranks before them,
 * up to `nb`, into `column` where that is not NULL. False when too few do.
 */
static bool part(struct zipf_column *column, unsigned nb, uint64_t ranks,
		 uint64_t growth)
{
	uint64_t first = 0;

	for (unsigned i = 0; i < nb; i++) {
		uint64_t n = first * growth >> 32;

		n = n ? n : 1;
		n = n < ranks - first ? n : ranks - first;
		if (column)
			column[i] = (struct zipf_column){
				.first = (uint32_t)first,
				.ranks = (uint32_t)n,
			};
		first += n;
	}
	return first == ranks;
}

/* As even as they get: by the least growth that does. */
static void put_buckets(struct zipf_column *column, unsigned nb, uint64_t ranks)
{
	uint64_t growth = 0;

	for (uint64_t bit = 1u << 31; bit; bit >>= 1)
		if (!part(NULL, nb, ranks, growth + bit - 1))
			growth += bit;
	part(column, nb, ranks, growth);
}

/* Each bucket's part of nb * FULL; those without ranks have none. */
static void put_parts(const struct zipf_column *column, unsigned bits,
		      unsigned exponent, uint64_t part[])
{
	const unsigned nb = 1u << bits;
	unsigned shift = 0, most = 0;
	uint64_t unit, rest = nb * FULL;
	wide total = 0;

	for (unsigned i = 0; i < nb; i++) {
		part[i] =
			column[i].ranks ? mean_share(&column[i], exponent) : 0;
		total += (wide)part[i] * column[i].ranks;
	}
	while (total >> shift >> 63)
		shift++;
	/* Rounded up: they do not get more than there is. */
	unit = ((uint64_t)(total >> shift) >> (32 + bits)) + 1;
	for (unsigned i = 0; i < nb; i++) {
		part[i] = (uint64_t)((wide)part[i] * column[i].ranks >> shift) /
			  unit;
		rest -= part[i];
		if (part[i] > part[most])
			most = i;
	}
	part[most] += rest;
}

/* Half of what the share falls by within a bucket, of its mean. */
static void put_slopes(struct zipf_column *column, unsigned nb,
		       unsigned exponent)
{
	for (unsigned i = 0; i < nb; i++) {
		struct zipf_column *c = &column[i];
		const uint64_t twice = 2ull * c->first + 1 + c->ranks;
		const uint64_t slope =
			((uint64_t)exponent * c->ranks << 16) / (1000 * twice);

		c->slope = (uint16_t)(slope < UINT16_MAX ? slope : UINT16_MAX);
	}
}

/* Cuts the parts so that each column has some of two (Vose, 1991). */
static void put_heights(struct zipf_column *column, unsigned nb,
			uint64_t part[])
{
	uint8_t less[COLUMNS_MAX], more[COLUMNS_MAX];
	unsigned nb_less = 0, nb_more = 0;

	for (unsigned i = 0; i < nb; i++) {
		column[i].height = UINT32_MAX;
		column[i].other = (uint16_t)i;
		if (part[i] < FULL)
			less[nb_less++] = (uint8_t)i;
		else
			more[nb_more++] = (uint8_t)i;
	}
	while (nb_less && nb_more) {
		const unsigned low = less[--nb_less], high = more[nb_more - 1];

		column[low].height = (uint32_t)part[low];
		column[low].other = (uint16_t)high;
		part[high] -= FULL - part[low];
		if (part[high] < FULL) {
			nb_more--;
			less[nb_less++] = (uint8_t)high;
		}
	}
}

void zipf_make(struct zipf_column *column, uint64_t ranks, unsigned exponent)
{
	const unsigned bits = zipf_bits(ranks);
	uint64_t part[COLUMNS_MAX];

	put_buckets(column, 1u << bits, ranks);
	put_parts(column, bits, exponent, part);
	put_heights(column, 1u << bits, part);
	put_slopes(column, 1u << bits, exponent);
}
