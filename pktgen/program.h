/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program: what a stream compiles to and a worker sends. It is made aside and
 * taken up at a burst's edge. Frame N of a run depends on the program and on N
 * alone, but for the stamp of a signed one, which has run and send time, so
 * that a run can be repeated and any frame of it be made again.
 *
 * The frames of all sizes share one template; what differs with the size are
 * the headers' lengths and checksums, kept for each where there are few. Of
 * many sizes the frames grow from the template: see program_grow.c. Edits then
 * change fields from frame to frame, and a signature may end each. The
 * checksums follow from the sums of what stays (RFC 1624), from inside out: one
 * that covers another gets the other's. A frame that has once been written can
 * therefore be made another of the same size by writing what changes, whatever
 * it was before.
 *
 * Most programs are plain: UDP in IP, with addresses that count up. These have
 * patches, which cost next to nothing; see program_run.h. All others have
 * edits, see program_any.c.
 */
#ifndef PKTGEN_PROGRAM_H
#define PKTGEN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/alloc.h>

#include "net/proto/proto.h"
#include "pktgen/sequence.h"
#include "pktgen/stream.h"

/* ---- What changes in a plain program ------------------------------------- */

#define PROGRAM_PATCHES_MAX 4

/*
 * The innermost checksum, which covers the payload and with it a signature, and
 * is never 0; and that of a header below.
 */
#define PLAIN_CSUMS_MAX 2
enum { CSUM_PAYLOAD, CSUM_HEADER };

/*
 * One field that counts up: those bits of the 32 at `offset` that the mask has
 * are from + N, for frame N.
 */
struct patch {
	uint16_t offset; /* bytes from the frame's start, even */
	uint32_t mask;   /* host byte order, as is the next */
	uint32_t from;   /* all 32 bits, as the template has them */
};

/* ---- What changes in any other ------------------------------------------ */

/*
 * One field that varies: those bits of a window that the mask has. A window is
 * 2, 4 or 8 bytes that hold the field; a number in it is in host byte order.
 */
struct field_edit {
	struct sequence seq;
	uint64_t mask;
	uint16_t at;   /* bytes from the frame's start */
	uint8_t bytes; /* of the window */
	uint8_t shift; /* of the field's lowest bit */
	bool whole;    /* the mask has all of the window */
	bool alone;    /* what the mask lacks never changes: it is `rest` */
	uint8_t last;  /* see struct program's last_csum */
	uint64_t rest;
	uint8_t csums; /* bit K: the program's checksum K covers it... */
	uint8_t odd;   /* ...and its words lie across that one's */
};

#define PROGRAM_EDITS_MAX STREAM_VARYING_MAX

/* Bits at an offset that do not vary, of up to 64: as the frame's are. */
struct bits {
	uint16_t at; /* from the frame's start */
	uint8_t nb;
	uint64_t value;
};

/* ---- Both --------------------------------------------------------------- */

#define PROGRAM_CSUMS_MAX 8

/* Checksums are numbered from inside out. */
struct csum {
	uint16_t at;    /* bytes from the frame's start, of the checksum */
	uint16_t start; /* of the first byte that it covers */
	uint8_t layer;
	uint8_t over;     /* bit K: it covers checksum K... */
	uint8_t over_odd; /* ...which lies across its words */
	bool payload;     /* it covers that, and a signature with it */
	bool not_zero;    /* 0 would say that there is none (RFC 768) */
	bool crc;         /* CRC-32C: made again for each frame */
	bool changes;     /* it is another one in each frame */
	uint8_t leader;   /* the first that covers the same of what changes */
};

/* The most sizes, and frames of a round, of a program that does not grow. */
#define PROGRAM_VARIANTS_MAX 10
#define PROGRAM_ORDER_MAX 256

/* A field of 16 bits that is a constant more than the frame is long. */
struct length_word {
	uint16_t at;    /* bytes from the frame's start */
	uint16_t value; /* of a frame that is as long as the variant's */
	uint8_t layer, field;
};

/*
 * What differs with the size. Of a program that grows it is that of frames from
 * `len` up to `last`, of which all have the same lengths in the same places.
 */
struct variant {
	uint16_t len; /* bytes handed to the device: size less FCS */
	uint16_t last;
	uint16_t end; /* up to where checksums cover them: stack_end() */
	/*
	 * For each checksum the sum, in 1..0xffff, of all that it covers but
	 * for the fields that change, the signature and inner checksums.
	 */
	uint16_t sum[PROGRAM_CSUMS_MAX];
	uint8_t *header; /* all of them, for this size */
	/*
	 * It grows: the sums lack the payload, and gain so much for each byte
	 * that the frame is longer.
	 */
	uint16_t times[PROGRAM_CSUMS_MAX];
	uint8_t nb_words;
	struct length_word *word;
};

