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

/* Frames of a stream, but for those that its trail knows as old. */
struct arrived {
	uint64_t packets, bytes;    /* FCS included */
	uint64_t first_ns, last_ns; /* when they came; 0: none has */
	struct trail *trail;        /* of all queues together; NULL: none */
	uint32_t value;             /* that they came with, see track.h */
};

/*
 * Frames that differ from the one before by their numbers alone, which follow:
 * they are counted together.
 */
struct arrivals_row {
	uint64_t head, stamp; /* as they lie in memory */
	uint32_t low;         /* of the next, see signature.h; 2^16: none */
	unsigned n;           /* that are not counted yet... */
	uint64_t bytes;       /* ...and theirs, without FCS */
	struct arrived *to;   /* NULL: foreign */
};

struct arrivals_port {
	bool heard; /* a frame of it ever came */
	unsigned nb;
	struct arrived *stream; /* by number */
};

struct arrivals {
	uint64_t ours; /* what the head of each signature of ours begins with */
	unsigned nb_ports;
	struct arrivals_port *port; /* that sent them */
	uint64_t foreign;           /* frames that are signed, but not ours */
	uint64_t damaged;           /* that say what cannot be: as if ours */
	struct arrivals_row row;
};

/* From ports 0..nb_ports-1 of `appliance`; memory from `a`. -ENOMEM. */
int arrivals_open(struct arrivals *ar, uint16_t appliance, unsigned nb_ports,
		  struct uk_alloc *a);
void arrivals_close(struct arrivals *ar, struct uk_alloc *a);

/* Counts streams 0..nb-1 that `port` sends, and those that it did: -ENOMEM. */
int arrivals_reserve(struct arrivals *ar, unsigned port, unsigned nb,
		     struct uk_alloc *a);

/* What a frame is that was not the next of the row. */
enum arrival {
	ARRIVAL_UNSIGNED, /* it is in no row */
	ARRIVAL_FOREIGN,  /* signed, but not by a stream that is here */
	ARRIVAL_OLD,      /* of an earlier run, or from before it was cleared */
	ARRIVAL_AGAIN,    /* that came before, or too late to tell */
	ARRIVAL_FIRST,
};

/*
 * Where a frame in one piece has a signature: at its end, or before padding;
 * NULL: nowhere.
 */
const uint8_t *arrivals_find(const uint8_t *frame, size_t len);

/* Any frame but the next of the row. */
enum arrival arrivals_see_other(struct arrivals *ar, const uint8_t *frame,
				size_t len, uint64_t now_ns);

/* Whether it is the next of the row, and counted there. */
static inline bool arrivals_see_next(struct arrivals *ar, const uint8_t *frame,
				     size_t len)
{
	struct arrivals_row *const row = &ar->row;
	const uint8_t *const p = frame + len - SIGNATURE_LEN;
	uint64_t head, stamp;
	uint16_t low;

	memcpy(&head, p, sizeof(head));
	memcpy(&low, p + 8, sizeof(low));
	memcpy(&stamp, p + 10, sizeof(stamp));
	if (unlikely(__builtin_bswap16(low) != row->low || head != row->head ||
		     stamp != row->stamp))
		return false;
	row->low++;
	row->n++;
	row->bytes += len;
	return true;
}

/*
 * A frame of `len` bytes without FCS, in one piece or as a chain; it may have
 * padding behind its signature. It counts once arrivals_end() is called, at the
 * end of the burst, all of which came at `now_ns`.
 */
static inline void arrivals_see(struct arrivals *ar, const uint8_t *frame,
				size_t len, uint64_t now_ns)
{
	if (likely(len >= SIGNATURE_LEN) &&
	    unlikely(!arrivals_see_next(ar, frame, len)))
		arrivals_see_other(ar, frame, len, now_ns);
}

enum arrival arrivals_see_chain(struct arrivals *ar, const struct uk_netbuf *nb,
				size_t len, uint64_t now_ns);

void arrivals_end(struct arrivals *ar, uint64_t now_ns);

/* The same, and no frame is the next. */
void arrivals_break(struct arrivals *ar, uint64_t now_ns);

#endif /* MEASURE_ARRIVALS_H */
