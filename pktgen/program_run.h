/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run of a program: frames of one size, one after another, in which whatever
 * changes is a 16-bit word that grows or shrinks by the same from frame to
 * frame: the lower halves of patched fields, the sequence number's lowest word,
 * and checksums (RFC 1624). These are lanes of one 64-bit counter. What has to
 * be in a frame already is its head: the upper words, which stay for as long as
 * program_heads_last() says.
 */
#ifndef PKTGEN_PROGRAM_RUN_H
#define PKTGEN_PROGRAM_RUN_H

#include <string.h>
#include <uk/essentials.h>

#include "net/csum.h"
#include "pktgen/program.h"

#define EDIT_INLINE static inline __attribute__((always_inline))

#define PROGRAM_LANES_MAX 4

struct program_run {
	/* The first, the payload's checksum, is at the upper end. */
	uint64_t lanes, step;
	size_t at[PROGRAM_LANES_MAX];
	size_t stamp_at;
	size_t frame_at; /* what the offsets begin with */
	uint64_t stamp;  /* as it lies in a signed frame */
	unsigned nb;     /* lanes */
	unsigned nb_up;  /* that grow, by 1; that checksum shrinks by these */
	unsigned last;   /* frames before another lane goes round */
	uint32_t sum;    /* of the next frame but for its stamp, host order */
};

/* Lanes that frames of a program have; more than PROGRAM_LANES_MAX: no runs. */
static inline unsigned program_lanes(const struct program *prog)
{
	const unsigned n = prog->nb_patches;

	if (prog->nb_variants > 1 || (prog->sign && prog->variant[0].len & 1) ||
	    (program_edits(prog) && !prog->plain))
		return PROGRAM_LANES_MAX + 1;
	return program_edits(prog)
		       ? n + prog->sign + (n && prog->nb_csums > CSUM_HEADER) +
				 1
		       : 0;
}

/* For how many frames from `n` on the heads are alike. */
uint64_t program_heads_last(const struct program *prog, uint64_t n);

/*
 * A run from frame `n` on, for a program of up to PROGRAM_LANES_MAX lanes. What
 * program_run_next() is given has its frame `frame_at` bytes behind it.
 */
void program_run_begin(struct program_run *r, const struct program *prog,
		       uint64_t n, size_t frame_at);

/*
 * The next frames of a run have `stamp`, up to `max`. Returns how many
 * that can be, 1 at least.
 */
EDIT_INLINE unsigned program_run_at(struct program_run *r, const bool sign,
				    uint64_t stamp, unsigned max)
{
	uint32_t sum = r->sum;
	uint16_t csum;

	if (sign) {
		sum += csum_of64(stamp);
		r->stamp = __builtin_bswap64(stamp);
	}
	/* Of 1 and more; no more than by its steps, which would divide. */
	csum = csum_end_not_zero(sum);
	r->lanes = r->lanes << 16 >> 16 | (uint64_t)csum << 48;
	max = MIN(max, r->last);
	return r->nb_up ? MIN(max, ((csum - 1u) >> (r->nb_up - 1)) + 1) : max;
}

/* That was `n` of them. */
EDIT_INLINE void program_run_skip(struct program_run *r, unsigned n)
{
	r->lanes += r->step * n;
	r->sum += r->nb_up * n;
	r->last -= n;
}

/* The next frame, in what is `at`; `nb` is r->nb. */
EDIT_INLINE void program_run_next(uint64_t *lanes, const struct program_run *r,
				  const unsigned nb, const bool sign,
				  uint8_t *at)
{
	const uint64_t all = __builtin_bswap64(*lanes);
	uint16_t lane;

	/* No loop, so that every place is a register. */
#define PROGRAM_PUT_LANE(i)                                 \
	if (nb > (i)) {                                     \
		lane = (uint16_t)(all >> (16 * (i)));       \
		memcpy(at + r->at[i], &lane, sizeof(lane)); \
	}
	PROGRAM_PUT_LANE(0)
	PROGRAM_PUT_LANE(1)
	PROGRAM_PUT_LANE(2)
	PROGRAM_PUT_LANE(3)
#undef PROGRAM_PUT_LANE
	if (sign)
		memcpy(at + r->stamp_at, &r->stamp, sizeof(r->stamp));
	*lanes += r->step;
}

#endif /* PKTGEN_PROGRAM_RUN_H */
