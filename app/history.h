/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the counters of each port did: the last hour by the second and the last
 * minute by 100 ms, and the same of the first streams of a port that has
 * several. The memory is taken once, and is a small part of what there is, see
 * history_init(); a ring that is full of busy slots goes less far back.
 *
 * All is looked at between two steps of the workers. A slot ends with the first
 * look behind its end, so what moved before a machine was stopped counts for
 * the slot in which it moved, and the slots in which nobody looked are a gap.
 */
#ifndef APP_HISTORY_H
#define APP_HISTORY_H

#include "pktgen/pktgen.h"
#include "shell/cmd.h"
#include "stats/series.h"

struct app;

enum history_span { HISTORY_HOUR, HISTORY_MINUTE, HISTORY_SPANS };

/* Of a port: as many of its first streams, by number, have a line. */
#define HISTORY_STREAMS 4

struct history_line {
	struct series series[HISTORY_SPANS];
	uint64_t now[SERIES_VALUES];   /* the counters as they were seen last */
	uint64_t total[SERIES_VALUES]; /* by how much they ever grew */
	uint64_t ended[HISTORY_SPANS][SERIES_VALUES]; /* that in slots */
};

#define HISTORY_LINES (1 + HISTORY_STREAMS)

struct app_history {
	uint64_t due_ns; /* when the next slot has ended */
	/* The first is the port's, then one of stream 0, and so on; or NULL. */
	struct history_line *line[PKTGEN_MAX_PORTS][HISTORY_LINES];
};

/*
 * What the values are: those of a port and, being fewer, those of a stream.
 */
struct history_value {
	const char *group, *name;
	size_t offset; /* of the uint64_t in struct stats */
};

extern const struct history_value history_values[SERIES_VALUES];
#define HISTORY_STREAM_VALUES 4

uint64_t history_slot_ns(enum history_span span);

/*
 * Takes HISTORY_KB for each port that is up, or half of it, and so on, so that
 * all together are a sixteenth of the heap at most.
 */
void history_init(struct app *app, uint64_t now_ns);
void history_end(struct app *app);

/* Ends the slots that are over; cheap before, call it at will. */
void history_poll(struct app *app, uint64_t now_ns);

/* Before streams count from zero, or go. */
void history_look(struct app *app);

/* ---- The forms of `stats history` ---------------------------------------- */

extern const struct arg history_args[];

enum call_result history_run(struct call *c);

#endif /* APP_HISTORY_H */
