/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files that compile a program. Private to pktgen/program*.c. */
#ifndef PKTGEN_PROGRAM_IMPL_H
#define PKTGEN_PROGRAM_IMPL_H

#include "pktgen/program.h"

/* The headers of a frame of `len` bytes, checksums 0. */
void program_put_headers(const struct program *prog, uint8_t *frame,
			 size_t len);

/* All else being there already, from inside out. */
void program_put_checksums(const struct program *prog, uint8_t *frame,
			   size_t len);

/* The checksums that are made. -E2BIG: too many. */
int program_find_csums(struct program *prog);

/*
 * What varies, its sequences in the memory `aux`; and bits at an offset that do
 * not. -EBUSY: see program_new().
 */
int program_find_edits(struct program *prog, const struct stream *s,
		       uint64_t *aux);

/* Which checksums are others in each frame. */
void program_find_changes(struct program *prog);

/* Has edits be patches where all of them can. */
void program_make_plain(struct program *prog, const struct stream *s);

/* The files whose values it takes stay while it is there. */
void program_hold_files(struct program *prog, const struct stream *s);

#endif /* PKTGEN_PROGRAM_IMPL_H */
