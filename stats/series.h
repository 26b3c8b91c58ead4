/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What counters did slot by slot, for as many of the last slots as fit into a
 * ring of bytes. A slot holds by how much each counter grew in it, exactly and
 * of any size; what is near to the slot before takes a byte or two, and no
 * bytes where nothing changed. A gap is slots in which nobody looked.
 *
 * The ring's memory is the owner's. Not for the path of a frame.
 */
#ifndef STATS_SERIES_H
#define STATS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counters of a slot. Of the first, each pair is packets and their bytes. */
#define SERIES_VALUES 8
#define SERIES_PAIRS 2

/* The least that a ring can have: a slot whose values are all as large. */
#define SERIES_BYTES_MIN 128

struct series {
	unsigned char *mem;
	size_t size;
	uint64_t slots;       /* that it keeps at most */
	uint64_t from, to;    /* bytes ever dropped, and written */
	uint64_t first, next; /* slots: the oldest kept, behind the last */
	uint64_t was[SERIES_VALUES];  /* of the slot before the first... */
	uint64_t last[SERIES_VALUES]; /* ...and of the last */
	uint64_t gone[SERIES_VALUES]; /* the sums of what was dropped */
};

/*
 * Empty; the slot that is written first is `slot`. `mem` has `size` bytes,
 * SERIES_BYTES_MIN or more, and `slots` are kept at most.
 */
void series_init(struct series *s, void *mem, size_t size, uint64_t slots,
		 uint64_t slot);

/* The next slot had these; what is too old by then, or has no room, goes. */
void series_add(struct series *s, const uint64_t v[SERIES_VALUES]);

/* The next `n` slots, more than none, were not seen. */
void series_gap(struct series *s, uint64_t n);

/* Where a reader is. It may rest while slots come and go. */
struct series_at {
	uint64_t at, slot;
	uint64_t last[SERIES_VALUES];
};

/* What it reads: a slot, or a gap of several, without values. */
struct series_row {
	uint64_t slot, slots;
	bool gap;
	uint64_t v[SERIES_VALUES];
};

/*
 * The slot or gap that is the reader's next, false when there is none. One that
 * is all zero begins with the oldest, as does one whose next was dropped.
 */
bool series_read(const struct series *s, struct series_at *at,
		 struct series_row *row);

#endif /* STATS_SERIES_H */
