/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many frames of a program that is not plain, field by field instead of frame
 * by frame: what is asked of a field, or of a checksum, is asked once for all
 * of them.
 */
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/program_edit.h"

/*
 * Sums are of words in host byte order, four at once, where a value is of 32
 * bits. What is behind the last of `n` is anything.
 */
typedef uint32_t quad __attribute__((vector_size(16), may_alias));

#define QUADS_MAX ((PROGRAM_COLUMNS_MAX + SEQUENCE_FILL_MORE + 3) / 4)
#define FOR_QUADS(i, n) for (unsigned i = 0; i < ((n) + 3) / 4; i++)

/* Of frames that are made at once. */
struct columns {
	union {
		quad value[QUADS_MAX];
		uint32_t value32[QUADS_MAX * 4];
	};
	union {
		quad sum[PROGRAM_CSUMS_MAX][PROGRAM_COLUMNS_MAX / 4];
		uint32_t sum32[PROGRAM_CSUMS_MAX][PROGRAM_COLUMNS_MAX];
	};
};

/* Writes windows, or the bits of them that `keep` lacks, into all frames. */
#define PUT(name, type, swap, kept, unroll)                                   \
	static NOINLINE void name(void *const frame[], unsigned n, size_t at, \
				  const uint32_t value[], type keep)          \
	{                                                                     \
		(void)keep;                                                   \
		unroll for (size_t i = 0; i < n; i++)                         \
		{                                                             \
			uint8_t *const p = (uint8_t *)frame[i];               \
			type v = swap((type)value[i]), had;                   \
                                                                              \
			if (kept) {                                           \
				memcpy(&had, p + at, sizeof(had));            \
				v = (type)(v | (had & keep));                 \
			}                                                     \
			memcpy(p + at, &v, sizeof(v));                        \
		}                                                             \
	}

PUT(put16, uint16_t, net16, false, _Pragma("GCC unroll 4"))
PUT(put32, uint32_t, net32, false, _Pragma("GCC unroll 4"))
PUT(put16_kept, uint16_t, net16, true, )
PUT(put32_kept, uint32_t, net32, true, )

/* Leaves the sums in the place of the values. */
static void put_narrow(const struct field_edit *e, struct sequence_state *s,
		       void *const frame[], unsigned n, size_t frame_at,
		       struct columns *c)
{
	const uint32_t mask = (uint32_t)e->mask;
	const size_t at = frame_at + e->at;

	sequence_fill(&e->seq, s, c->value32, n);
	if (!e->whole) {
		FOR_QUADS(i, n)
		c->value[i] = c->value[i] << e->shift & mask;
		if (e->bytes == 2)
			put16_kept(frame, n, at, c->value32,
				   (uint16_t)~net16((uint16_t)mask));
		else
			put32_kept(frame, n, at, c->value32, ~net32(mask));
	} else if (e->bytes == 2) {
		put16(frame, n, at, c->value32, 0);
		return;
	} else {
		put32(frame, n, at, c->value32, 0);
	}
	FOR_QUADS(i, n)
	c->value[i] = (c->value[i] & UINT16_MAX) + (c->value[i] >> 16);
}

/* The same of a window of 8 bytes. */
static NOINLINE void put_wide(const struct field_edit *e,
			      struct sequence_state *s, void *const frame[],
			      unsigned n, size_t frame_at, struct columns *c)
{
	const uint64_t keep = ~__builtin_bswap64(e->mask);

	for (unsigned i = 0; i < n; i++) {
		uint8_t *const p = (uint8_t *)frame[i] + frame_at + e->at;
		const uint64_t v =
			sequence_next(&e->seq, s) << e->shift & e->mask;
		uint64_t now = 0;

		if (keep)
			memcpy(&now, p, sizeof(now));
		now = (now & keep) | __builtin_bswap64(v);
		memcpy(p, &now, sizeof(now));
		c->value32[i] = csum_of64(v);
	}
}

/* To the sums of those that cover it: bit K of `of`, across words of `odd`. */
static void add_column(struct columns *c, unsigned of, unsigned odd, unsigned n)
{
	for (unsigned k = 0; of; k++, of >>= 1, odd >>= 1) {
		quad *const sum = c->sum[k];

		if (!(of & 1))
			continue;
		if (odd & 1) {
			FOR_QUADS(i, n)
			sum[i] += (c->value[i] << 8 & UINT16_MAX) +
				  (c->value[i] >> 8);
		} else {
			FOR_QUADS(i, n)
			sum[i] += c->value[i];
		}
	}
}

/* Leaves the checksums in the place of the sums. */
static void put_csum(const struct csum *cs, quad *sum, void *const frame[],
		     unsigned n, size_t frame_at)
{
	const uint32_t more = cs->not_zero;
	/* See csum_end(), and csum_end_not_zero(): -v is ~v of one less. */
	FOR_QUADS(i, n)
	{
		quad v = sum[i] + more;

		v = (v + (v << 16 | v >> 16)) >> 16;
		sum[i] = ~(v - more) & UINT16_MAX;
	}
	put16(frame, n, frame_at + cs->at, (const uint32_t *)sum, 0);
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
		c->value32[i] = edit_sign(&s, first + i, false,
					  (uint8_t *)frame[i] + frame_at + at);
	/* Its sums are in network order, which is across those here. */
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		if (!prog->csum[k].payload)
			continue;
		of |= 1u << k;
		odd |= (~(at - prog->csum[k].start) & 1u) << k;
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
	FOR_QUADS(i, n)
	c->value[i] = c->sum[k][i];
	add_column(c, of, odd, n);
}

bool program_has_columns(const struct program *prog)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (prog->csum[k].crc)
			return false;
	/* What ends before the frame does has padding that no sum covers. */
	return !prog->plain && !prog->grow && prog->nb_variants == 1 &&
	       (!prog->sign || prog->variant[0].end == prog->variant[0].len);
}

void program_edit_columns(const struct program *prog, struct program_at *at,
			  void *const frame[], unsigned n, size_t frame_at,
			  uint64_t stamp)
{
	const struct variant *v = &prog->variant[0];
	struct columns c;

	program_seek(prog, at);
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const uint32_t sum = csum_swap(v->sum[k]);

		if (!prog->csum[k].changes)
			continue;
		FOR_QUADS(i, n)
		c.sum[k][i] = (quad){sum, sum, sum, sum};
	}
	for (unsigned k = 0; k < prog->nb_edits; k++) {
		const struct field_edit *e = &prog->edit[k];

		if (e->bytes <= 4)
			put_narrow(e, &at->state[k], frame, n, frame_at, &c);
		else
			put_wide(e, &at->state[k], frame, n, frame_at, &c);
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