/* How frames of a program that grows get their lengths. */
struct grow {
	struct sequence index; /* of sizes, by the frame's number... */
	uint16_t first;        /* ...lengths without FCS from there on... */
	int16_t step;          /* ...by that */
	unsigned nb_mixed;     /* sizes that go by their weights; 0: none */
	struct {
		uint16_t len, weight;
	} mixed[SIZES_MAX];
	uint16_t *sum; /* by index: of the payload, but for a signature */
	bool lean;     /* see frames_grown.c */
};

struct play;

/* One piece of memory: what it points to lies behind it. */
struct program {
	/* Frames are those of a capture, and all below is 0: see play.h. */
	struct play *play;
	bool sign;
	uint16_t sender; /* of its signatures */
	bool plain;
	uint8_t nb_variants;
	uint8_t nb_csums;
	uint8_t nb_patches; /* plain */
	uint8_t nb_edits;   /* not plain */
	uint8_t nb_bits;
	uint8_t nb_files;
	uint16_t nb_order;                 /* frames of a round */
	uint16_t csum_at[PLAIN_CSUMS_MAX]; /* of csum[], where it is plain */
	struct patch patch[PROGRAM_PATCHES_MAX];
	/* Columns: bit K: that checksum leads, and changes. */
	uint8_t leads;
	/*
	 * The checksums that change, where the last edit is all that they cover
	 * but for others that stay for some frames: it has their number.
	 */
	uint8_t last_csum[2];
	uint16_t longest; /* of all frames */
	struct variant *variant;
	uint8_t *order;
	struct grow *grow; /* NULL: all sizes are variants */
	struct csum *csum;
	struct field_edit *edit;
	struct bits *bits;
	struct vary_file **file; /* whose values edits take */
	struct stack *stack;     /* the headers, but for what a size says */
	/* The longest frame, with the header of the first variant. */
	uint8_t *frame;
};

/* Where in its run a worker is; all 0 at its start. */
struct program_at {
	uint64_t frame; /* N of the next */
	unsigned order; /* N modulo nb_order */
	/* Where the edits are, for frame `edited`. */
	uint64_t edited;
	const struct program *edits_of;
	struct sequence_state state[PROGRAM_EDITS_MAX];
	/* The same of the lengths of one that grows. */
	uint64_t sized;
	const struct program *sizes_of;
	union {
		struct sequence_state size;
		int32_t credit[SIZES_MAX];
	};
};

/*
 * Compiles the frames of `s` in memory from `a`, into *to. -EMSGSIZE when a
 * size is below stream_size_min() or above STREAM_SIZE_MAX, -E2BIG when there
 * are more checksums than PROGRAM_CSUMS_MAX, -EBUSY where fields that vary lie
 * on each other, on a checksum that is made, or on a length that grows,
 * -ENOMEM; nothing is written then. program_free() gives it back; NULL does
 * nothing.
 */
int program_new(struct program **to, const struct stream *s,
		struct uk_alloc *a);
void program_free(struct program *prog, struct uk_alloc *a);

/* True when frames of one variant differ from each other. */
static inline bool program_edits(const struct program *prog)
{
	return prog->nb_patches || prog->nb_edits || prog->sign || prog->grow;
}

/* Which variant the next frame is, of one that does not grow; steps on. */
static inline unsigned program_step(const struct program *prog,
				    struct program_at *at)
{
	const unsigned v = prog->order[at->order];

	at->frame++;
	if (++at->order == prog->nb_order)
		at->order = 0;
	return v;
}

/* The next `n` frames are others', who make them. */
void program_pass(const struct program *prog, struct program_at *at,
		  uint64_t n);

/*
 * Of one that does not grow, writes a frame of `variant` to `buf`, which has
 * room for STREAM_SIZE_MAX bytes or the largest size there is: without the
 * edits, where there are any.
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
 * Makes the next frame of a program that grows in `buf`, which had one of `had`
 * bytes in it, or, with the length of variant 0, what program_put_longest()
 * writes. Steps on, returns its length.
 */
uint16_t program_regrow(const struct program *prog, struct program_at *at,
			uint64_t stamp, uint8_t *buf, uint16_t had);

/*
 * Writes the next frame to `buf` and steps on; `stamp` is that of a signature,
 * with its time. Returns its length without FCS.
 */
uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint64_t stamp, uint8_t *buf);

/* The same frame, made anew from the stack without the template. */
uint16_t program_create(const struct program *prog, struct program_at *at,
			uint64_t stamp, uint8_t *buf);

/*
 * Goes on with `next` where `prog` was: the count of frames stays, the round of
 * sizes begins again if it is another.
 */
void program_switch(const struct program *prog, const struct program *next,
		    struct program_at *at);

#endif /* PKTGEN_PROGRAM_H */
