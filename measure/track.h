/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a queue received by the value of a field: frames and bytes, and of the
 * frames that are signed by streams of this appliance how long they took. A
 * worker of the queue counts, and is the only one that does; who asks does so
 * between two of its steps.
 *
 * Memory is taken when a table is opened. Of fields of up to TRACK_DIRECT_BITS
 * each value has a row; of others the first values that come, as many as there
 * is room for, up to TRACK_VALUES_MAX; the frames with others are `beyond`.
 *
 * A stream whose frames all came with one value is known to have it: what is
 * lost of it is lost of that value. A row that has frames of a stream that came
 * with several values is `mixed`: nobody knows what it has lost.
 */
#ifndef MEASURE_TRACK_H
#define MEASURE_TRACK_H

#include <uk/alloc.h>

#include "measure/arrivals.h"
#include "net/proto/find.h"

#define TRACK_VALUES_MAX 4096
#define TRACK_DIRECT_BITS 12
#define TRACK_SHAPES 4
/* Values that have a histogram of their times, where frames have sizes. */
#define TRACK_BINS_MAX 24

/* Who no frame of ours is of; a row that had none of any stream yet. */
#define TRACK_NOBODY 0
#define TRACK_NO_STREAM UINT32_MAX
#define TRACK_EXTREME 0x80000000u

struct track_row {
	uint64_t frames, bytes; /* without FCS */
	uint64_t untimed;       /* frames that are not signed, came again... */
	uint64_t sum_ns;        /* what all others took, in ns, added up */
	uint64_t min_ns, max_ns;
	uint64_t value;
	uint32_t stream; /* whose frame came last */
	bool mixed;
	uint8_t bins; /* which histogram it has, from 1 on; 0: none */
};

/* The row of a frame that has these bits: no more than a word tells of it. */
struct track_like {
	uint16_t need;   /* bytes of such a frame, and of a signature */
	uint16_t at[2];  /* of the word, and of the one with the field */
	uint8_t turn;    /* to the left, and the second is... */
	uint64_t offset; /* ...the row's, in bytes, by this mask */
	uint64_t mask, is;
	uint64_t bits; /* of the second, which are the field's in memory */
};

struct track {
	struct find find;
	bool direct; /* a value is the number of its row */
	bool deep;   /* more than one word may tell where the field is */
	/* How a frame looked that has the field, and how those before did. */
	struct track_like like;
	struct find_shape shape[TRACK_SHAPES];
	/* Where the field lies in frames that trail_ahead.word is of: the
	 * first. */
	uint16_t word_at;
	uint64_t word_bits;
	uint64_t ns;        /* that frames of the row of arrivals took... */
	uint32_t stream;    /* ...whose these are, or TRACK_NOBODY */
	uint32_t tag;       /* the same, or TRACK_EXTREME with it */
	struct arrived *to; /* the same */
	/* A time within these is no extreme of any row that has a stream. */
	uint64_t low_ns, high_ns;
	unsigned nb_extreme; /* frames beyond that, since these were set */
	unsigned nb, max;    /* rows: with values, that there is room for */
	uint32_t mask;       /* of `place`: */
	uint16_t *place;     /* by hash: one above the row's number */
	struct track_row *row;
	struct track_row without, beyond;
	/* Of sizes: LATENCY_BUCKETS each, for those that came first. */
	uint64_t *bins;
	unsigned nb_bins, max_bins;
};

/* The caller's until track_close() with the same `a`; NULL: no memory. */
struct track *track_open(const struct find *what, struct uk_alloc *a);
void track_close(struct track *t, struct uk_alloc *a);

/* Counts from zero; arrivals_forget_values() follows. */
void track_clear(struct track *t);

/* Forgets whose frames came last: `arrived.value` is told anew by the next. */
void track_forget_streams(struct track *t);

/* ---- Frames -------------------------------------------------------------- */

/* Of a value that is no row's number. */
struct track_row *track_row_of(struct track *t, uint64_t value);

/*
 * Of a frame that is not like the one before, of which the first `len` bytes
 * are here, and which has `more` than these.
 */
struct track_row *track_find_odd(struct track *t, const uint8_t *frame,
				 size_t len, size_t more);

/* The same of one that is in one piece, whatever the field is. */
struct track_row *track_find_any(struct track *t, const uint8_t *frame,
				 size_t len);

/* The row of one that is the stream's first with its value, or nobody's. */
void track_see_odd(struct track *t, struct track_row *r);

/* Counts a frame of the row that took `ns`, where rows have histograms. */
void track_bin(struct track *t, struct track_row *r, uint64_t ns);

/* Whether frames like this have the field where trail_ahead.word is from. */
static inline bool track_by_word(const struct track *t)
{
	return t->word_bits && t->like.bits == t->word_bits &&
	       t->like.at[1] == t->word_at;
}

/* What is expected of a stream comes with the row's value, after `ns`. */
void track_meet(struct track *t, struct track_row *r, struct trail_ahead *a,
		uint64_t ns);

/* The first of a row of arrivals, or a frame of none; it counts once seen. */
void track_begin(struct track *t, struct arrivals *ar, enum arrival what);

/* Whether a frame of `like.need` bytes at least has the field there. */
static inline bool track_is_like(const struct track_like *k,
				 const uint8_t *frame)
{
	return (find_load(frame + k->at[0]) & k->mask) == k->is;
}

static inline struct track_row *track_row_like(const struct track_like *k,
					       struct track_row *rows,
					       const uint8_t *frame)
{
	uint64_t word = __builtin_bswap64(find_load(frame + k->at[1]));

	word = word << k->turn | word >> (-k->turn & 63);
	return (struct track_row *)((char *)rows + (word & k->offset));
}

/* A frame of `len` bytes without FCS belongs to the row. */
static inline void track_see(struct track *t, struct track_row *r, size_t len)
{
	r->frames++;
	r->bytes += len;
	if (unlikely(r->stream != t->tag))
		track_see_odd(t, r);
	else
		r->sum_ns += t->ns;
}

/*
 * The same of one that was expected of its stream, which came with the row's
 * value before; counts its time there, too.
 */
static inline __attribute__((always_inline)) void track_see_next(
	struct track_row *r, struct trail_ahead *a, uint64_t ns, size_t len)
{
	r->frames++;
	r->bytes += len;
	r->sum_ns += ns;
	latency_add_next_of(
		&trail_of(a)->latency, ns,
		&(struct latency_also){&r->min_ns, &r->max_ns, &a->inner});
}

/* The same of a frame of which no time is known. */
static inline void track_count(struct track_row *r, size_t len)
{
	r->frames++;
	r->bytes += len;
	r->untimed++;
}

/*
 * A frame in one piece, signed or not: counts there and in the arrivals, of
 * which it may be the next of the row...
 */
void track_take(struct track *t, struct arrivals *ar, const uint8_t *frame,
		uint16_t len);

/* ...or where few frames make a row. */
void track_take_apart(struct track *t, struct arrivals *ar,
		      const uint8_t *frame, uint16_t len);

/* ---- What there is to know ----------------------------------------------- */

/* The row of a value; NULL: none came. */
const struct track_row *track_look(const struct track *t, uint64_t value);

/* The histogram of a row; NULL: it has none. */
const uint64_t *track_bins(const struct track *t, const struct track_row *r);

/* The least value above `*value`, or where `first` from 0 on, that came. */
bool track_next(const struct track *t, bool first, uint64_t *value);

/* What all frames of a stream came with; false: with none, or with several. */
bool track_stream_value(const struct track *t, const struct arrived *a,
			uint64_t *value);

#endif /* MEASURE_TRACK_H */
