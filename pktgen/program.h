/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program: what a stream compiles to and a worker sends. It is made aside and
 * taken up at a burst's edge. Frame N of a run depends on the program and on N
 * alone, but for the send time of a signed one, so that a run can be repeated
 * and any frame of it be made again.
 *
 * The frames of all sizes share one template; what differs with the size are
 * the headers' lengths and checksums, kept for each. Patches then change fields
 * from frame to frame, and a signature may end each. The checksums follow from
 * the sums of what stays (RFC 1624). A frame that has once been written can
 * therefore be made another of the same size by writing what changes, whatever
 * it was before.
 */
#ifndef PKTGEN_PROGRAM_H
#define PKTGEN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/alloc.h>

#include "net/proto/proto.h"
#include "pktgen/stream.h"

#define PROGRAM_PATCHES_MAX 4

/*
 * The innermost checksum, which covers the payload and with it a signature, and
 * is never 0; and that of a header below.
 */
#define PROGRAM_CSUMS_MAX 2
enum { CSUM_PAYLOAD, CSUM_HEADER };

enum patch_op {
	PATCH_INC, /* from + N * step, for frame N */
};

/*
 * One field that changes: those bits of the 32 at `offset` that the mask has. A
 * narrower field is reached by its mask, a step being in place as well.
 */
struct patch {
	enum patch_op op;
	uint16_t offset; /* bytes from the frame's start, even */
	uint8_t csums;   /* bit N: the program's checksum N covers it */
	uint32_t mask;   /* host byte order, as are the next two */
	uint32_t from;   /* all 32 bits, as the template has them */
	uint32_t step;
};

/* What differs with the size. */
struct variant {
	uint16_t len; /* bytes handed to the device: size less FCS */
	/*
	 * For each checksum the sum, in 1..0xffff, of all that it covers but
	 * for the patched fields and the signature.
	 */
	uint16_t sum[PROGRAM_CSUMS_MAX];
	uint8_t header[STACK_BYTES_MAX];
};

struct program {
	bool sign;
	unsigned nb_variants;
	unsigned nb_csums;
	uint16_t csum_at[PROGRAM_CSUMS_MAX]; /* bytes from the frame's start */
	struct variant variant[SIZES_MAX];
	unsigned nb_order; /* frames of a round */
	uint8_t order[SIZES_SUM_MAX];
	unsigned nb_patches;
	struct patch patch[PROGRAM_PATCHES_MAX];
	struct stack stack; /* the headers, but for what a size says */
	/* The longest frame, with the header of the first variant. */
	uint8_t frame[STREAM_SIZE_MAX];
};

/* Where in its run a worker is; all 0 at its start. */
struct program_at {
	uint64_t frame; /* N of the next */
	unsigned order; /* N modulo nb_order */
};

/*
 * Compiles the frames of `s`. -EMSGSIZE when a size is below stream_size_min()
 * or above STREAM_SIZE_MAX; the program is then not to be used.
 */
int program_compile(struct program *prog, const struct stream *s);

/*
 * The same in memory from `a`, into *to. -ENOMEM when there is not enough;
 * nothing is written then. program_free() gives it back; NULL does nothing.
 */
int program_new(struct program **to, const struct stream *s,
		struct uk_alloc *a);
void program_free(struct program *prog, struct uk_alloc *a);

/* True when frames of one size differ from each other. */
static inline bool program_edits(const struct program *prog)
{
	return prog->nb_patches || prog->sign;
}

/* Which variant the next frame is; steps on. */
static inline unsigned program_step(const struct program *prog,
				    struct program_at *at)
{
	const unsigned v = prog->order[at->order];

	at->frame++;
	if (++at->order == prog->nb_order)
		at->order = 0;
	return v;
}

/*
 * Writes a frame of `variant` to `buf`, which has room for STREAM_SIZE_MAX
 * bytes or the largest size there is: without the edits, where there are any.
 */
void program_put(const struct program *prog, unsigned variant, uint8_t *buf);

/*
 * What has variant `from` in it gets all that differs with the size; `buf` was
 * first written by program_put_longest().
 */
void program_put_variant(const struct program *prog, unsigned from, unsigned to,
			 uint8_t *buf);
void program_put_longest(const struct program *prog, uint8_t *buf);

/*
 * Writes the next frame to `buf` and steps on; what is signed is sent at
 * `now_ns`. Returns its length without FCS.
 */
uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint64_t now_ns, uint8_t *buf);

/* The same frame, made anew from the stack without the template. */
uint16_t program_create(const struct program *prog, struct program_at *at,
			uint64_t now_ns, uint8_t *buf);

/*
 * Goes on with `next` where `prog` was: the count of frames stays, the round of
 * sizes begins again if it is another.
 */
void program_switch(const struct program *prog, const struct program *next,
		    struct program_at *at);

#endif /* PKTGEN_PROGRAM_H */
