/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What arrived at a queue of the streams of this appliance: its frames are told
 * apart by their signatures. A worker of the queue counts, and is the only one
 * that does; who asks does so between two of its steps.
 */
#ifndef MEASURE_ARRIVALS_H
#define MEASURE_ARRIVALS_H

#include <uk/alloc.h>
#include <uk/essentials.h>
#include <uk/netbuf.h>

#include "measure/signature.h"
#include "measure/trail.h"
#include "net/proto.h"

/*
 * Frames that differ from the one before by their numbers alone, which follow:
 * they are counted together.
 */
struct arrivals_row {
	uint64_t next;      /* of the next, see signature_middle()... */
	uint64_t from;      /* ...and of the first that is not counted yet */
	uint64_t stamp;     /* as it lies in memory */
	uint64_t bytes;     /* of those that are not counted, without FCS */
	struct arrived *to; /* NULL: foreign */
};

struct arrivals_port {
	bool heard; /* a frame of it ever came */
	unsigned nb;
	struct arrived *stream; /* by number */
	/* What is expected of them next; a power of two, and two at least. */
	struct trail_ahead **ahead;
	uint64_t ahead_mask;
};

/* What those that are expected are held to, of a burst. */
struct arrivals_now {
	uint64_t ns;       /* when it came */
	uint64_t stamp_ns; /* what a stamp has of that... */
	uint64_t ns_max;   /* ...and of which it is below by this, or wraps */
	/* Of the port that sent the frame before. */
	struct trail_ahead **ahead;
	uint64_t ahead_mask;
};

struct arrivals {
	uint64_t ours; /* what the head of each signature of ours begins with */
	unsigned nb_ports;
	struct arrivals_port *port; /* that sent them */
	uint64_t foreign;           /* frames that are signed, but not ours */
	uint64_t damaged;           /* that say what cannot be: as if ours */
	uint64_t old;               /* ours, but of an epoch that is over */

	struct arrivals_now now;
	/* Nothing is as these expect, as it comes to the other of them. */
	struct trail_ahead nothing[2];
	struct trail_ahead *none[2];

	struct arrivals_row row;
	unsigned nb_rows; /* of this burst */
	unsigned nb_many; /* bursts that will hardly have rows */
};

/* Of ports 0..nb_ports-1 of `appliance`; memory from `a`. 0, or -ENOMEM. */
int arrivals_open(struct arrivals *ar, uint16_t appliance, unsigned nb_ports,
		  struct uk_alloc *a);
void arrivals_close(struct arrivals *ar, struct uk_alloc *a);

/*
 * Makes room to count streams 0..nb-1 of `port`; what was counted stays. 0, or
 * -ENOMEM, and nothing has changed.
 */
int arrivals_reserve(struct arrivals *ar, unsigned port, unsigned nb,
		     struct uk_alloc *a);

/* ---- Frames -------------------------------------------------------------- */

/* Part of the loop over a burst: a call for each frame would cost a tenth. */
#define ARRIVALS_INLINE static inline __attribute__((always_inline))

/* What came together, at `now_ns`. */
static inline void arrivals_begin(struct arrivals *ar, uint64_t now_ns)
{
	ar->now.ns = now_ns;
	ar->now.stamp_ns = now_ns & SIGNATURE_TIME_MASK;
	ar->now.ns_max = MIN(ar->now.stamp_ns, (uint64_t)UINT32_MAX);
}

/*
 * Where a frame in one piece has a signature: at its end, or before padding;
 * NULL: nowhere.
 */
const uint8_t *arrivals_find(const uint8_t *frame, size_t len);

/* What a frame is that was not the next of the row. */
enum arrival {
	ARRIVAL_UNSIGNED, /* it is in no row */
	ARRIVAL_FOREIGN,  /* signed, but not by a stream that is here */
	ARRIVAL_OLD,      /* of an earlier run, from before it was cleared */
	ARRIVAL_AGAIN,    /* that came before, or too late to tell */
	ARRIVAL_FIRST,
};

/* Any frame but the next of the row, or than what is expected. */
enum arrival arrivals_see_other(struct arrivals *ar, const uint8_t *frame,
				size_t len);
void arrivals_see_odd(struct arrivals *ar, const uint8_t *frame, size_t len);

/* The same where its signature was found, at `p`. */
enum arrival arrivals_see_found(struct arrivals *ar, const uint8_t *p,
				size_t len);

/* The same where no row goes before it. */
enum arrival arrivals_see_at(struct arrivals *ar, const uint8_t *p, size_t len);

/* What its port sends is expected from now on; false: it was before. */
bool arrivals_turn(struct arrivals *ar, const uint8_t *p);

