/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run of a program: frames of one size, one after another, in which whatever
 * changes is a 16-bit word that grows or shrinks by the same from frame to
 * frame: the lowest words of fields that count, the sequence number's, and
 * checksums (RFC 1624). These are lanes of two 64-bit counters. All else of its
 * frames, their heads, is as in the program's template, which a run's begin
 * makes its first frame.
 */
#ifndef PKTGEN_PROGRAM_RUN_H
#define PKTGEN_PROGRAM_RUN_H

#include <string.h>
#include <uk/essentials.h>

#include "net/csum.h"
#include "pktgen/hot.h"
#include "pktgen/program.h"

#define PROGRAM_LANES_MAX 8
#define RUN_LANES_MAX(sign) ((sign) ? 8u : 7u)
#define RUN_CSUMS_MAX 4

/* A checksum that covers a stamp; it has the lane of its number. */
struct run_csum {
	uint32_t sum; /* of the next frame, but for its stamp and other csums */
	uint16_t by;  /* what that grows by from frame to frame, mod 65535 */
	uint8_t over; /* bit K: it covers that one, which is inside */
	uint8_t not_zero; /* see struct csum */
	/*
	 * The checksum, its bits turned by `flip` where it grows, goes down to
	 * `least` by 2^shift at most. 31: it stays as it is.
	 */
	uint16_t flip;
	uint8_t least, shift;
};

struct program_run {
	/* The first four, the first of them at the upper end, and the rest. */
	uint64_t lanes[2], step[2];
	uint64_t stays; /* what of the first four has no stamp */
	size_t at[PROGRAM_LANES_MAX];
	size_t stamp_at;
	size_t frame_at; /* what the offsets begin with */
	uint64_t stamp;  /* as it lies in a signed frame */
	unsigned nb;     /* lanes: 0, 2, 3, 4, 7; signed up to 4, 8 */
	unsigned nb_csums;
	unsigned last; /* frames before another lane goes round */
	struct run_csum csum[RUN_CSUMS_MAX];
	uint64_t head[PROGRAM_LANES_MAX]; /* of fields, above their lanes */
};

/*
 * Lanes that frames of a program have; more than PROGRAM_LANES_MAX: it has no
 * runs, or such short ones that they are not worth it.
 */
unsigned program_lanes(const struct program *prog);

/*
 * A run from at->frame on, for a program of up to PROGRAM_LANES_MAX lanes. What
 * program_run_next() is given has its frame `frame_at` bytes behind it. True:
 * frames of the run before have other heads.
 */
bool program_run_begin(struct program_run *r, const struct program *prog,
		       struct program_at *at, size_t frame_at);

/*
 * The next frames of a run have `stamp`, up to `max`, which is 32,768
 * at most. Returns how many that can be, 1 at least; program_run_sign() is for
 * those that are signed, and counts them as made.
 */
unsigned program_run_sign(struct program_run *r, uint64_t stamp, unsigned max);

EDIT_INLINE unsigned program_run_at(struct program_run *r, const bool sign,
				    uint64_t stamp, unsigned max)
{
	return sign ? program_run_sign(r, stamp, max) : MIN(max, r->last);
}

/* Of those that program_run_sign() counted the last `n` were not made. */
void program_run_back(struct program_run *r, unsigned n);

/* That was `made` of `n`. */
EDIT_INLINE void program_run_skip(struct program_run *r, const unsigned nb,
				  const bool sign, unsigned made, unsigned n)
{
	r->lanes[0] += r->step[0] * made;
	if (nb > 4)
		r->lanes[1] += r->step[1] * made;
	r->last -= made;
	if (sign && unlikely(made < n))
		program_run_back(r, n - made);
}

/* The next `n`, fewer than `last`, are not made. */
void program_run_pass(struct program_run *r, unsigned n);

/* The next frame alone, with `stamp`. */
void program_run_one(struct program_run *r, uint64_t stamp, uint8_t *at);

/* The next frame, in what is `at`; `nb` is r->nb. */
EDIT_INLINE void program_run_next(uint64_t lanes[2],
				  const struct program_run *r,
				  const unsigned nb, const bool sign,
				  uint8_t *at)
{
	uint64_t all = __builtin_bswap64(lanes[0]);
	uint16_t lane;

	/* No loop, so that every place is a register. */
#define PROGRAM_PUT_LANE(i)                                 \
	if (nb > (i)) {                                     \
		lane = (uint16_t)(all >> (16 * ((i)&3)));   \
		memcpy(at + r->at[i], &lane, sizeof(lane)); \
	}
	PROGRAM_PUT_LANE(0)
	PROGRAM_PUT_LANE(1)
	PROGRAM_PUT_LANE(2)
	PROGRAM_PUT_LANE(3)
	lanes[0] += r->step[0];
	if (nb > 4) {
		all = __builtin_bswap64(lanes[1]);
		lanes[1] += r->step[1];
	}
	PROGRAM_PUT_LANE(4)
	PROGRAM_PUT_LANE(5)
	PROGRAM_PUT_LANE(6)
	PROGRAM_PUT_LANE(7)
#undef PROGRAM_PUT_LANE
	if (sign)
		memcpy(at + r->stamp_at, &r->stamp, sizeof(r->stamp));
}

#endif /* PKTGEN_PROGRAM_RUN_H */
