/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program: what a stream compiles to and a worker sends. It is made aside and
 * taken up at a burst's edge. Frame N of a run depends on the program and on N
 * alone, so that a run can be repeated and any frame of it be made again.
 *
 * The frames of all sizes share one template; what differs with the size are
 * the headers' lengths and checksums, kept for each. Patches then change fields
 * from frame to frame and keep the checksums right (RFC 1624). A program
 * without patches and with one size costs a frame nothing but its copy.
 */
#ifndef PKTGEN_PROGRAM_H
#define PKTGEN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "pktgen/stream.h"

#define PROGRAM_PATCHES_MAX 4

enum patch_op {
	PATCH_INC, /* from + N * step, for frame N */
};

/*
 * One field that changes: those bits of the 32 at `offset` that the mask has. A
 * narrower field is reached by its mask, a step being in place as well.
 */
struct patch {
	enum patch_op op;
	uint16_t offset;  /* bytes from the frame's start, even */
	uint16_t csum[2]; /* offsets of the checksums that cover it, 0: none */
	uint32_t mask;    /* host byte order, as are the next two */
	uint32_t from;    /* all 32 bits, as the template has them */
	uint32_t step;
};

/* What differs with the size. */
struct variant {
	uint16_t len; /* bytes handed to the device: size less FCS */
	uint8_t header[UDP6_HEADERS];
};

struct program {
	bool unpaced; /* LOAD_MAX */
	struct gap gap;
	unsigned nb_variants;
	unsigned header_len; /* bytes of variant.header */
	struct variant variant[STREAM_SIZES_MAX];
	unsigned nb_order; /* frames of a round */
	uint8_t order[STREAM_WEIGHTS_MAX];
	unsigned nb_patches;
	struct patch patch[PROGRAM_PATCHES_MAX];
	/* The longest frame, with the header of the first variant. */
	uint8_t frame[STREAM_SIZE_MAX];
};

/* Where in its run a worker is; all 0 at its start. */
struct program_at {
	uint64_t frame; /* N of the next */
	unsigned order; /* N modulo nb_order */
};

/*
 * Compiles `s`. -EMSGSIZE when a size is below stream_size_min() or above
 * STREAM_SIZE_MAX, -ERANGE as stream_gap(); the program is then not to be used.
 */
int program_compile(struct program *prog, const struct stream *s);

/*
 * Writes the next frame to `buf`, which has room for STREAM_SIZE_MAX bytes or
 * the largest size there is, and steps on. Returns its length without FCS.
 */
uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint8_t *buf);

/*
 * Goes on with `next` where `prog` was: the count of frames stays, the round of
 * sizes begins again if it is another.
 */
void program_switch(const struct program *prog, const struct program *next,
		    struct program_at *at);

#endif /* PKTGEN_PROGRAM_H */
