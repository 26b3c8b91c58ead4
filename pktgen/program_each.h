/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run whose frames are made one at a time, between those of other programs:
 * what that takes is one cache line. See program_run.h. Private to pktgen/.
 */
#ifndef PKTGEN_PROGRAM_EACH_H
#define PKTGEN_PROGRAM_EACH_H

#include "measure/signature.h"
#include "pktgen/program_run.h"

#define EACH_LANES_MAX 4

/* What runs of many programs have in common, but for the numbers in them. */
struct each_shape {
	uint64_t step; /* as struct program_run has it */
	uint16_t at[EACH_LANES_MAX], stamp_at; /* in a frame */
	uint16_t by;                           /* that a sum grows by */
	uint8_t nb;                            /* lanes */
	bool csum, not_zero;                   /* there is such a checksum */
	bool sign;
};

struct program_each {
	uint64_t lanes;
	/*
	 * Of all that a checksum with the lane 0 covers, but for a stamp, the
	 * sum; and above it how many frames there are before `end`.
	 */
	uint64_t sum_last;
	uint64_t end;   /* the frame that the run does not have any more */
	void *tag;      /* of frames that have its heads */
	uint64_t stamp; /* of signatures, without the time */
	struct each_shape shape;
};

#define EACH_LAST_SHIFT 32

_Static_assert(sizeof(struct program_each) <= 64, "it is one cache line");

/* Whether a program's frames can be made so. */
bool program_has_each(const struct program *prog);

/*
 * A run from at->frame on, in whose frames stamps begin with `stamp`. What has
 * the heads of another gets new ones: the program's template has them.
 */
void program_each_begin(struct program_each *e, const struct program *prog,
			struct program_at *at, uint64_t stamp);

/* Frames that are left of the run. */
static inline uint64_t program_each_last(const struct program_each *e)
{
	return e->sum_last >> EACH_LAST_SHIFT;
}

/* The frame that it makes next. */
static inline uint64_t program_each_frame(const struct program_each *e)
{
	return e->end - program_each_last(e);
}

EDIT_INLINE void program_each_put(uint8_t *at, uint16_t value)
{
	value = __builtin_bswap16(value);
	memcpy(at, &value, sizeof(value));
}

/*
 * The next frame, where there is one left; `time` has the sum `more`. The shape
 * is its own, or one that is alike.
 */
EDIT_INLINE void program_each_next(struct program_each *e,
				   const struct each_shape *s, uint64_t time,
				   uint32_t more, uint8_t *frame)
{
	const uint64_t lanes = e->lanes, sum_last = e->sum_last;
	unsigned k = 0;

	e->lanes = lanes + s->step;
	e->sum_last = sum_last - (1ull << EACH_LAST_SHIFT) + s->by;
	if (likely(s->csum)) {
		/* As csum_end() and csum_end_not_zero() have it. */
		const uint32_t sum =
			csum_fold((uint32_t)sum_last + more + s->not_zero);

		program_each_put(frame + s->at[0],
				 (uint16_t)(s->not_zero - 1u - sum));
		k = 1;
	}
	do
		program_each_put(frame + s->at[k],
				 (uint16_t)(lanes >> (48 - 16 * k)));
	while (unlikely(++k < s->nb));
	if (likely(s->sign)) {
		time = __builtin_bswap64(e->stamp | time);
		memcpy(frame + s->stamp_at, &time, sizeof(time));
	}
}

#endif /* PKTGEN_PROGRAM_EACH_H */
