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

/* Who no frame of ours is of; a row that had none of any stream yet. */
#define TRACK_NOBODY 0
#define TRACK_NO_STREAM UINT32_MAX

struct track_row {
	uint64_t frames, bytes; /* without FCS */
	uint64_t untimed;       /* frames that are not signed, came again... */
	uint64_t sum_ns;        /* ...others took so long together */
	uint64_t min_ns, max_ns;
	uint64_t value;
	uint32_t stream; /* whose frame came last */
	bool mixed;
};

struct track {
	struct find find;
	bool direct; /* a value is the number of its row */
	bool deep;   /* more than one word may tell where the field is... */
	bool deeper; /* ...from the next loop on */
	/* How a frame looked that has the field, and how those before did. */
	struct find_shape like, shape[TRACK_SHAPES];
	uint64_t ns;        /* that frames of the row of arrivals took... */
	uint32_t stream;    /* ...whose these are, or TRACK_NOBODY */
	struct arrived *to; /* the same */
	unsigned nb, max;   /* rows: with values, that there is room for */
	uint32_t mask;      /* of `place`: */
	uint16_t *place;    /* by hash: one above the row's number */
	struct track_row *row;
	struct track_row without, beyond;
};

/* NULL for lack of memory in `a`. */
struct track *track_open(const struct find *what, struct uk_alloc *a);
void track_close(struct track *t, struct uk_alloc *a);

/* Counts from zero. */
void track_clear(struct track *t);

/* What `arrived.value` is set to anew, as frames come. */
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

/* The row of one that is the stream's first with its value, or nobody's. */
void track_see_odd(struct track *t, struct track_row *r);

/* The first of a row of arrivals, or a frame of none; it counts once seen. */
void track_begin(struct track *t, struct arrivals *ar, enum arrival what);

/* Whether a loop of these does with `simple`. */
static inline bool track_is_simple(struct track *t)
{
	t->deep |= t->deeper;
	return t->direct && !t->deep;
}

/* The row of a frame that is in one piece. */
static inline struct track_row *track_find(struct track *t,
					   const uint8_t *frame, uint16_t len,
					   const bool simple)
{
	const struct find_shape *const s = &t->like;
	uint64_t value;

	if (unlikely(len < s->need ||
		     (find_load(frame + s->word[0].at) & s->word[0].mask) !=
			     s->word[0].is ||
		     (!simple && s->nb > 1 && !find_fits(s, frame, len))))
		return track_find_odd(t, frame, len, 0);
	value = find_value(s, frame);
	return simple ? &t->row[value] : track_row_of(t, value);
}

/* A frame of `len` bytes without FCS belongs to the row. */
static inline void track_see(struct track *t, struct track_row *r, size_t len)
{
	const uint64_t ns = t->ns;

	r->frames++;
	r->bytes += len;
	if (unlikely(r->stream != t->stream)) {
		track_see_odd(t, r);
		return;
	}
	r->sum_ns += ns;
	if (unlikely(ns < r->min_ns))
		r->min_ns = ns;
	if (unlikely(ns > r->max_ns))
		r->max_ns = ns;
}

/* The same of a frame of which no time is known. */
static inline void track_count(struct track_row *r, size_t len)
{
	r->frames++;
	r->bytes += len;
	r->untimed++;
}

/* ---- What there is to know ----------------------------------------------- */

/* The row of a value; NULL: none came. */
const struct track_row *track_look(const struct track *t, uint64_t value);

/* The least value above `*value`, or where `first` from 0 on, that came. */
bool track_next(const struct track *t, bool first, uint64_t *value);

/* What all frames of a stream came with; false: with none, or with several. */
bool track_stream_value(const struct track *t, const struct arrived *a,
			uint64_t *value);

#endif /* MEASURE_TRACK_H */
