/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clock of another appliance, as probes tell: by how much it is ahead of
 * ours, how fast it drifts, and by how much that may be wrong at most.
 *
 * A probe that was sent at t1 and came back at t4 by our clock, and was there
 * from t2 to t3 by theirs, went no way in less than no time: so theirs is ahead
 * by t2 - t1 at most, and by t3 - t4 at least. The middle of both is wrong by
 * no more than half of the round trip, whatever way took how much of it.
 *
 * Of each slot of time the probe with the shortest round trip is kept, and of
 * each block of slots the shortest of these: through those of them that are not
 * much longer than others goes a straight line by least squares. The line may
 * be wrong at each of them by half of that round trip and by what it misses the
 * middle by. As both clocks are steady, so that what is wrong is a straight
 * line, too, two of them limit it at any time.
 */
#ifndef MEASURE_FAR_CLOCK_H
#define MEASURE_FAR_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define FAR_CLOCK_SLOT_NS 250000000ull
#define FAR_CLOCK_SLOTS 64
#define FAR_CLOCK_BLOCK 8
#define FAR_CLOCK_BLOCKS (FAR_CLOCK_SLOTS / FAR_CLOCK_BLOCK + 1)
/* Clocks that differ by more than that in a second are none. */
#define FAR_CLOCK_PPB_MAX 500000
/* Longer round trips tell nothing. */
#define FAR_CLOCK_TRIP_NS 1000000000ull
/* Nothing is known any more when the last probe is older. */
#define FAR_CLOCK_OLD_NS 8000000000ull

struct far_clock_probe {
	uint64_t sent_ns, came_ns;      /* t1, t4: by our clock */
	uint64_t heard_ns, answered_ns; /* t2, t3: by theirs */
};

struct far_clock_sample {
	uint64_t slot;    /* of our time */
	uint64_t at_ns;   /* our time in its middle */
	uint64_t ahead;   /* theirs less ours, modulo 2^64 */
	uint64_t half_ns; /* by how much that is wrong at most */
};

struct far_clock {
	uint64_t nb; /* samples, of which the last FAR_CLOCK_SLOTS are here */
	struct far_clock_sample sample[FAR_CLOCK_SLOTS];
	uint64_t nb_probes; /* that told something */
	uint64_t nb_steps;  /* how often it was another clock at once */
	/* The line; of no sample it is not known. */
	uint64_t at_ns, ahead; /* theirs less ours at this time of ours */
	int64_t slope;         /* by how much more in 2^32 ns */
	int32_t drift_ppb;     /* the same */
	uint64_t bound_ns;    /* by how much it is wrong at most, at at_ns... */
	uint64_t bound_slope; /* ...and how much more 2^32 ns later */
	uint64_t trip_ns;     /* the shortest round trip of the samples */
};

static inline uint64_t far_clock_age(const struct far_clock *c, uint64_t now_ns)
{
	const int64_t age_ns = (int64_t)(now_ns - c->at_ns);

	return (uint64_t)(age_ns < 0 ? -age_ns : age_ns);
}

static inline bool far_clock_known(const struct far_clock *c, uint64_t now_ns)
{
	return c->nb && far_clock_age(c, now_ns) < FAR_CLOCK_OLD_NS;
}

/* Where it is known: by how much it is ahead of ours, modulo 2^64. */
static inline uint64_t far_clock_ahead(const struct far_clock *c,
				       uint64_t now_ns)
{
	const int64_t age_ns = (int64_t)(now_ns - c->at_ns);

	return c->ahead + (uint64_t)((age_ns * c->slope) >> 32);
}

/* And by how much that is wrong at most. */
static inline uint64_t far_clock_bound(const struct far_clock *c,
				       uint64_t now_ns)
{
	return c->bound_ns + (far_clock_age(c, now_ns) * c->bound_slope >> 32) +
	       1;
}

/* `ns` of their time, by our clock. */
static inline uint64_t far_clock_ours(const struct far_clock *c, uint64_t ns)
{
	return ns - (uint64_t)(((int64_t)ns * c->slope) >> 32);
}

/* False where no clocks can have these times. Times go on with each call. */
bool far_clock_add(struct far_clock *c, const struct far_clock_probe *p);

#endif /* MEASURE_FAR_CLOCK_H */
