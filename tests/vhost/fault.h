/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Faults on demand. Those of the ring befall the next used entries, those of
 * frames the next frames that the source makes; each for a number of times.
 * fault.c's table says what each does.
 */
#ifndef VHOST_FAULT_H
#define VHOST_FAULT_H

#include "tests/vhost/maker.h"
#include "tests/vhost/queue.h"

enum fault {
	FAULT_BAD_ID,
	FAULT_DUP_ID,
	FAULT_SWAP,
	FAULT_LOSE,
	FAULT_LONG,
	FAULT_SHORT,
	FAULT_OF_FRAMES, /* those before are of the ring */
	FAULT_IPV4_CSUM = FAULT_OF_FRAMES,
	FAULT_UDP_CSUM,
	FAULT_RUNT,
	FAULT_GAP,
	FAULT_REPEAT,
	FAULTS,
};

struct faults {
	uint64_t left[FAULTS];
	uint64_t done[FAULTS];
	uint64_t ring_left;   /* sum of those of the ring */
	uint64_t frames_left; /* and of frames */
	uint64_t stall_until; /* ns; until then no ring is looked at */
};

/* Its name in commands and reports, and what it does. */
const char *fault_name(enum fault f);
const char *fault_help(enum fault f);

/* `times` more of it. */
void fault_add(struct faults *fs, enum fault f, uint64_t times);

/* Spoils what is about to be given back. */
void fault_ring(struct faults *fs, struct queue_buf *b, unsigned int n);

/*
 * Writes the maker's next frame with the fault that is due, if any. Returns
 * how many bytes of it to send.
 */
uint32_t fault_frame(struct faults *fs, struct maker *m, uint8_t *to);

#endif /* VHOST_FAULT_H */
