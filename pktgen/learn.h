/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which MAC address is behind which port, as a bridge learns it from sources:
 * up to LEARN_MAX, each until nothing came from it for LEARN_AGE_S seconds.
 * Addresses are numbers, their first byte the lowest.
 */
#ifndef PKTGEN_LEARN_H
#define PKTGEN_LEARN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LEARN_MAX 4096
#define LEARN_SLOTS (2 * LEARN_MAX)
#define LEARN_AGE_S 300
#define LEARN_UNKNOWN (-1)

/* All zero: nothing is known. */
struct learnt {
	uint64_t tick_ns; /* when `tick` goes on */
	unsigned tick;    /* seconds, modulo 1024 */
	unsigned nb;
	/* Address, 48 bits; port, 6; when it was seen last, 10. 0: none. */
	uint64_t slot[LEARN_SLOTS];
};

static inline uint64_t learn_address(const uint8_t *p)
{
	uint32_t low;
	uint16_t high;

	memcpy(&low, p, sizeof(low));
	memcpy(&high, p + sizeof(low), sizeof(high));
	return low | (uint64_t)high << 32;
}

/* Nobody's own: a group's, or all zero. */
static inline bool learn_is_group(uint64_t mac)
{
	return mac & 1;
}

/* What is too old by now is forgotten. */
void learn_forget(struct learnt *t, unsigned seconds);

/* Before the others are called. */
static inline void learn_time(struct learnt *t, uint64_t now_ns)
{
	uint64_t n;

	if (now_ns < t->tick_ns)
		return;
	n = (now_ns - t->tick_ns) / 1000000000ull + 1;
	t->tick_ns += n * 1000000000ull;
	learn_forget(t, n <= LEARN_AGE_S ? (unsigned)n : LEARN_AGE_S + 1);
}

/* A frame came from there at that port; without room it is not known. */
void learn_see(struct learnt *t, uint64_t mac, unsigned port);

/* The port that it is behind, or LEARN_UNKNOWN. */
int learn_find(const struct learnt *t, uint64_t mac);

#endif /* PKTGEN_LEARN_H */
