/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What went one way: frames, bytes, sizes and when. Bytes and sizes are those
 * of layer 2 with the FCS, as the appliance counts. Times are in ns.
 */
#ifndef VHOST_TALLY_H
#define VHOST_TALLY_H

#include "tests/vhost/check.h"

#define TALLY_SAMPLES 4096
#define TALLY_LOOK_NS 1000000
#define FCS_LEN 4

struct tally {
	uint64_t frames;
	uint64_t bytes;
	uint64_t first_ns; /* batch with the first frame */
	uint64_t last_ns;  /* and with the last */
	/* `frames` as they stood at first_ns + i * step_ns. */
	uint64_t sample[TALLY_SAMPLES];
	unsigned int nb_samples;
	uint64_t step_ns;
	uint64_t sample_ns; /* when the next is due */
	/* The last look at how fast it goes, and the fastest of all. */
	uint64_t look_ns;
	uint64_t look_frames;
	uint64_t peak_pps;
	uint64_t size[FRAME_LEN_MAX + FCS_LEN + 1];
};

/* Forgets all. */
void tally_clear(struct tally *t);

/* Takes the samples that are due by `now`. */
void tally_sample(struct tally *t, uint64_t now);

/* Notes how many frames came since the last look. */
void tally_look(struct tally *t, uint64_t now);

/* Frames are about to be counted that came at `now`. */
static inline void tally_at(struct tally *t, uint64_t now)
{
	if (__builtin_expect(now >= t->sample_ns, 0))
		tally_sample(t, now);
	if (__builtin_expect(now - t->look_ns >= TALLY_LOOK_NS, 0))
		tally_look(t, now);
	t->last_ns = now;
}

/* One frame of `len` bytes without its FCS. */
static inline void tally_frame(struct tally *t, size_t len)
{
	t->frames++;
	t->bytes += len + FCS_LEN;
	t->size[(len < FRAME_LEN_MAX ? len : FRAME_LEN_MAX) + FCS_LEN]++;
}

/* Frames per second from first to last, 0 where there is no such time. */
uint64_t tally_pps(const struct tally *t);

/* The same without the first and the last tenth of the time. */
uint64_t tally_steady_pps(const struct tally *t);

/* In the best millisecond: what goes while nothing else has the CPU. */
uint64_t tally_peak_pps(const struct tally *t);

#endif /* VHOST_TALLY_H */
