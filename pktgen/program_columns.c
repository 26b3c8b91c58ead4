/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many frames of a program that is not plain, field by field instead of frame
 * by frame: what is asked of a field, or of a checksum, is asked once for all
 * of them. Numbers go through memory two at a time: where the machine is
 * emulated, that is what costs.
 */
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/program_edit.h"

/* Two numbers of 32 bits; the first is the lower half. */
typedef uint64_t pair;

#define PAIR(v) ((pair)(uint32_t)(v) << 32 | (uint32_t)(v))
#define LOW_WORDS PAIR(UINT16_MAX)
#define VALUES_MAX (PROGRAM_COLUMNS_MAX + SEQUENCE_FILL_MORE)
#define FOR_PAIRS(i, n) for (unsigned i = 0; i < (n); i += 2)

/* Of frames that are made at once. What is behind the last is anything. */
struct columns {
	union {
		pair values[VALUES_MAX / 2];
		uint32_t value[VALUES_MAX];
	};
	/* Of checksums that lead: of words in network order. */
	pair sum[PROGRAM_CSUMS_MAX][PROGRAM_COLUMNS_MAX / 2];
	unsigned begun; /* bit K: sum[K] is there */
	/* Of each checksum: what all frames have in common. */
	uint32_t base[PROGRAM_CSUMS_MAX];
};

/* Where frames are, and how many. */
struct rows {
	void *const *frame;
	size_t at;
	unsigned n;
};

EDIT_INLINE void put_at(void *frame, size_t at, uint64_t v, unsigned bytes)
{
	uint8_t *const p = (uint8_t *)frame + at;
	const uint16_t v16 = (uint16_t)v;
	const uint32_t v32 = (uint32_t)v;

	if (bytes == 2)
		memcpy(p, &v16, sizeof(v16));
	else if (bytes == 4)
		memcpy(p, &v32, sizeof(v32));
	else
		memcpy(p, &v, sizeof(v));
}

/* Sums of both, in 0..0x1fffe, the first in the upper half, of what
 * __builtin_bswap64() made of a pair. */
EDIT_INLINE pair sums_of(pair swapped, unsigned bytes)
{
	pair high = swapped >> 16 & LOW_WORDS;

	if (bytes == 4)
		high += swapped & LOW_WORDS;
	return high;
}

/*
 * A checksum that is written: `end` less what is folded of sums and base; or of
 * what is folded for the one before it, and base.
 */
struct csum_put {
	size_t at;
	pair base, end;
};

/*
 * See csum_end(), and csum_end_not_zero(): of a base that has it. The upper
 * half's is written last.
 */
EDIT_INLINE pair put_csum(void *one, void *other, pair sums,
			  const struct csum_put *c, const bool folded)
{
	sums += c->base;
	if (!folded)
		sums = (sums & LOW_WORDS) + (sums >> 16 & LOW_WORDS);
	sums = (sums + (sums >> 16 & LOW_WORDS)) & LOW_WORDS;
	put_at(other, c->at, c->end - sums, 2);
	put_at(one, c->at, (c->end - sums) >> 32, 2);
	return sums;
}

/*
 * A field of `bytes` or none, whose sums stay, and `nb` checksums with it, in
 * two frames, which may be the same one: the first last.
 */
EDIT_INLINE pair put_two(void *one, void *other, pair two, size_t at,
			 const unsigned bytes, const struct csum_put *first,
			 const struct csum_put *second, const unsigned nb)
{
	const unsigned shift = bytes == 2 ? 16 : 0;

	if (bytes) {
		two = __builtin_bswap64(two);
		put_at(other, at, two >> shift, bytes);
		put_at(one, at, two >> (32 + shift), bytes);
		two = sums_of(two, bytes);
	} else {
		two = two << 32 | two >> 32;
	}
	if (nb > 0)
		two = put_csum(one, other, two, first, false);
	if (nb > 1)
		two = put_csum(one, other, two, second, true);
	return two << 32 | two >> 32;
}

