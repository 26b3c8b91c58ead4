/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Division of 128-bit numbers, which compilers leave to a library that a stock
 * Unikraft image does not link. Bit by bit: for figures and settings, not for
 * the path of a frame.
 */
#ifndef STATS_WIDE_H
#define STATS_WIDE_H

typedef unsigned __int128 wide;

/* n / d, rounded down; `d` is not 0. */
static inline wide wide_div(wide n, wide d)
{
	wide q = 0, r = 0;

	for (int bit = 127; bit >= 0; bit--) {
		/* What is shifted out is part of a remainder above any d. */
		int carry = (int)(r >> 127);

		r = r << 1 | (n >> bit & 1);
		if (carry || r >= d) {
			r -= d;
			q |= (wide)1 << bit;
		}
	}
	return q;
}

#endif /* STATS_WIDE_H */