/* 0 where a signature's first two bytes are; in no other place. */
static inline uint64_t arrivals_no_magic(const uint8_t *p)
{
	uint16_t first;

	memcpy(&first, p, sizeof(first));
	return (uint64_t)first ^ __builtin_bswap16(SIGNATURE_MAGIC >> 8);
}

static inline uint64_t arrivals_middle(const uint8_t *p)
{
	uint64_t middle;

	memcpy(&middle, p + 2, sizeof(middle));
	return __builtin_bswap64(middle);
}

/*
 * Whether it is the next of the row, and counted there. All that must be so is
 * asked at once, as each branch ends what an emulator translates in one piece.
 */
ARRIVALS_INLINE bool arrivals_see_row(struct arrivals_row *row,
				      const uint8_t *frame, size_t len)
{
	const uint8_t *const p = frame + len - SIGNATURE_LEN;
	uint64_t stamp;

	memcpy(&stamp, p + 10, sizeof(stamp));
	if (unlikely((arrivals_middle(p) ^ row->next) | (stamp ^ row->stamp) |
		     arrivals_no_magic(p)))
		return false;
	row->next++;
	row->bytes += len;
	return true;
}

/*
 * A frame of `len` bytes without FCS, in one piece or as a chain; it may have
 * padding behind its signature. It counts once arrivals_end() is called.
 */
static inline void arrivals_see(struct arrivals *ar, const uint8_t *frame,
				size_t len)
{
	if (likely(len >= SIGNATURE_LEN) &&
	    unlikely(!arrivals_see_row(&ar->row, frame, len)))
		arrivals_see_other(ar, frame, len);
}

/*
 * The same of one of a burst, for which `row` is a copy of that of `ar`, which
 * compilers keep in registers.
 */
ARRIVALS_INLINE void arrivals_see_one(struct arrivals *ar,
				      struct arrivals_row *row,
				      const uint8_t *frame, size_t len)
{
	if (unlikely(len < SIGNATURE_LEN))
		return;
	if (likely(arrivals_see_row(row, frame, len)))
		return;
	frame = arrivals_find(frame, len);
	if (!frame)
		return;
	ar->row = *row;
	arrivals_see_found(ar, frame, len);
	*row = ar->row;
}

enum arrival arrivals_see_chain(struct arrivals *ar, const struct uk_netbuf *nb,
				size_t len);

/*
 * Of a frame with a signature at `p`: what expected it, and how long it took;
 * or NULL.
 */
ARRIVALS_INLINE struct trail_ahead *arrivals_expected(
	const struct arrivals_now *now, const uint8_t *p, uint64_t *ns)
{
	struct trail_ahead *a;
	uint64_t stamp;

	memcpy(&stamp, p + 10, sizeof(stamp));
	stamp = __builtin_bswap64(stamp);
	a = now->ahead[stamp >> 50 & now->ahead_mask];
	if (unlikely(arrivals_middle(p) != a->next || arrivals_no_magic(p)))
		return NULL;
	/* That of another stream or run is far from it. */
	*ns = a->stamp + now->stamp_ns - stamp;
	return likely(*ns <= now->ns_max) ? a : NULL;
}

/* It came, but for its time. */
static inline void arrivals_count_next(const struct arrivals_now *now,
				       struct trail_ahead *a, size_t len)
{
	/* Added where it stands, which takes two instructions less. */
	__asm__("" : "+m"(a->next));
	a->next++;
	a->bytes += len;
	a->last_ns = now->ns;
}

/* Whether it is what is expected of its stream, and counted. */
ARRIVALS_INLINE bool arrivals_see_next(const struct arrivals_now *now,
				       const uint8_t *p, size_t len)
{
	uint64_t ns;
	struct trail_ahead *const a = arrivals_expected(now, p, &ns);

	if (unlikely(!a))
		return false;
	arrivals_count_next(now, a, len);
	latency_add_next(&trail_of(a)->latency, ns);
	return true;
}

/*
 * As arrivals_see(), for bursts in which few frames make a row. `now` is a copy
 * of that of `ar` for the burst, of which compilers keep in registers what they
 * have some for.
 */
ARRIVALS_INLINE void arrivals_see_many(struct arrivals *ar,
				       struct arrivals_now *now,
				       const uint8_t *frame, size_t len)
{
	if (unlikely(len < SIGNATURE_LEN))
		return;
	if (!arrivals_see_next(now, frame + len - SIGNATURE_LEN, len)) {
		arrivals_see_odd(ar, frame, len);
		*now = ar->now;
	}
}

/* The burst had `n` frames. */
void arrivals_end(struct arrivals *ar, unsigned n);

/* What comes next is not the next of the row. */
void arrivals_break(struct arrivals *ar);

/* Values of streams are known anew as their frames come. */
void arrivals_forget_values(struct arrivals *ar);

/* All that was counted can be read. */
void arrivals_settle(const struct arrivals *ar);

#endif /* MEASURE_ARRIVALS_H */