#define PUT(name, bytes, nb)                                                  \
	static NOINLINE void name(const struct rows *r, pair values[],        \
				  const struct csum_put csum[2])              \
	{                                                                     \
		const struct csum_put first = csum[0], second = csum[1];      \
		void *const *frame = r->frame;                                \
		void *const *const end = frame + (r->n & ~1u);                \
		const bool odd = r->n & 1;                                    \
		const size_t at = r->at;                                      \
		pair two;                                                     \
                                                                              \
		for (; frame < end; frame += 2, values++) {                   \
			two = put_two(frame[0], frame[1], *values, at, bytes, \
				      &first, &second, nb);                   \
			if (!(nb))                                            \
				*values = two;                                \
		}                                                             \
		if (odd)                                                      \
			*values = put_two(frame[0], frame[0], *values, at,    \
					  bytes, &first, &second, nb);        \
	}

/* By a field's bytes, none, 2 or 4, and checksums, up to 2. */
typedef void (*put_t)(const struct rows *rows, pair values[],
		      const struct csum_put csum[2]);

PUT(put_csum_1, 0, 1)
PUT(put_csum_2, 0, 2)
PUT(put_2, 2, 0)
PUT(put_2_csum_1, 2, 1)
PUT(put_2_csum_2, 2, 2)
PUT(put_4, 4, 0)
PUT(put_4_csum_1, 4, 1)
PUT(put_4_csum_2, 4, 2)

static const put_t put_of[][3] = {
	{NULL, put_csum_1, put_csum_2},
	{put_2, put_2_csum_1, put_2_csum_2},
	{put_4, put_4_csum_1, put_4_csum_2},
};

/* Writes the bits of a window that `keep` lacks. */
EDIT_INLINE void put_bits(uint8_t *p, uint64_t v, uint64_t keep, unsigned bytes)
{
	const unsigned shift = 64 - 8 * bytes;
	uint64_t had = 0;

	memcpy(&had, p, bytes);
	v = __builtin_bswap64(v) >> shift;
	put_at(p, 0, v | (had & __builtin_bswap64(keep) >> shift), bytes);
}

static void put_kept(const struct rows *r, unsigned bytes, uint64_t v,
		     uint64_t keep, unsigned i)
{
	uint8_t *const p = (uint8_t *)r->frame[i] + r->at;

	if (bytes == 2)
		put_bits(p, v, keep, 2);
	else if (bytes == 4)
		put_bits(p, v, keep, 4);
	else
		put_bits(p, v, keep, 8);
}

/* `odd`: the values lie across words. `first`: there is no sum yet. */
EDIT_INLINE void add_values(pair sum[], const pair values[], unsigned n,
			    const bool odd, const bool first)
{
	FOR_PAIRS(i, n)
	{
		pair two = values[i / 2];

		if (odd)
			two = (two << 8 & LOW_WORDS) +
			      (two >> 8 & PAIR(0xffffff));
		sum[i / 2] = two + (first ? 0 : sum[i / 2]);
	}
}

/* To the sums of those that cover it: bit K of `of`, across words of `odd`. */
static void add_column(struct columns *c, unsigned of, unsigned odd, unsigned n)
{
	for (unsigned k = 0; of; k++, of >>= 1, odd >>= 1) {
		const bool first = !(c->begun >> k & 1);

		if (!(of & 1))
			continue;
		c->begun |= 1u << k;
		if (odd & 1)
			add_values(c->sum[k], c->values, n, true, first);
		else
			add_values(c->sum[k], c->values, n, false, first);
	}
}

/* To the bases of those that cover it: a folded sum that all frames have. */
static void add_base(const struct program *prog, struct columns *c,
		     const struct field_edit *e, uint32_t sum)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (e->csums >> k & 1)
			c->base[k] += e->odd >> k & 1 ? csum_swap(sum) : sum;
}

#define PUT_SAME(r, v, bytes)                                            \
	_Pragma("GCC unroll 4") for (unsigned i_ = 0; i_ < (r)->n; i_++) \
		put_at((r)->frame[i_], (r)->at, v, bytes)

