/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/program_each.h"

/* Sums stay below 2^31. */
#define EACH_LAST 16384

bool program_has_each(const struct program *prog)
{
	unsigned stamped = 0;

	for (unsigned k = 0; prog->sign && k < prog->nb_csums; k++)
		stamped += prog->csum[k].payload;
	return !prog->play && program_edits(prog) && stamped <= 1 &&
	       program_lanes(prog) <= EACH_LANES_MAX;
}

void program_each_begin(struct program_each *e, const struct program *prog,
			struct program_at *at, uint64_t stamp)
{
	struct program_run r = {0};
	unsigned last;

	program_run_begin(&r, prog, at, 0);
	last = MIN(r.last, EACH_LAST);

	*e = (struct program_each){
		.lanes = r.lanes[0],
		.sum_last = (uint64_t)last << EACH_LAST_SHIFT |
			    (r.csum[0].sum + csum_of64(stamp)),
		.end = at->frame + last,
		.stamp = stamp,
		.shape = {.step = r.step[0],
			  .stamp_at = (uint16_t)r.stamp_at,
			  .by = r.csum[0].by,
			  .nb = (uint8_t)r.nb,
			  .csum = r.nb_csums,
			  .not_zero = r.csum[0].not_zero,
			  .sign = prog->sign},
	};
	for (unsigned k = 0; k < r.nb; k++)
		e->shape.at[k] = (uint16_t)r.at[k];
}
