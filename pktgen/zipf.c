/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/zipf.h"

unsigned zipf_bits(uint64_t ranks)
{
	unsigned bits = 1;

	while (bits < ZIPF_BITS_MAX && 1ull << bits < ranks)
		bits++;
	return bits;
}

void zipf_make(struct zipf_column *column, uint64_t ranks, unsigned exponent)
{
	(void)exponent;
	for (unsigned i = 0; i < 1u << zipf_bits(ranks); i++)
		column[i] = (struct zipf_column){0, 0, 0, (uint32_t)ranks};
}