/* A field that is the same in all of these frames. */
static void put_same(const struct program *prog, struct columns *c,
		     const struct field_edit *e, const struct rows *rows,
		     uint64_t v)
{
	const struct rows r = *rows;

	add_base(prog, c, e, csum_swap(csum_fold(csum_of64(v))));
	if (!e->alone) {
		for (unsigned i = 0; i < r.n; i++)
			put_kept(&r, e->bytes, v, ~e->mask, i);
		return;
	}
	v = __builtin_bswap64(v | e->rest) >> (64 - 8 * e->bytes);
	if (e->bytes == 2)
		PUT_SAME(&r, v, 2);
	else if (e->bytes == 4)
		PUT_SAME(&r, v, 4);
	else
		PUT_SAME(&r, v, 8);
}

/* Of a window of 8 bytes, one by one; leaves the sums in `value`. */
static NOINLINE void put_wide(const struct field_edit *e,
			      struct sequence_state *s, const struct rows *r,
			      uint32_t value[])
{
	for (unsigned i = 0; i < r->n; i++) {
		const uint64_t v =
			sequence_next(&e->seq, s) << e->shift & e->mask;

		if (e->alone)
			put_at(r->frame[i], r->at,
			       __builtin_bswap64(v | e->rest), 8);
		else
			put_kept(r, 8, v, ~e->mask, i);
		value[i] = csum_of64(__builtin_bswap64(v));
	}
}

/* Those of a window that is not alone: others write bits of it as well. */
static NOINLINE void put_beside(const struct field_edit *e,
				const struct rows *r, uint32_t value[])
{
	for (unsigned i = 0; i < r->n; i++) {
		const uint32_t v = value[i];

		put_kept(r, e->bytes, v, ~e->mask, i);
		value[i] = csum_of32(__builtin_bswap32(v));
	}
}

/* The next values of a field of up to 4 bytes, as its window has them. */
static void fill(const struct program *prog, struct columns *c,
		 const struct field_edit *e, struct sequence_state *s,
		 unsigned n)
{
	const pair mask = PAIR(e->mask), rest = PAIR(e->rest);

	sequence_fill(&e->seq, s, c->value, n);
	if (e->whole)
		return;
	FOR_PAIRS(i, n)
	c->values[i / 2] = (c->values[i / 2] << e->shift & mask) | rest;
	/* The base has it already. */
	if (e->rest)
		add_base(prog, c, e,
			 UINT16_MAX ^ csum_swap(csum_fold(csum_of64(e->rest))));
}

/* Those of `nb` checksums, 1 or 2, by their numbers. */
static void find_csums(const struct program *prog, const struct columns *c,
		       const uint8_t of[], unsigned nb, size_t frame_at,
		       struct csum_put csum[2])
{
	uint32_t before = 0;

	for (unsigned i = 0; i < nb; i++) {
		const struct csum *cs = &prog->csum[of[i]];
		const uint32_t base = csum_fold(c->base[of[i]]) + cs->not_zero;

		csum[i].at = frame_at + cs->at;
		csum[i].base = i ? PAIR(csum_fold(base + before)) : PAIR(base);
		csum[i].end = PAIR(2 * UINT16_MAX + 1u + cs->not_zero);
		before = UINT16_MAX ^ csum_fold(base);
	}
}

/*
 * A field that differs, and checksums that cover nothing else that does. False:
 * it is not like that.
 */
static bool put_with_csums(const struct program *prog, struct columns *c,
			   const struct field_edit *e, const struct rows *r,
			   size_t frame_at)
{
	struct csum_put csum[2] = {{0}};

	if (!e->last || !e->alone || c->begun)
		return false;
	find_csums(prog, c, prog->last_csum, e->last, frame_at, csum);
	put_of[e->bytes / 2][e->last](r, c->values, csum);
	return true;
}

/* True: the checksums are there as well. */
static bool put_edit(const struct program *prog, struct columns *c,
		     const struct field_edit *e, struct sequence_state *s,
		     struct rows r, size_t frame_at)
{
	static const struct csum_put csum[2];

