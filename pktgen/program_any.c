/* SPDX-License-Identifier: BSD-3-Clause */
/* Edits of a program that is not plain: any fields, checksums within others. */
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/program_edit.h"

/* The window's number, and back. */
static inline uint64_t window_get(const uint8_t *p, unsigned bytes)
{
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	switch (bytes) {
	case 2:
		memcpy(&v16, p, sizeof(v16));
		return net16(v16);
	case 4:
		memcpy(&v32, p, sizeof(v32));
		return net32(v32);
	default:
		memcpy(&v64, p, sizeof(v64));
		return __builtin_bswap64(v64);
	}
}

static inline void window_put(uint8_t *p, unsigned bytes, uint64_t v)
{
	const uint16_t v16 = net16((uint16_t)v);
	const uint32_t v32 = net32((uint32_t)v);
	const uint64_t v64 = __builtin_bswap64(v);

	switch (bytes) {
	case 2:
		memcpy(p, &v16, sizeof(v16));
		break;
	case 4:
		memcpy(p, &v32, sizeof(v32));
		break;
	default:
		memcpy(p, &v64, sizeof(v64));
	}
}

/* Writes the field; returns the sum of its bits, in network order. */
static inline uint32_t put_field(const struct field_edit *e, uint64_t value,
				 uint8_t *buf)
{
	uint8_t *const p = buf + e->at;
	const uint64_t v = value << e->shift & e->mask;

	window_put(p, e->bytes,
		   e->whole ? v : (window_get(p, e->bytes) & ~e->mask) | v);
	/* Words in their own order are as good, once swapped. */
	return csum_swap(csum_fold(csum_of64(v)));
}

COLD void program_put_edits(const struct program *prog, uint64_t n,
			    uint8_t *buf)
{
	for (unsigned i = 0; i < prog->nb_edits; i++)
		put_field(&prog->edit[i], sequence_at(&prog->edit[i].seq, n),
			  buf);
}

COLD void program_clear_edits(const struct program *prog, uint8_t *buf)
{
	for (unsigned i = 0; i < prog->nb_edits; i++)
		put_field(&prog->edit[i], 0, buf);
}

/* The checksums, each once all that it covers is there. */
static void put_csums(const struct program *prog, uint32_t sum[], uint8_t *buf,
		      unsigned len)
{
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];
		uint8_t *const p = buf + c->at;
		uint32_t out;
		uint16_t csum;

		if (!c->changes)
			continue;
		if (unlikely(c->crc)) {
			memset(p, 0, 4);
			stack_put_csum(prog->stack, c->layer, buf, len);
			out = csum_add(0, p, 4);
		} else {
			csum = c->not_zero ? csum_end_not_zero(sum[k])
					   : csum_end(sum[k]);
			memcpy(p, &csum, sizeof(csum));
			out = csum;
		}
		for (unsigned o = k + 1; o < prog->nb_csums; o++)
			if (prog->csum[o].over >> k & 1)
				sum[o] += prog->csum[o].over_odd >> k & 1
						  ? csum_swap(csum_fold(out))
						  : out;
	}
}

/* A signature, and its sum for those that cover the payload. */
static void put_sign(const struct program *prog, unsigned len, unsigned end,
		     uint64_t n, uint64_t stamp, uint32_t sum[], uint8_t *buf)
{
	const unsigned at = len - SIGNATURE_LEN;
	uint32_t s;

	signature_write(buf + at, prog->sender, n, stamp);
	s = csum_fold(csum_add(0, buf + at, end > at ? end - at : 0));
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];

		if (c->payload && !c->crc)
			sum[k] += (at - c->start) & 1 ? csum_swap(s) : s;
	}
}

void program_seek(const struct program *prog, struct program_at *at)
{
	if (likely(at->edited == at->frame && at->edits_of == prog))
		return;
	for (unsigned i = 0; i < prog->nb_edits; i++)
		if (at->edits_of != prog ||
		    !sequence_skip(&prog->edit[i].seq, &at->state[i],
				   at->frame - at->edited))
			sequence_seek(&prog->edit[i].seq, &at->state[i],
				      at->frame);
	at->edits_of = prog;
	at->edited = at->frame;
}

/* A frame of `len` bytes that ends at `end`; `sum` is of what stays. */
static inline void edit(const struct program *prog, struct program_at *at,
			unsigned len, unsigned end, uint64_t stamp,
			uint32_t sum[], uint8_t *buf)
{
	program_seek(prog, at);
	at->edited = at->frame + 1;
	for (unsigned i = 0; i < prog->nb_edits; i++) {
		const struct field_edit *e = &prog->edit[i];
		const uint64_t value = sequence_next(&e->seq, &at->state[i]);
		uint32_t s;

		s = put_field(e, value, buf);
		for (unsigned k = 0; k < prog->nb_csums; k++)
			if (e->csums >> k & 1)
				sum[k] += e->odd >> k & 1 ? csum_swap(s) : s;
	}
	if (prog->sign)
		put_sign(prog, len, end, at->frame, stamp, sum, buf);
	put_csums(prog, sum, buf, len);
}

void program_edit_any(const struct program *prog, struct program_at *at,
		      unsigned variant, uint64_t stamp, uint8_t *buf)
{
	const struct variant *v = &prog->variant[variant];
	uint32_t sum[PROGRAM_CSUMS_MAX];

	for (unsigned k = 0; k < prog->nb_csums; k++)
		sum[k] = v->sum[k];
	edit(prog, at, v->len, v->end, stamp, sum, buf);
}

uint16_t program_edit_grown(const struct program *prog, struct program_at *at,
			    unsigned index, unsigned had, uint64_t stamp,
			    uint8_t *buf)
{
	const unsigned len = program_grown_len(prog, index);
	const struct variant *v = program_variant_of(prog, len);
	const unsigned end = (unsigned)stack_end(prog->stack, len);
	const unsigned more = end - v->end;
	const uint32_t payload = prog->grow->sum[index];
	uint32_t sum[PROGRAM_CSUMS_MAX];

	if (v != program_variant_of(prog, had))
		memcpy(buf, v->header, prog->stack->len);
	program_put_lengths(v, more, buf);
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];

		sum[k] = v->sum[k] + v->times[k] * more;
		if (c->payload)
			sum[k] += c->start & 1 ? csum_swap(payload) : payload;
	}
	edit(prog, at, len, end, stamp, sum, buf);
	return (uint16_t)len;
}

void program_edit(const struct program *prog, struct program_at *at,
		  unsigned variant, uint64_t stamp, uint8_t *buf)
{
	struct edit_plain e;
	struct edit_sign sign;

	if (!prog->plain) {
		program_edit_any(prog, at, variant, stamp, buf);
		return;
	}
	e = edit_of(prog, &prog->variant[variant]);
	if (prog->sign)
		edit_sign_begin(&sign, prog->sender, at->frame, stamp);
	edit_plain(&e, prog->patch, prog->nb_patches, prog->sign, &sign,
		   at->frame, buf);
}
