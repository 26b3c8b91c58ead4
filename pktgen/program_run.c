/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs of frames: see struct program_run. */
#include "pktgen/program_edit.h"

#define NO_LANES (PROGRAM_LANES_MAX + 1)

/* Of a field's cycle: shorter ones cost more to begin than they save. */
#define RUN_LEAST 64

/* A lane that goes round has all slots be filled anew. */
#define RUN_STEP_MAX 16

/* Where its lane is, in bytes from the frame's start. */
static unsigned lane_at(const struct field_edit *e)
{
	return e->at + e->bytes - 2u;
}

/* What the lane grows by from frame to frame. */
static int64_t lane_step(const struct field_edit *e)
{
	return (int64_t)(e->seq.step << e->shift);
}

/* ---- Which have them ----------------------------------------------------- */

/* What is above the lane stays the same. */
static bool stays_above(const struct field_edit *e)
{
	const struct sequence *q = &e->seq;
	const uint64_t last = q->from + (q->count - 1) * q->step;

	if (q->mask != UINT64_MAX)
		return !(q->mask << e->shift >> 16);
	return !(((q->from ^ last) << e->shift) >> 16);
}

COLD static bool has_lane(const struct field_edit *e)
{
	const int64_t step = lane_step(e);

	return e->seq.kind == SEQUENCE_RANGE && e->seq.every == 1 &&
	       e->seq.count >= RUN_LEAST && !e->odd && step > -RUN_LEAST * 16 &&
	       step < RUN_LEAST * 16 &&
	       ((step >= -RUN_STEP_MAX && step <= RUN_STEP_MAX) ||
		stays_above(e));
}

static bool meet(unsigned at, unsigned other)
{
	return at < other + 2 && other < at + 2;
}

/* Nobody else writes to its lane. */
COLD static bool is_apart(const struct program *prog, unsigned i)
{
	const unsigned at = lane_at(&prog->edit[i]);

	for (unsigned k = 0; k < i; k++)
		if (meet(at, lane_at(&prog->edit[k])))
			return false;
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (prog->csum[k].changes && meet(at, prog->csum[k].at))
			return false;
	return true;
}

COLD unsigned program_lanes(const struct program *prog)
{
	const struct variant *v = &prog->variant[0];
	unsigned nb = 0;

	if (prog->grow || prog->nb_variants > 1 ||
	    (prog->sign && v->end != v->len))
		return NO_LANES;
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];

		if (!c->changes)
			continue;
		if (c->crc || c->over_odd || ++nb > RUN_CSUMS_MAX ||
		    (prog->sign && c->payload && (v->len - c->start) & 1))
			return NO_LANES;
	}
	for (unsigned i = 0; i < prog->nb_edits; i++)
		if (!has_lane(&prog->edit[i]) || !is_apart(prog, i))
			return NO_LANES;
	nb += prog->nb_edits + prog->sign;
	return nb <= RUN_LANES_MAX(prog->sign) ? nb : NO_LANES;
}

/* ---- The beginning ------------------------------------------------------ */

/* The next lane: the word that the template has at `at`. */
COLD static void add_lane(struct program_run *r, const uint8_t *frame,
			  size_t at, int64_t step)
{
	const unsigned shift = 48 - 16 * (r->nb & 3), k = r->nb / 4;

	r->lanes[k] |= (uint64_t)(frame[at] << 8 | frame[at + 1]) << shift;
	r->step[k] += (uint64_t)step << shift;
	r->at[r->nb++] = r->frame_at + at;
}

/* For how many frames the lane of a field is the word that changes. */
COLD static uint64_t lane_last(const struct field_edit *e,
			       const struct sequence_state *s)
{
	const uint64_t low = s->value << e->shift & UINT16_MAX;
	const uint64_t host = s->value & e->seq.mask;
	const int64_t step = lane_step(e);
	const bool masked = e->seq.mask != UINT64_MAX;
	uint64_t by = (uint64_t)step, last;

	if (step < 0) {
		by = -by;
		last = masked ? MIN(low, host << e->shift) : low;
	} else {
		last = UINT16_MAX - low;
		if (masked)
			last = MIN(last, (e->seq.mask - host) << e->shift);
	}
	return MIN(last / by + 1, s->at);
}

/* In which direction a checksum that changes by `by` has how much room. */
COLD static unsigned room_of(const struct csum *c, uint16_t csum, int64_t by)
{
	/* It is in 0..0xfffe, or in 1..0xffff. */
	return by > 0 ? 0xfffeu + c->not_zero - csum
		      : (unsigned)(csum - c->not_zero);
}