	r.at = frame_at + e->at;
	if (s->left >= r.n) {
		s->left -= r.n - 1;
		put_same(prog, c, e, &r,
			 sequence_next(&e->seq, s) << e->shift & e->mask);
		return false;
	}
	if (e->bytes > 4) {
		put_wide(e, s, &r, c->value);
	} else {
		fill(prog, c, e, s, r.n);
		if (put_with_csums(prog, c, e, &r, frame_at))
			return true;
		if (!e->alone)
			put_beside(e, &r, c->value);
		else
			put_of[e->bytes / 2][0](&r, c->values, csum);
	}
	add_column(c, e->csums & prog->leads, e->odd, r.n);
	return false;
}

static void put_signs(const struct program *prog, struct columns *c,
		      uint64_t first, const struct rows *r, uint64_t stamp)
{
	const unsigned at = prog->variant[0].len - SIGNATURE_LEN;
	unsigned of = 0, odd = 0;
	struct edit_sign s;

	edit_sign_begin(&s, prog->sender, first, stamp);
	for (unsigned i = 0; i < r->n; i++)
		c->value[i] = edit_sign(&s, first + i, false,
					(uint8_t *)r->frame[i] + r->at + at);
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		if (!prog->csum[k].payload)
			continue;
		of |= 1u << k;
		odd |= ((at - prog->csum[k].start) & 1u) << k;
	}
	add_column(c, of & prog->leads, odd, r->n);
}

/* To the sums of those outside that cover checksum `k`, which is written. */
static void add_csum(const struct program *prog, struct columns *c, unsigned k,
		     const struct rows *r)
{
	unsigned of = 0, odd = 0;

	for (unsigned o = k + 1; o < prog->nb_csums; o++) {
		of |= (prog->csum[o].over >> k & 1u) << o;
		odd |= (prog->csum[o].over_odd >> k & 1u) << o;
	}
	if (likely(!of))
		return;
	for (unsigned i = 0; i < r->n; i++) {
		uint16_t v;

		memcpy(&v, (uint8_t *)r->frame[i] + r->at + prog->csum[k].at,
		       sizeof(v));
		c->value[i] = v;
	}
	add_column(c, of & prog->leads, odd, r->n);
}

/* The next that changes, and is led as well, is behind `k`; or as many. */
static unsigned next_led(const struct program *prog, unsigned k)
{
	const unsigned leader = prog->csum[k].leader;

	while (++k < prog->nb_csums)
		if (prog->csum[k].changes)
			return prog->csum[k].leader == leader ? k : UINT8_MAX;
	return UINT8_MAX;
}

static void put_csums(const struct program *prog, struct columns *c,
		      const struct rows *r)
{
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const unsigned leader = prog->csum[k].leader;
		const unsigned other = next_led(prog, k);
		const unsigned nb = other < prog->nb_csums ? 2 : 1;
		struct csum_put csum[2] = {{0}};

		if (!prog->csum[k].changes)
			continue;
		/* Of these frames all that it covers may be the same. */
		if (!(c->begun >> leader & 1))
			memset(c->sum[leader], 0, sizeof(c->sum[leader]));
		c->begun |= 1u << leader;
		find_csums(prog, c,
			   (const uint8_t[]){(uint8_t)k, (uint8_t)other}, nb,
			   r->at, csum);
		put_of[0][nb](r, c->sum[leader], csum);
		add_csum(prog, c, k, r);
		if (nb > 1)
			add_csum(prog, c, k = other, r);
	}
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
	const struct rows r = {frame, frame_at, n};
	struct columns c;
	bool done = false;

	if (unlikely(!n))
		return;
	program_seek(prog, at);
	c.begun = 0;
	for (unsigned k = 0; k < prog->nb_csums; k++)
		c.base[k] = v->sum[k];
	for (unsigned k = 0; k < prog->nb_edits; k++)
		done = put_edit(prog, &c, &prog->edit[k], &at->state[k], r,
				frame_at);
	if (prog->sign)
		put_signs(prog, &c, at->frame, &r, stamp);
	if (!done)
		put_csums(prog, &c, &r);
	at->frame += n;
	at->edited = at->frame;
}
