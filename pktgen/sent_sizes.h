/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many frames of each size a port has sent: not counted as they go, but
 * reckoned from the programs of its streams, as frame N of a run has a size
 * that follows from N. It is known where there are up to SENT_SIZES_MAX, and
 * none is drawn at random.
 */
#ifndef PKTGEN_SENT_SIZES_H
#define PKTGEN_SENT_SIZES_H

#include <stdbool.h>
#include <stdint.h>

#include "pktgen/program.h"

#define SENT_SIZES_MAX 64

struct sent_sizes {
	bool unknown; /* of some frames */
	unsigned nb;
	struct {
		uint64_t frames;
		uint16_t size; /* FCS included */
	} of[SENT_SIZES_MAX];
};

/* Adds the last `n` frames before `at` of its run, all of this program. */
void sent_sizes_add(struct sent_sizes *s, const struct program *prog,
		    const struct program_at *at, uint64_t n);

/* 0 of a size that is not there. */
uint64_t sent_sizes_of(const struct sent_sizes *s, unsigned size);
uint64_t sent_sizes_all(const struct sent_sizes *s);

#endif /* PKTGEN_SENT_SIZES_H */
