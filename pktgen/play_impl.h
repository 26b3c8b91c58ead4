/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of what is played. Private to pktgen/play*.c. */
#ifndef PKTGEN_PLAY_IMPL_H
#define PKTGEN_PLAY_IMPL_H

#include "net/port.h"
#include "pktgen/play.h"

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
	uint8_t shift;
	uint8_t layer; /* PLAY_*, or STREAM_AT */
	bool constant;
	bool above; /* checksums of layers above cover it */
	bool csum;  /* it is one itself */
};

/* One where frames are made, one where times are read. */
#define PLAY_READERS 2

struct play {
	struct played *played;
	struct played_cursor cursor;
	struct played_times times;
	struct capture_reader *reader; /* PLAY_READERS; NULL: not needed */
	uint64_t loops;
	uint32_t speed;
	bool csums;
	uint8_t no_order;
	uint8_t nb_edits;
	struct play_edit edit[];
};

/* Writes that frame as frame at->frame of a run, and steps on. */
uint16_t play_make(const struct program *prog, struct program_at *at,
		   const struct played_frame *f, uint8_t *buf);

#endif /* PKTGEN_PLAY_IMPL_H */
