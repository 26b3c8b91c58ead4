/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of a program, one by one. */
#include "pktgen/program.h"

#include <string.h>

#include "pktgen/program_edit.h"
#include "pktgen/program_impl.h"

void program_put_bits(const struct program *prog, bool clear, uint8_t *frame)
{
	for (unsigned i = 0; i < prog->nb_bits; i++) {
		const struct bits *b = &prog->bits[i];

		for (unsigned k = 0; k < b->nb; k++) {
			const unsigned at = b->at + b->nb - 1u - k;
			const uint8_t bit = (uint8_t)(0x80 >> at % 8);

			if (b->value >> k & 1 && !clear)
				frame[at / 8] |= bit;
			else
				frame[at / 8] &= (uint8_t)~bit;
		}
	}
}

static void clear_csums(const struct program *prog, uint8_t *frame)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		memset(frame + prog->csum[k].at, 0, prog->csum[k].crc ? 4 : 2);
}

/* The headers of a frame of `len` bytes, checksums 0. */
void program_put_headers(const struct program *prog, uint8_t *frame, size_t len)
{
	stack_put(prog->stack, frame, len);
	program_put_bits(prog, false, frame);
	clear_csums(prog, frame);
}

/* All else being there already, from inside out. */
void program_put_checksums(const struct program *prog, uint8_t *frame,
			   size_t len)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		stack_put_csum(prog->stack, prog->csum[k].layer, frame, len);
}

/* ---- Frames -------------------------------------------------------------- */

void program_put(const struct program *prog, unsigned variant, uint8_t *buf)
{
	const struct variant *v = &prog->variant[variant];

	memcpy(buf, prog->frame, v->len);
	if (variant)
		memcpy(buf, v->header, prog->stack->len);
}

void program_put_longest(const struct program *prog, uint8_t *buf)
{
	memcpy(buf, prog->frame, prog->longest);
}

void program_put_variant(const struct program *prog, unsigned from, unsigned to,
			 uint8_t *buf)
{
	const size_t end = prog->variant[from].len - SIGNATURE_LEN;

	memcpy(buf, prog->variant[to].header, prog->stack->len);
	if (prog->sign)
		memcpy(buf + end, prog->frame + end, SIGNATURE_LEN);
}

uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint64_t stamp, uint8_t *buf)
{
	const struct variant *v;
	unsigned variant;

	if (prog->grow) {
		const unsigned index = program_grown(prog, at);
		const uint16_t len = (uint16_t)program_grown_len(prog, index);

		memcpy(buf, prog->frame, len);
		program_edit_grown(prog, at, index, prog->variant[0].len, stamp,
				   buf);
		program_step_grown(prog, at);
		return len;
	}
	variant = prog->order[at->order];
	v = &prog->variant[variant];
	program_put(prog, variant, buf);
	if (program_edits(prog))
		program_edit(prog, at, variant, stamp, buf);
	program_step(prog, at);
	return v->len;
}

uint16_t program_create(const struct program *prog, struct program_at *at,
			uint64_t stamp, uint8_t *buf)
{
	const uint64_t n = at->frame;
	const unsigned which =
		prog->grow ? program_grown(prog, at) : program_step(prog, at);
	const uint16_t len = prog->grow
				     ? (uint16_t)program_grown_len(prog, which)
				     : prog->variant[which].len;
	const unsigned headers = prog->stack->len;

	memcpy(buf + headers, prog->frame + headers, len - (size_t)headers);
	program_put_headers(prog, buf, len);
	program_put_edits(prog, n, buf);
	if (prog->sign)
		signature_write(buf + len - SIGNATURE_LEN, prog->sender, n,
				stamp);
	program_put_checksums(prog, buf, len);
	if (prog->grow)
		program_step_grown(prog, at);
	return len;
}

uint16_t program_regrow(const struct program *prog, struct program_at *at,
			uint64_t stamp, uint8_t *buf, uint16_t had)
{
	const unsigned end = had - SIGNATURE_LEN;
	uint16_t len;

	if (prog->sign)
		memcpy(buf + end, prog->frame + end, SIGNATURE_LEN);
	len = program_edit_grown(prog, at, program_grown(prog, at), had, stamp,
				 buf);
	program_step_grown(prog, at);
	return len;
}

void program_switch(const struct program *prog, const struct program *next,
		    struct program_at *at)
{
	bool same = prog->nb_variants == next->nb_variants &&
		    prog->nb_order == next->nb_order &&
		    !prog->grow == !next->grow;

	if (same && prog->grow)
		same = !memcmp(prog->grow->mixed, next->grow->mixed,
			       sizeof(prog->grow->mixed));
	else if (same)
		same = !memcmp(prog->order, next->order, next->nb_order);
	for (unsigned i = 0; same && i < next->nb_variants; i++)
		same = prog->variant[i].len == next->variant[i].len;
	if (!same)
		at->order = 0;
	at->edits_of = NULL;
	at->sizes_of = NULL;
}
