/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of what is played. Private to pktgen/play*.c. */
#ifndef PKTGEN_PLAY_IMPL_H
#define PKTGEN_PLAY_IMPL_H

#include "net/port.h"
#include "pktgen/play.h"

/* IPv4's checksum; that of what IP carries: its pseudo header, itself. */
enum { PLAY_COVER_IP = 1, PLAY_COVER_PSEUDO = 2, PLAY_COVER_TOP = 4 };

/*
 * A field that is set: those bits of 8 bytes that the mask has; `at` counts
 * from its header's start, and may be less than 0.
 */
struct play_edit {
	struct sequence seq;
	uint64_t value; /* where it is constant */
	uint64_t mask;
	uint16_t first, last; /* its bytes, from the header's start */
	int16_t at;
	uint16_t nb_maps;
	const struct play_map *map; /* NULL: it does not depend on what was */
	uint8_t shift;
	uint8_t layer; /* PLAY_*, or STREAM_AT */
	bool constant;
	bool upper;    /* a map's: the half of a field before that of another */
	bool csum;     /* it is a checksum itself */
	uint8_t cover; /* PLAY_COVER_*: what covers it */
};

/* A value with these bits gets those. */
struct play_map {
	struct play_half {
		uint64_t from, from_mask, to, to_mask;
	} upper, lower; /* of 64 bits and less: the lower one */
};

/* One where frames are made, one where times are read. */
#define PLAY_READERS 2

struct play {
	struct played *played;
	struct played_cursor cursor;
	struct played_times times;
	struct capture_reader *reader; /* PLAY_READERS; NULL: not needed */
	uint64_t loops;
	struct gap gap; /* of one that is fed, where speed is 0 */
	uint32_t speed;
	bool csums;
	uint8_t no_order;
	uint8_t nb_edits;
	uint8_t nb_fields; /* of these; the others are checksums */
	struct play_edit edit[];
};

/* Writes that frame as frame at->frame of a run, and steps on. */
uint16_t play_make(const struct program *prog, struct program_at *at,
		   const struct played_frame *f, uint8_t *buf);

#endif /* PKTGEN_PLAY_IMPL_H */
