/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/wide.h"

wide wide_div(wide n, wide d)
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
