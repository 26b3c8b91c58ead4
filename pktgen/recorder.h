/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tap that writes frames into a ring of records, by a filter and up to a
 * limit. All frames of a burst have the time of the step that moved them.
 */
#ifndef PKTGEN_RECORDER_H
#define PKTGEN_RECORDER_H

#include "capture/bpf_gate.h"
#include "capture/ring.h"
#include "pktgen/outbox.h"
#include "pktgen/tap.h"

#define RECORDER_NO_LIMIT UINT64_MAX

enum recorder_end {
	RECORDER_GOES_ON,
	RECORDER_AT_COUNT, /* it has as many frames as were asked for */
	RECORDER_FULL,     /* CAPTURE_KEEP_FIRST: one did not fit */
};

struct recorder {
	struct tap tap; /* first */
	struct capture_ring ring;
	const struct bpf_insn *filter; /* checked; NULL: takes all */
	struct bpf_gate gate;          /* the filter's */
	/*
	 * What shut it for a frame, if it did; and how many bursts go by until
	 * that is asked anew, as frames were not alike in it.
	 */
	struct bpf_look look[BPF_LOOKS];
	bool looks;
	unsigned look_rest, look_pause;
	uint32_t snap; /* bytes of a frame that are kept */
	uint64_t left; /* frames to take, RECORDER_NO_LIMIT */
	enum recorder_end end;
	/* Of all frames that it saw: */
	uint64_t frames, bytes;     /* written, the bytes as they are kept */
	uint64_t filtered, no_room; /* not written */
	/* What became of those of the last offer. */
	unsigned nb_put;
	unsigned nb_first; /* that have no fate, as they were put in */
	bool none;         /* the filter takes none of them */
	uint8_t fate[OUTBOX_MAX];
};

/* Set to 0 but for ring, filter, snap and left. */
void recorder_begin(struct recorder *r);

#endif /* PKTGEN_RECORDER_H */
