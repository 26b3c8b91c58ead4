/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does the analyser count what happens? Frames of a signed stream go over a
 * wire that lies in memory, loses, doubles, reorders, delays and damages some
 * of them, and knows what it did. What comes out of it is looked at by the
 * code that looks at what ports receive. No port and no device has a part in
 * it, and nothing that ports or streams count changes.
 */
#ifndef PKTGEN_SELFTEST_H
#define PKTGEN_SELFTEST_H

#include "measure/arrivals.h"
#include "measure/kinds.h"
#include "measure/track.h"
#include "pktgen/program.h"

#define SELFTEST_FRAMES 50000

/* T(name, help): what the wire says that it did, and what was counted. */
#define SELFTEST_ROWS(T)                                                \
	T(frames, "frames that came out of the wire")                   \
	T(unique, "frames of the stream that came, each once")          \
	T(lost, "frames that did not come, or too late")                \
	T(episodes, "losses without a frame between them")              \
	T(longest, "frames of the longest of them")                     \
	T(outage_ns,                                                    \
	  "the longest time without a frame in which some were lost")   \
	T(duplicate, "frames that came again")                          \
	T(reordered, "frames that came behind later ones")              \
	T(reordered_by_1, "of these, behind 1")                         \
	T(reordered_by_2, "behind 2")                                   \
	T(reordered_by_3, "behind 3 and more")                          \
	T(extent_sum, "by how many frames, all together")               \
	T(extent_max, "by how many at most")                            \
	T(late, "frames that came behind the window")                   \
	T(old, "frames of an earlier run")                              \
	T(foreign, "frames that another appliance signed")              \
	T(arp, "ARP requests")                                          \
	T(bad_checksum, "frames that were damaged")                     \
	T(dscp_0, "frames that came with DSCP 0 where that is tracked") \
	T(dscp_1, "with DSCP 1")                                        \
	T(dscp_2, "with DSCP 2")                                        \
	T(dscp_2_bytes, "their bytes")                                  \
	T(dscp_2_mean_ns, "the mean of their times")                    \
	T(dscp_none, "frames that have none")                           \
	T(min_ns, "the shortest time on the way")                       \
	T(mean_ns, "the mean of all times")                             \
	T(p50_ns, "the time that half of the frames did not exceed")    \
	T(max_ns, "the longest time")

enum selftest_row {
#define T(name, help) SELFTEST_##name,
	SELFTEST_ROWS(T)
#undef T
		SELFTEST_COUNTS
};

#define SELFTEST_LEN 124 /* bytes of a frame without FCS */

/* A frame that the wire keeps back. */
struct selftest_held {
	unsigned left; /* others that come before it; 0: there is none */
	uint64_t sent_ns;
	bool again, late; /* it has come; it comes when it does not count */
	uint8_t frame[SELFTEST_LEN];
};

struct selftest {
	struct uk_alloc *heap;
	struct program *prog, *others; /* of ours, and of another appliance */
	struct program_at at;
	struct arrivals arrivals;
	struct trails trails;
	struct trail *trail;
	struct kinds kinds;
	struct track *track; /* of DSCPs, of some bursts */
	/* What the analyser is given; a test puts itself in between. */
	void (*see)(struct selftest *st, const uint8_t *frame, size_t len);
	uint64_t random;
	uint64_t now_ns;    /* on the clock of both ends */
	uint64_t sent_ns;   /* of this burst */
	uint64_t came_ns;   /* the last frame of the stream */
	unsigned nb_sent;   /* frames of the stream */
	unsigned nb_faults; /* of all kinds, in turns */
	unsigned losing;    /* frames that are still to be lost */
	uint64_t pause_ns;  /* before the next burst */
	bool silent;        /* until a frame comes: that is the outage */
	struct selftest_held held, behind; /* for a while, beyond the window */
	unsigned nb_came;                  /* of this burst */
	bool many;    /* it is looked at as those are that have few rows... */
	bool tracked; /* ...and those of a port that tracks a field */
	uint64_t dscp_sum_ns; /* what frames with DSCP 2 took, added up */
	uint64_t dscp_timed;  /* ...and how many were timed */
	uint64_t sum_ns;
	uint64_t told[SELFTEST_COUNTS];
};

/* One to be closed, as `appliance` would sign; NULL for lack of memory. */
struct selftest *selftest_open(uint16_t appliance, struct uk_alloc *a);
void selftest_close(struct selftest *st);

/* Sends some more frames, at least `n`; false once all came. */
bool selftest_step(struct selftest *st, unsigned n);

/* What was counted, in its place; then false where a row is wrong. */
void selftest_look(const struct selftest *st,
		   uint64_t counted[SELFTEST_COUNTS]);
bool selftest_is_right(const struct selftest *st,
		       const uint64_t counted[SELFTEST_COUNTS],
		       enum selftest_row row);

#endif /* PKTGEN_SELFTEST_H */
