/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Zipf's law over up to 2^32 ranks: rank k has a share as 1 / k^exponent. The
 * first ranks have a bucket each, those behind share buckets that grow with the
 * rank, within which shares fall in a straight line. One is drawn in one step
 * (Walker's alias method): of 2^bits columns of one height each is parted at
 * `height` between its own bucket, below, and another column's.
 */
#ifndef PKTGEN_ZIPF_H
#define PKTGEN_ZIPF_H

#include <stdint.h>

#define ZIPF_BITS_MAX 8

struct zipf_column {
	uint32_t height; /* of 2^32 */
	uint16_t other;  /* column above it */
	uint16_t slope;  /* how much the bucket's ranks come early, of 2^16 */
	uint32_t first;  /* its bucket's first rank, from 0 */
	uint32_t ranks;  /* of its bucket */
};

/* The columns for that many ranks are 2^this. */
unsigned zipf_bits(uint64_t ranks);

/* Fills 2^zipf_bits(ranks) columns; 2..2^32 ranks, exponent in 1/1000. */
void zipf_make(struct zipf_column *column, uint64_t ranks, unsigned exponent);

/*
 * A rank from 0, of 64 random bits: the upper ones say which bucket, those from
 * bit 47 on where in it.
 */
static inline uint64_t zipf_draw(const struct zipf_column *column,
				 unsigned bits, uint64_t random)
{
	const struct zipf_column *c = &column[random >> (64 - bits)];
	uint64_t in = (uint32_t)(random >> 16);

	if ((uint32_t)(random >> 24) >= c->height)
		c = &column[c->other];
	in -= (in * (UINT32_MAX - in) >> 32) * c->slope >> 16;
	return c->first + (in * c->ranks >> 32);
}

#endif /* PKTGEN_ZIPF_H */
