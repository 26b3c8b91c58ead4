/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs of frames: see struct program_run. */
#include "pktgen/program_edit.h"

uint64_t program_heads_last(const struct program *prog, uint64_t n)
{
	uint64_t left = prog->sign ? UINT16_MAX + 1u - (uint16_t)n : UINT64_MAX;

	for (unsigned i = 0; i < prog->nb_patches; i++) {
		const struct patch *p = &prog->patch[i];
		const uint16_t low = (uint16_t)(p->from + (uint32_t)n);

		if (p->mask > UINT16_MAX)
			left = MIN(left, UINT16_MAX + 1u - low);
	}
	return left;
}

/* The next lane, which lasts for `last` frames. */
static void add_lane(struct program_run *r, size_t at, uint16_t value, int step,
		     unsigned last)
{
	const unsigned shift = 48 - 16 * r->nb;

	r->lanes |= (uint64_t)value << shift;
	r->step += (uint64_t)step << shift;
	r->at[r->nb++] = r->frame_at + at;
	r->last = MIN(r->last, last);
}

void program_run_begin(struct program_run *r, const struct program *prog,
		       uint64_t n, size_t frame_at)
{
	const struct variant *v = &prog->variant[0];
	const unsigned nb_up = prog->nb_patches + prog->sign;
	uint32_t payload = csum_swap(v->sum[CSUM_PAYLOAD]);
	uint32_t header = csum_swap(v->sum[CSUM_HEADER]);
	const size_t sign_at = v->len - (size_t)SIGNATURE_LEN;

	*r = (struct program_run){
		.frame_at = frame_at, .nb_up = nb_up, .last = UINT16_MAX + 1u};
	if (!nb_up)
		return;
	add_lane(r, prog->csum_at[CSUM_PAYLOAD], 0, -(int)nb_up, r->last);
	for (unsigned i = 0; i < prog->nb_patches; i++) {
		const struct patch *p = &prog->patch[i];
		const uint32_t value = patch_value(p, n);
		const uint16_t mask = (uint16_t)MIN(p->mask, UINT16_MAX);

		payload += csum_of32(value);
		header += csum_of32(value);
		add_lane(r, p->offset + 2u, (uint16_t)value, 1,
			 mask - (value & mask) + 1u);
	}
	if (prog->sign) {
		struct edit_sign s;

		edit_sign_begin(&s, prog->sender, n, 0);
		payload += csum_swap(s.sum) + (uint16_t)n;
		r->stamp_at = frame_at + sign_at + 10;
		add_lane(r, sign_at + 8, (uint16_t)n, 1,
			 UINT16_MAX + 1u - (uint16_t)n);
	}
	if (prog->nb_patches && prog->nb_csums > CSUM_HEADER) {
		const uint16_t csum = csum_end(header);
		const unsigned by = prog->nb_patches;

		add_lane(r, prog->csum_at[CSUM_HEADER], csum, -(int)by,
			 csum / by + 1u);
	}
	r->sum = payload;
}
