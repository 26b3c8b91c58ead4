/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files that compile a program. Private to pktgen/program*.c. */
#ifndef PKTGEN_PROGRAM_IMPL_H
#define PKTGEN_PROGRAM_IMPL_H

#include "pktgen/program.h"

/* The headers of a frame of `len` bytes, checksums 0. */
void program_put_headers(const struct program *prog, uint8_t *frame,
			 size_t len);

/* Bits at an offset that do not vary, or 0 in their place. */
void program_put_bits(const struct program *prog, bool clear, uint8_t *frame);

/* All else being there already, from inside out. */
void program_put_checksums(const struct program *prog, uint8_t *frame,
			   size_t len);

/* Of a stream's sizes what a program has room for. */
struct sizes_plan {
	bool grows;
	uint8_t nb; /* variants, PROGRAM_VARIANTS_MAX at most */
	uint16_t len[PROGRAM_VARIANTS_MAX];
	uint16_t last[PROGRAM_VARIANTS_MAX]; /* it grows: up to there */
	uint16_t longest;
	uint16_t nb_sizes; /* it grows */
	uint16_t round;    /* frames */
	uint16_t divide;   /* weights by that */
};

/* -E2BIG: lengths that grow make more variants than there can be. */
int program_plan(struct sizes_plan *plan, const struct stream *s,
		 const struct stack *st);

/* Which variant each frame of a round is. */
void program_put_order(struct program *prog, const struct stream *s,
		       const struct sizes_plan *plan);

/*
 * Of frames of `from` bytes and those up to the return value, `to` at most, all
 * header bytes are alike but for lengths that grow with the frame, which are
 * put in *v.
 */
unsigned program_stretch(const struct stack *st, unsigned from, unsigned to,
			 struct variant *v);

/*
 * Of a program that grows: which sizes come; what follows from its stack; and,
 * once all else is there, its payload, which the sums of its variants lack.
 */
void program_put_grown(struct program *prog, const struct stream *s,
		       const struct sizes_plan *plan);
void program_grow_begin(struct program *prog, const struct stream *s,
			const struct sizes_plan *plan);
void program_grow_end(struct program *prog);

/* Whether some of these bits are a length that grows. */
bool program_grows_at(const struct program *prog, unsigned at, unsigned bits);

/* The checksums that are made. -E2BIG: too many. */
int program_find_csums(struct program *prog);

/*
 * What varies, its sequences in the memory `aux`; and bits at an offset that do
 * not. -EBUSY: see program_new().
 */
int program_find_edits(struct program *prog, const struct stream *s,
		       uint64_t *aux);

/* Which checksums cover a field, and those of whose words it lies across. */
int program_put_cover(const struct program *prog, const struct stream_field *f,
		      unsigned at, unsigned bits, struct field_edit *e);

/* Which checksums are others in each frame. */
void program_find_changes(struct program *prog);

/* What program_columns.c wants to know; all else is there. */
void program_find_columns(struct program *prog);

/* Has edits be patches where all of them can. */
void program_make_plain(struct program *prog, const struct stream *s);

/* The files whose values it takes stay while it is there. */
void program_hold_files(struct program *prog, const struct stream *s);

#endif /* PKTGEN_PROGRAM_IMPL_H */
