/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many frames of a program that is not plain, field by field instead of frame
 * by frame: what is asked of a field, or of a checksum, is asked once for all
 * of them.
 */
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/program_edit.h"

/* Of frames that are made at once. */
struct columns {
	uint64_t value[PROGRAM_COLUMNS_MAX];
	uint32_t sum[PROGRAM_CSUMS_MAX][PROGRAM_COLUMNS_MAX];
};

/*
 * Writes the bits of a field, which `type` holds, into all frames, and leaves
 * their sums in the place of the values.
 */
#define PUT(type, swap, words)                                                \
	for (unsigned i = 0; i < n; i++) {                                    \
		uint8_t *const p = (uint8_t *)frame[i] + at;                  \
		const type v =                                                \
			swap((type)(whole ? value[i]                          \
					  : value[i] << e->shift & e->mask)); \
		type now = v, had;                                            \
                                                                              \
		if (!whole) {                                                 \
			memcpy(&had, p, sizeof(had));                         \
			now |= had & keep;                                    \
		}                                                             \
		memcpy(p, &now, sizeof(now));                                 \
		value[i] = words(v);                                          \
	}

#define WORD(v) (v)

EDIT_INLINE void put_as(const struct field_edit *e, const bool whole,
			void *const frame[], unsigned n, size_t at,
			uint64_t value[])
{
	if (e->bytes == 2) {
		const uint16_t keep = (uint16_t)~net16((uint16_t)e->mask);

		PUT(uint16_t, net16, WORD)
	} else if (e->bytes == 4) {
		const uint32_t keep = ~net32((uint32_t)e->mask);

		PUT(uint32_t, net32, csum_of32)
	} else {
		const uint64_t keep = ~__builtin_bswap64(e->mask);

		PUT(uint64_t, __builtin_bswap64, csum_of64)
	}
}

static void put_column(const struct field_edit *e, void *const frame[],
		       unsigned n, size_t frame_at, uint64_t value[])
{
	if (e->whole)
		put_as(e, true, frame, n, frame_at + e->at, value);
	else
		put_as(e, false, frame, n, frame_at + e->at, value);
}

/* To the sums of those that cover it: bit K of `of`, across words of `odd`. */
static void add_column(struct columns *c, unsigned of, unsigned odd, unsigned n)
{
	for (unsigned k = 0; of; k++, of >>= 1, odd >>= 1) {
		uint32_t *const sum = c->sum[k];

		if (!(of & 1))
			continue;
		if (odd & 1)
			for (unsigned i = 0; i < n; i++)
				sum[i] += csum_swap(
					csum_fold((uint32_t)c->value[i]));
		else
			for (unsigned i = 0; i < n; i++)
				sum[i] += (uint32_t)c->value[i];
	}
}

#define PUT_CSUM(end)                                                  \
	for (unsigned i = 0; i < n; i++) {                             \
		const uint16_t csum = end(sum[i]);                     \
                                                                       \
		memcpy((uint8_t *)frame[i] + at, &csum, sizeof(csum)); \
		sum[i] = csum;                                         \
	}

/* Leaves the checksums in the place of the sums. */
static void put_csum(const struct csum *cs, uint32_t sum[], void *const frame[],
		     unsigned n, size_t frame_at)
{
	const size_t at = frame_at + cs->at;

	if (cs->not_zero) {
		PUT_CSUM(csum_end_not_zero)
	} else {
		PUT_CSUM(csum_end)
	}
}

static void put_signs(const struct program *prog, struct columns *c,
		      uint64_t first, void *const frame[], unsigned n,
		      size_t frame_at, uint64_t stamp)
{
	const unsigned at = prog->variant[0].len - SIGNATURE_LEN;
	unsigned of = 0, odd = 0;
	struct edit_sign s;

	edit_sign_begin(&s, prog->sender, first, stamp);
	for (unsigned i = 0; i < n; i++)
		c->value[i] = edit_sign(&s, first + i, false,
					(uint8_t *)frame[i] + frame_at + at);
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		if (!prog->csum[k].payload)
			continue;
		of |= 1u << k;
		odd |= ((at - prog->csum[k].start) & 1u) << k;
	}
	add_column(c, of, odd, n);
}

/* To the sums of those outside that cover checksum `k`. */
static void add_csum(const struct program *prog, struct columns *c, unsigned k,
		     unsigned n)
{
	unsigned of = 0, odd = 0;

	for (unsigned o = k + 1; o < prog->nb_csums; o++) {
		of |= (prog->csum[o].over >> k & 1u) << o;
		odd |= (prog->csum[o].over_odd >> k & 1u) << o;
	}
	if (likely(!of))
		return;
	for (unsigned i = 0; i < n; i++)
		c->value[i] = c->sum[k][i];
	add_column(c, of, odd, n);
}

bool program_has_columns(const struct program *prog)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (prog->csum[k].crc)
			return false;
	/* What ends before the frame does has padding that no sum covers. */
	return !prog->plain && prog->nb_variants == 1 &&
	       prog->variant[0].end == prog->variant[0].len;
}

void program_edit_columns(const struct program *prog, struct program_at *at,
			  void *const frame[], unsigned n, size_t frame_at,
			  uint64_t stamp)
{
	const struct variant *v = &prog->variant[0];
	struct columns c;

	program_seek(prog, at);
	for (unsigned k = 0; k < prog->nb_csums; k++)
		for (unsigned i = 0; i < n && prog->csum[k].changes; i++)
			c.sum[k][i] = v->sum[k];
	for (unsigned k = 0; k < prog->nb_edits; k++) {
		const struct field_edit *e = &prog->edit[k];

		sequence_fill(&e->seq, &at->state[k], c.value, n);
		put_column(e, frame, n, frame_at, c.value);
		add_column(&c, e->csums, e->odd, n);
	}
	if (prog->sign)
		put_signs(prog, &c, at->frame, frame, n, frame_at, stamp);
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		if (!prog->csum[k].changes)
			continue;
		put_csum(&prog->csum[k], c.sum[k], frame, n, frame_at);
		add_csum(prog, &c, k, n);
	}
	at->frame += n;
	at->edited = at->frame;
}
