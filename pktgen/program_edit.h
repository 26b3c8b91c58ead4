/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What changes from one frame to the next, written into a frame of the right
 * variant. Private to pktgen/. The number of patches and whether there is a
 * signature are constants where these stand in a loop.
 */
#ifndef PKTGEN_PROGRAM_EDIT_H
#define PKTGEN_PROGRAM_EDIT_H

#include <string.h>
#include <uk/essentials.h>

#include "net/csum.h"
#include "pktgen/program.h"
#include "pktgen/program_run.h"
#include "pktgen/signature.h"

/* The sums of what no patch changes, after patches were set. */
void program_sum(struct program *prog);

/* Signatures of frames that are sent at one time, one after another. */
struct edit_sign {
	uint64_t head, time; /* as they lie in the frame */
	/* Sum of both; and where they begin at an odd offset. */
	uint32_t sum, odd_sum;
};

/* What a variant's frames have in common: a copy stays in registers. */
struct edit {
	uint32_t sum[PROGRAM_CSUMS_MAX];
	size_t csum_at[PROGRAM_CSUMS_MAX];
	unsigned nb_csums;
	size_t sign_at;
	bool odd; /* so is sign_at */
};

/* For frame `n` and those behind it up to the next multiple of 65,536. */
EDIT_INLINE void edit_sign_begin(struct edit_sign *s, uint64_t n,
				 uint64_t now_ns)
{
	uint32_t sum;

	s->head = __builtin_bswap64((uint64_t)SIGNATURE_MAGIC << 48 |
				    (n & SIGNATURE_SEQ_MASK) >> 16);
	s->time = __builtin_bswap64(now_ns);
	sum = csum_fold(csum_of64(s->head) + csum_of64(s->time));
	s->sum = sum;
	s->odd_sum = csum_swap(sum);
}

/* Writes the signature of frame `n` at `p`; returns its sum. */
EDIT_INLINE uint32_t edit_sign(struct edit_sign *s, uint64_t n, bool odd,
			       uint8_t *p)
{
	const uint16_t low = __builtin_bswap16((uint16_t)n);

	if (__builtin_expect(!(uint16_t)n, 0))
		edit_sign_begin(s, n, __builtin_bswap64(s->time));
	memcpy(p, &s->head, sizeof(s->head));
	memcpy(p + 8, &low, sizeof(low));
	memcpy(p + 10, &s->time, sizeof(s->time));
	return odd ? s->odd_sum + (uint16_t)n : s->sum + low;
}

/* What frame `n` has in the place of p->from. */
EDIT_INLINE uint32_t patch_value(const struct patch *p, uint64_t n)
{
	uint32_t v = p->from;

	switch (p->op) {
	case PATCH_INC:
		v += (uint32_t)n * p->step;
		break;
	}
	return (p->from & ~p->mask) | (v & p->mask);
}

EDIT_INLINE struct edit edit_of(const struct program *prog,
				const struct variant *v)
{
	return (struct edit){
		.sum = {v->sum[CSUM_PAYLOAD], v->sum[CSUM_HEADER]},
		.csum_at = {prog->csum_at[CSUM_PAYLOAD],
			    prog->csum_at[CSUM_HEADER]},
		.nb_csums = prog->nb_csums,
		.sign_at = v->len - SIGNATURE_LEN,
		.odd = v->len & 1,
	};
}

/* Makes a frame of the variant that `e` is of frame `n`. */
EDIT_INLINE void program_edit(const struct edit *e, const struct patch *patch,
			      const unsigned nb_patches, const bool sign,
			      struct edit_sign *s, uint64_t n, uint8_t *buf)
{
	uint32_t payload = e->sum[CSUM_PAYLOAD], header = e->sum[CSUM_HEADER];
	uint16_t csum;

	for (unsigned i = 0; i < nb_patches; i++) {
		const struct patch *p = &patch[i];
		const uint32_t value = __builtin_bswap32(patch_value(p, n));
		const uint32_t sum = csum_of32(value);

		memcpy(buf + p->offset, &value, sizeof(value));
		payload += p->csums & 1 << CSUM_PAYLOAD ? sum : 0;
		header += p->csums & 1 << CSUM_HEADER ? sum : 0;
	}
	if (sign)
		payload += edit_sign(s, n, e->odd, buf + e->sign_at);
	csum = csum_end_not_zero(payload);
	memcpy(buf + e->csum_at[CSUM_PAYLOAD], &csum, sizeof(csum));
	if (nb_patches && e->nb_csums > CSUM_HEADER) {
		csum = csum_end(header);
		memcpy(buf + e->csum_at[CSUM_HEADER], &csum, sizeof(csum));
	}
}

#endif /* PKTGEN_PROGRAM_EDIT_H */
