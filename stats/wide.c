/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/wide.h"

/* Without its leading zeros. */
static int bits(wide n)
{
	const unsigned long long high = (unsigned long long)(n >> 64);
	const unsigned long long low = (unsigned long long)n;

	if (high)
		return 128 - __builtin_clzll(high);
	return low ? 64 - __builtin_clzll(low) : 0;
}

wide wide_div(wide n, wide d)
{
	int shift = bits(n) - bits(d);
	wide q = 0;

	/* As long division is done: from where their first digits meet. */
	for (d <<= shift > 0 ? shift : 0; shift >= 0; shift--, d >>= 1) {
		q <<= 1;
		if (n < d)
			continue;
		n -= d;
		q |= 1;
	}
	return q;
}
