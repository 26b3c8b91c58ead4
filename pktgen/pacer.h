/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pacer says how many frames are due. Frame k is due at start + k * gap,
 * kept in 2^-32 ns, so that no rate drifts. What could not be sent in time
 * stays due and is caught up, as long as the lag stays below PACER_DEBT_NS;
 * beyond that the frames are given up and counted, never silently forgotten.
 *
 * All state is the caller's. No division unless frames are given up.
 */
#ifndef PKTGEN_PACER_H
#define PKTGEN_PACER_H

#include <stdbool.h>
#include <stdint.h>

#define PACER_DEBT_NS 100000000ull

/* From the start of a frame to the start of the next: ns and 2^-32 ns. */
struct gap {
	uint64_t ns;
	uint32_t frac;
};

struct pacer {
	struct gap gap;
	bool unpaced;     /* always due */
	uint64_t next_ns; /* when the next frame is due */
	uint32_t next_frac;
	uint64_t skipped; /* frames given up; the user may set it back to 0 */
};

/* The first frame is due at `now_ns`. */
void pacer_start(struct pacer *p, const struct gap *gap, bool unpaced,
		 uint64_t now_ns);

/*
 * A new gap for what follows the frame sent last. The next frame keeps its
 * time, or comes one new gap from now if that is sooner.
 */
void pacer_change(struct pacer *p, const struct gap *gap, bool unpaced,
		  uint64_t now_ns);

/* How many frames are due at `now_ns`, at most `max`; they count as taken. */
unsigned pacer_take(struct pacer *p, uint64_t now_ns, unsigned max);

/* The last `n` that were taken, at most a burst, were not: they are due again.
 */
void pacer_give_back(struct pacer *p, unsigned n);

/* When the next frame is due: 0 when it always is. */
static inline uint64_t pacer_next_ns(const struct pacer *p)
{
	return p->unpaced ? 0 : p->next_ns;
}

#endif /* PKTGEN_PACER_H */
