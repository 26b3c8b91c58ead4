/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/host/host.h"

#define LATE 40
#define NEAR 6      /* looks within which neighbours swap */
#define BULK 97     /* looks from one return of all to the next */
#define HELD_OF 300 /* frames of which one is held... */
#define HELD 2000   /* ...for as many looks */
#define PHASE 256   /* looks for which BACK_ANY stays as it is */

/* xorshift64*, the upper half. */
static unsigned any(uint64_t *seed, unsigned n)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (unsigned)((*seed * 0x2545f4914f6cdd1dull >> 32) % n);
}

unsigned host_back_delay(enum host_back back, uint64_t look, uint64_t *seed)
{
	if (back == BACK_ANY)
		back = (enum host_back)((look / PHASE + *seed % 2) % BACK_ANY);
	switch (back) {
	case BACK_LATE:
		return LATE;
	case BACK_SWAPPED:
		return any(seed, NEAR);
	case BACK_IN_BULK:
		return BULK - (unsigned)(look % BULK);
	case BACK_ONE_HELD:
		return any(seed, HELD_OF) ? 0 : HELD;
	default:
		return 0;
	}
}
