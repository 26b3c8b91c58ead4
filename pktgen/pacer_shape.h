/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rates that change over time, for the pacer. A shape is a list of parts, each
 * with a rate at its start and at its end; behind the last one it goes on with
 * part `again`. The number of frames that are due before any time is the
 * integral of the rate, never a whole frame more or less; and what a part comes
 * to is exact to 2^-64 of a frame, so that nothing drifts.
 *
 * A part is cut into 2^n pieces of one length, as many as it takes for the gap
 * to be the same throughout each. At a piece's start, and never for a frame,
 * the next gap is found, by a few divisions; what of a frame is left over goes
 * to the next piece. Private to pktgen/.
 */
#ifndef PKTGEN_PACER_SHAPE_H
#define PKTGEN_PACER_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

struct pacer;

#define PACE_PARTS_MAX 2
#define PACE_PART_NS_MAX (24 * 3600000000000ull)

/* Rates are in 2^-64 frames a ns. */
struct pace_part {
	uint64_t ns; /* 0..PACE_PART_NS_MAX */
	uint64_t from, to;
	bool smooth; /* half a cosine between the two, instead of a line */
};

struct pace_curve {
	unsigned nb;    /* parts; 0: the rate is constant */
	unsigned again; /* the part behind the last one */
	struct pace_part part[PACE_PARTS_MAX];
};

/* Where in its curve a pacer is. Amounts are in 2^-64 frames. */
struct pacer_shape {
	struct pace_curve curve;
	struct pace_curve next; /* the owner's: what is to be set */
	uint64_t origin_ns;     /* when it began */
	uint64_t start_ns;      /* when this part did */
	unsigned part;
	unsigned cut;    /* it has 2^cut pieces... */
	uint64_t piece;  /* ...of which this is looked at next */
	uint64_t length; /* of a piece, in 2^-32 ns */
	bool falls;
	/* Of the part, if its first rate stayed; what comes beside, twice. */
	unsigned __int128 flat, slope;
	unsigned __int128 all;  /* of the part... */
	unsigned __int128 done; /* ...and before `piece` */
	uint64_t owed;          /* from there to the next frame */
};

/*
 * Begins at `now_ns`, the first frame `phase`, in 2^-32, of a frame later. Some
 * part that is repeated has frames.
 */
void pacer_shape_start(struct pacer *p, const struct pace_curve *curve,
		       uint32_t phase, uint64_t now_ns);

/* The frame that is due next was taken. */
void pacer_shape_step(struct pacer *p);

/* Skips what is due before `to_ns`; returns how many frames. */
uint64_t pacer_shape_seek(struct pacer *p, uint64_t to_ns);

/* Whether both change at the same times, and at the same rates if asked. */
bool pace_curve_alike(const struct pace_curve *a, const struct pace_curve *b,
		      bool rates);

/* The amount of one round of what is repeated, and how long it takes. */
unsigned __int128 pace_curve_round(const struct pace_curve *c, uint64_t *ns);

#endif /* PKTGEN_PACER_SHAPE_H */