static uint16_t word_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* How a checksum that covers a stamp is made for each burst. */
COLD static void add_stamp(struct program_run *r, const struct csum *c,
			   uint16_t csum, int64_t out)
{
	struct run_csum *to = &r->csum[r->nb_csums++];
	const uint64_t most = (uint64_t)(out > 0 ? out : -out);

	to->not_zero = c->not_zero;
	to->sum += UINT16_MAX ^ (uint32_t)csum;
	to->least = out > 0 ? !c->not_zero : c->not_zero;
	to->flip = out > 0 ? UINT16_MAX : 0;
	while (1ull << to->shift < most)
		to->shift++;
	if (!most)
		to->shift = 31;
	r->stays >>= 16;
}

/*
 * The lanes of checksums: of those that cover a stamp, or of all others, in
 * `frame`, the first, whose stamp is 0. `out` is what each changes by.
 */
COLD static void add_csums(struct program_run *r, const struct program *prog,
			   const uint8_t *frame, bool stamped, int64_t out[])
{
	uint8_t lane[PROGRAM_CSUMS_MAX] = {0};

	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];
		struct run_csum *to = &r->csum[r->nb_csums];
		const uint16_t csum = word_at(frame + c->at);
		int64_t by = prog->sign && c->payload;
		uint64_t most;

		if (!c->changes)
			continue;
		for (unsigned i = 0; i < prog->nb_edits; i++)
			if (prog->edit[i].csums >> k & 1)
				by += lane_step(&prog->edit[i]);
		out[k] = -by;
		for (unsigned o = 0; o < k; o++)
			if (c->over >> o & 1)
				out[k] -= out[o];
		if ((prog->sign && c->payload) != stamped)
			continue;
		if (!stamped) {
			most = (uint64_t)(out[k] > 0 ? out[k] : -out[k]);
			if (most)
				r->last = MIN(r->last,
					      room_of(c, csum, out[k]) /
							      (unsigned)most +
						      1);
			add_lane(r, frame, c->at, out[k]);
			continue;
		}
		*to = (struct run_csum){0};
		for (unsigned o = 0; o < k; o++) {
			const struct csum *in = &prog->csum[o];

			if (!(c->over >> o & 1) || !in->changes)
				continue;
			if (!in->payload) {
				by += out[o];
				continue;
			}
			to->over |= (uint8_t)(1u << lane[o]);
			to->sum += UINT16_MAX ^ word_at(frame + in->at);
		}
		to->by =
			(uint16_t)((by % UINT16_MAX + UINT16_MAX) % UINT16_MAX);
		lane[k] = (uint8_t)r->nb_csums;
		add_stamp(r, c, csum, out[k]);
		add_lane(r, frame, c->at, out[k]);
	}
}

COLD bool program_run_begin(struct program_run *r, const struct program *prog,
			    struct program_at *at, size_t frame_at)
{
	const size_t sign_at = prog->variant[0].len - (size_t)SIGNATURE_LEN;
	const struct program_run had = *r;
	uint64_t left = prog->sign ? UINT16_MAX + 1u - (uint16_t)at->frame
				   : UINT16_MAX + 1u;
	int64_t out[PROGRAM_CSUMS_MAX] = {0};
	bool other = false;

	*r = (struct program_run){.frame_at = frame_at, .stays = UINT64_MAX};
	r->last = UINT16_MAX + 1u;
	if (!program_edits(prog))
		return false;
	program_seek(prog, at);
	for (unsigned i = 0; i < prog->nb_edits; i++) {
		const struct field_edit *e = &prog->edit[i];

		left = MIN(left, lane_last(e, &at->state[i]));
		r->head[i] = at->state[i].value << e->shift >> 16;
		other |= r->head[i] != had.head[i];
	}
	if (prog->sign) {
		r->head[prog->nb_edits] = at->frame >> 16;
		other |= r->head[prog->nb_edits] != had.head[prog->nb_edits];
	}
	program_edit(prog, at, 0, 0, prog->frame);
	if (prog->sign)
		add_csums(r, prog, prog->frame, true, out);
	add_csums(r, prog, prog->frame, false, out);
	for (unsigned i = 0; i < prog->nb_edits; i++)
		add_lane(r, prog->frame, lane_at(&prog->edit[i]),
			 lane_step(&prog->edit[i]));
	if (prog->sign) {
		r->stamp_at = frame_at + sign_at + 10;
		add_lane(r, prog->frame, sign_at + 8, 1);
	}
	/* Programs exist for these numbers; the last once more is harmless. */
	while (r->nb < 2 || (r->nb > 4 && r->nb < RUN_LANES_MAX(prog->sign)))
		add_lane(r, prog->frame, r->at[r->nb - 1] - frame_at,
			 prog->sign
				 ? 1
				 : lane_step(&prog->edit[prog->nb_edits - 1]));
	r->last = (unsigned)MIN(r->last, left);
	return other;
}

