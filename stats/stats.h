/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters of a port, their snapshots and what follows from two of them.
 *
 * Only the worker of a port writes its counters. Everyone else copies them and
 * works on differences: clearing is a baseline that is subtracted, a rate is
 * the difference of two snapshots over the time between.
 */
#ifndef STATS_STATS_H
#define STATS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/fields.h"

struct stats {
#define F(group, name, unit, help) uint64_t group##_##name;
	STATS_FIELDS(F)
#undef F
};

struct stats_field {
	const char *group;
	const char *name;
	const char *unit; /* NULL: the name says it */
	const char *help;
	size_t offset; /* of the uint64_t in struct stats */
};

extern const struct stats_field stats_fields[];
extern const size_t stats_nb_fields;

static inline uint64_t stats_get(const struct stats *s,
				 const struct stats_field *f)
{
	return *(const uint64_t *)(const void *)((const char *)s + f->offset);
}

/* *out = a - b, field by field. `out` may be either of them. */
void stats_diff(const struct stats *a, const struct stats *b,
		struct stats *out);

/*
 * Events per second in thousandths: `n` events in `ns`. 0 for no time; capped
 * at UINT64_MAX.
 */
uint64_t stats_rate_milli(uint64_t n, uint64_t ns);

/*
 * Mbit/s on layer 1 in thousandths: the bytes of layer 2 (FCS included) with
 * preamble, SFD and inter-frame gap (20 bytes) of each frame, in `ns`.
 */
uint64_t stats_mbps_l1_milli(uint64_t packets, uint64_t bytes, uint64_t ns);

/*
 * The last whole interval between two snapshots that are a second or more
 * apart. Keep one per port and feed it whenever convenient.
 */
#define STATS_RATE_INTERVAL_NS 1000000000ull

struct stats_rate {
	struct stats from;
	uint64_t from_ns;
	struct stats delta; /* over span_ns; zero before the first interval */
	uint64_t span_ns;
};

void stats_rate_start(struct stats_rate *r, const struct stats *now,
		      uint64_t now_ns);

/* Closes the interval when it is a second old; true when it did. */
bool stats_rate_feed(struct stats_rate *r, const struct stats *now,
		     uint64_t now_ns);

/* Rates of the last minute, in whole packets per second. */
#define STATS_HISTORY 60

struct stats_history {
	uint32_t tx_pps[STATS_HISTORY], rx_pps[STATS_HISTORY];
	unsigned next; /* where the next goes: the oldest, once all are set */
};

/* Adds the interval that was closed last. */
void stats_history_add(struct stats_history *h, const struct stats_rate *r);

#endif /* STATS_STATS_H */
