/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What changes from one frame to the next, written into a frame of the right
 * variant. Private to pktgen/. Of a plain program the number of patches and
 * whether there is a signature are constants where these stand in a loop.
 */
#ifndef PKTGEN_PROGRAM_EDIT_H
#define PKTGEN_PROGRAM_EDIT_H

#include <string.h>
#include <uk/essentials.h>

#include "measure/signature.h"
#include "net/csum.h"
#include "pktgen/program.h"
#include "pktgen/program_run.h"

/* Signatures of frames that are sent at one time, one after another. */
struct edit_sign {
	uint64_t head, stamp; /* as they lie in the frame */
	/* Sum of both; and where they begin at an odd offset. */
	uint32_t sum, odd_sum;
};

/* What a plain variant's frames have in common: a copy stays in registers. */
struct edit_plain {
	uint32_t sum[PLAIN_CSUMS_MAX];
	size_t csum_at[PLAIN_CSUMS_MAX];
	unsigned nb_csums;
	size_t sign_at;
	bool odd; /* so is sign_at */
};

/* For frame `n` and those behind it up to the next multiple of 65,536. */
EDIT_INLINE void edit_sign_begin(struct edit_sign *s, uint16_t sender,
				 uint64_t n, uint64_t stamp)
{
	uint32_t sum;

	s->head = __builtin_bswap64(signature_head(sender, n));
	s->stamp = __builtin_bswap64(stamp);
	sum = csum_fold(csum_of64(s->head) + csum_of64(s->stamp));
	s->sum = sum;
	s->odd_sum = csum_swap(sum);
}

/* The same for those from frame `n` on, in the place of others. */
EDIT_INLINE void edit_sign_next(struct edit_sign *s, uint64_t n)
{
	const uint64_t head = __builtin_bswap64(s->head);

	edit_sign_begin(s, (uint16_t)(head >> 24), n,
			__builtin_bswap64(s->stamp));
}

/* Writes the signature of frame `n` at `p`; returns its sum. */
EDIT_INLINE uint32_t edit_sign(struct edit_sign *s, uint64_t n, bool odd,
			       uint8_t *p)
{
	const uint16_t low = __builtin_bswap16((uint16_t)n);

	if (__builtin_expect(!(uint16_t)n, 0))
		edit_sign_next(s, n);
	memcpy(p, &s->head, sizeof(s->head));
	memcpy(p + 8, &low, sizeof(low));
	memcpy(p + 10, &s->stamp, sizeof(s->stamp));
	return odd ? s->odd_sum + (uint16_t)n : s->sum + low;
}

/* What frame `n` has in the place of p->from. */
EDIT_INLINE uint32_t patch_value(const struct patch *p, uint64_t n)
{
	return (p->from & ~p->mask) | ((p->from + (uint32_t)n) & p->mask);
}

EDIT_INLINE struct edit_plain edit_of(const struct program *prog,
				      const struct variant *v)
{
	return (struct edit_plain){
		.sum = {v->sum[CSUM_PAYLOAD], v->sum[CSUM_HEADER]},
		.csum_at = {prog->csum_at[CSUM_PAYLOAD],
			    prog->csum_at[CSUM_HEADER]},
		.nb_csums = prog->nb_csums,
		.sign_at = v->len - SIGNATURE_LEN,
		.odd = v->len & 1,
	};
}

/* Makes a frame of the variant that `e` is of frame `n`. */
EDIT_INLINE void edit_plain(const struct edit_plain *e,
			    const struct patch *patch,
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
		payload += sum;
		header += sum;
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

/* ---- Any program -------------------------------------------------------- */

/* Frame at->frame, of a program that is not plain. */
void program_edit_any(const struct program *prog, struct program_at *at,
		      unsigned variant, uint64_t stamp, uint8_t *buf);

/* Has the edits be where frame at->frame needs them. */
void program_seek(const struct program *prog, struct program_at *at);

/* ---- One that grows ----------------------------------------------------- */

/* Has the sizes be where frame at->frame needs them. */
void program_seek_sizes(const struct program *prog, struct program_at *at);

/* The next of those that are mixed by their weights. */
unsigned program_pick(const struct grow *g, unsigned sum, int32_t credit[]);

/* Which size frame at->frame, which is made next, has. */
unsigned program_grown(const struct program *prog, struct program_at *at);

static inline unsigned program_grown_len(const struct program *prog,
					 unsigned index)
{
	const struct grow *g = prog->grow;

	return g->nb_mixed ? g->mixed[index].len
			   : g->first + index * (unsigned)g->step;
}

static inline void program_step_grown(const struct program *prog,
				      struct program_at *at)
{
	at->frame++;
	if (++at->order == prog->nb_order)
		at->order = 0;
}

/* The variant that frames of `len` bytes belong to. */
static inline const struct variant *program_variant_of(
	const struct program *prog, unsigned len)
{
	const struct variant *v = prog->variant;

	while (len > v->last)
		v++;
	return v;
}

/* The lengths in the headers of a frame that is so much longer than it is. */
static inline void program_put_lengths(const struct variant *v, unsigned more,
				       uint8_t *buf)
{
	for (unsigned i = 0; i < v->nb_words; i++) {
		const uint16_t value =
			net16((uint16_t)(v->word[i].value + more));

		memcpy(buf + v->word[i].at, &value, sizeof(value));
	}
}

/*
 * Frame at->frame, of the size `index`, in what is a frame of `had` bytes but
 * for the signature, or the template's beginning where that is variant 0's
 * length. Returns its length.
 */
uint16_t program_edit_grown(const struct program *prog, struct program_at *at,
			    unsigned index, unsigned had, uint64_t stamp,
			    uint8_t *buf);

/* ---- Many at once -------------------------------------------------------- */

#define PROGRAM_COLUMNS_MAX 64

/* Whether frames of the program can be made many at once, as here: */
bool program_has_columns(const struct program *prog);

/*
 * Frames from at->frame on, PROGRAM_COLUMNS_MAX at most, of a program that has
 * columns; each is `frame_at` bytes behind its pointer. Steps on.
 */
void program_edit_columns(const struct program *prog, struct program_at *at,
			  void *const frame[], unsigned n, size_t frame_at,
			  uint64_t stamp);

/* What the edits of frame `n` write, without checksums; and 0 in its place. */
void program_put_edits(const struct program *prog, uint64_t n, uint8_t *buf);
void program_clear_edits(const struct program *prog, uint8_t *buf);

/* Makes a frame of the variant frame at->frame. */
void program_edit(const struct program *prog, struct program_at *at,
		  unsigned variant, uint64_t stamp, uint8_t *buf);

#endif /* PKTGEN_PROGRAM_EDIT_H */