/* ---- Its frames ---------------------------------------------------------- */

/* As csum_end() and csum_end_not_zero() have it, in host order. */
static inline uint32_t end_of(const struct run_csum *c, uint32_t more,
			      const uint32_t csum[])
{
	uint32_t sum = c->sum + more + c->not_zero;

	for (unsigned o = 0; unlikely(c->over >> o); o++)
		sum += c->over >> o & 1 ? csum[o] : 0;
	return (uint16_t)(c->not_zero - 1u - csum_fold(sum));
}

static inline void put16(uint8_t *p, uint32_t v)
{
	const uint16_t net = __builtin_bswap16((uint16_t)v);

	memcpy(p, &net, sizeof(net));
}

void program_run_one(struct program_run *r, uint64_t stamp, uint8_t *at)
{
	const uint32_t more = csum_of64(stamp);
	uint32_t csum[RUN_CSUMS_MAX];
	unsigned k;

	for (k = 0; k < r->nb_csums; k++) {
		struct run_csum *c = &r->csum[k];

		csum[k] = end_of(c, more, csum);
		c->sum = csum_fold(c->sum + c->by);
		put16(at + r->at[k], csum[k]);
	}
	for (; k < r->nb; k++)
		put16(at + r->at[k],
		      (uint32_t)(r->lanes[k / 4] >> (48 - 16 * (k & 3))));
	r->lanes[0] += r->step[0];
	r->lanes[1] += r->step[1];
	r->last--;
	if (r->stamp_at) {
		stamp = __builtin_bswap64(stamp);
		memcpy(at + r->stamp_at, &stamp, sizeof(stamp));
	}
}

/* For how many frames from one with `csum` on it is a lane, at most `max`. */
static inline unsigned csum_last(const struct run_csum *c, uint32_t csum,
				 unsigned max)
{
	/* No more than by its steps, which would divide. */
	if (unlikely(c->shift >= 31))
		return max;
	return MIN(max, (((csum ^ c->flip) - c->least) >> c->shift) + 1);
}

/* Of frames with one checksum, as most have. */
static inline unsigned sign_one(struct program_run *r, uint32_t more,
				unsigned max)
{
	struct run_csum *const c = r->csum;
	const uint32_t csum =
		(uint16_t)(c->not_zero - 1u -
			   csum_fold(c->sum + more + c->not_zero));

	max = csum_last(c, csum, max);
	c->sum = csum_fold(c->sum + c->by * max);
	r->lanes[0] = (r->lanes[0] & r->stays) | (uint64_t)csum << 48;
	return max;
}

unsigned program_run_sign(struct program_run *r, uint64_t stamp, unsigned max)
{
	const uint32_t more = csum_of64(stamp);
	uint32_t csum[RUN_CSUMS_MAX];
	uint64_t lanes = r->lanes[0] & r->stays;
	unsigned shift = 48;

	r->stamp = __builtin_bswap64(stamp);
	max = MIN(max, r->last);
	if (likely(r->nb_csums == 1))
		return sign_one(r, more, max);
	for (unsigned k = 0; k < r->nb_csums; k++, shift -= 16) {
		const struct run_csum *c = &r->csum[k];

		csum[k] = end_of(c, more, csum);
		lanes |= (uint64_t)csum[k] << shift;
		max = csum_last(c, csum[k], max);
	}
	for (unsigned k = 0; k < r->nb_csums; k++)
		r->csum[k].sum =
			csum_fold(r->csum[k].sum + r->csum[k].by * max);
	r->lanes[0] = lanes;
	return max;
}

void program_run_back(struct program_run *r, unsigned n)
{
	for (unsigned k = 0; k < r->nb_csums; k++)
		r->csum[k].sum =
			csum_fold(r->csum[k].sum +
				  (uint32_t)(UINT16_MAX - r->csum[k].by) * n);
}

void program_run_pass(struct program_run *r, unsigned n)
{
	r->lanes[0] += r->step[0] * n;
	r->lanes[1] += r->step[1] * n;
	r->last -= n;
	for (unsigned k = 0; k < r->nb_csums; k++)
		r->csum[k].sum = csum_fold(r->csum[k].sum + r->csum[k].by * n);
}
