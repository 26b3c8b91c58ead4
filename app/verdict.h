/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether the figures of a run can be trusted. What may speak against it is
 * measured, each against a limit that can be set: beyond it the run is SUSPECT,
 * beyond ten times as much INVALID, as some reasons make it at once and others
 * never.
 */
#ifndef APP_VERDICT_H
#define APP_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shell/cmd.h"

struct app;

enum verdict_unit {
	VERDICT_SHARE, /* of one, in millionths */
	VERDICT_TIME,  /* ns */
	VERDICT_COUNT,
};

/* R(name, unit, limit at first, what it is of), by unit */
#define VERDICT_SHARES(R)                                              \
	R(rate, SHARE, 10000, "frames asked for and not sent")         \
	R(time, SHARE, 10000, "time taken beyond that asked for")      \
	R(ring, SHARE, 100000, "time with a full ring, at a rate")     \
	R(foreign, SHARE, 10000, "frames received that nobody signed") \
	R(link, SHARE, 0, "frames discarded as the link was down")     \
	R(floor, SHARE, 1000000, "what 'calibrate' found, of latencies")
#define VERDICT_TIMES(R)                                           \
	R(lag, TIME, 20000000, "how late a frame left, at a rate") \
	R(gap, TIME, 500000000, "how long the machine stood still")
#define VERDICT_NUMBERS(R)                                       \
	R(buffers, COUNT, 0, "times receive buffers were short") \
	R(unaccounted, COUNT, 0, "frames that the device kept")  \
	R(errors, COUNT, 0, "times the device failed or stalled")
#define VERDICT_AGAIN(R) \
	R(again, COUNT, 3, "times that a trial that is not valid is repeated")
#define VERDICT_REASONS(R) VERDICT_SHARES(R) VERDICT_TIMES(R) VERDICT_NUMBERS(R)

enum verdict_reason {
#define R(name, unit, limit, help) VERDICT_##name,
	VERDICT_REASONS(R)
#undef R
		VERDICT_COUNTS,
	/* Set as limits are: how often a trial is made again. */
	VERDICT_again = VERDICT_COUNTS,
	VERDICT_LIMITS,
	VERDICT_FIRST_TIME = VERDICT_lag,
	VERDICT_FIRST_NUMBER = VERDICT_buffers,
};

enum verdict_grade {
	VERDICT_NONE, /* there was no run, or it goes on */
	VERDICT_VALID,
	VERDICT_SUSPECT,
	VERDICT_INVALID,
};

/* What was measured of a run; time_ns and asked_ns are of VERDICT_time. */
struct verdict {
	bool is;
	uint64_t value[VERDICT_COUNTS];
	uint64_t took_ns, asked_ns;
};

/* As it was when the run began. */
struct verdict_from {
	uint64_t full_ns, underruns, errors;
	uint64_t looked, known, unsigned_sent; /* of all ports */
	uint64_t changes;
	uint64_t timed, timed_ns; /* signed frames, and how long all took */
	uint64_t held_ns; /* for how long it was held back since, for others */
};

/* "none", "valid", "suspect", "invalid", NULL at the end; "VALID" and so on. */
extern const char *const verdict_grades[];
extern const char *const verdict_loud[];

/* The word for each, and what is measured: those of a unit are a list. */
extern const struct arg_word verdict_shares[], verdict_times[];
extern const struct arg_word verdict_numbers[];
const char *verdict_reason_name(enum verdict_reason which);

/* The limits are as at first. */
void verdict_init(struct app *app);

/* The run of a port that is up begins. */
void verdict_begin(const struct app *app, unsigned port,
		   struct verdict_from *from);

/* `stats clear`: what was timed of its run counts no more. */
void verdict_cleared(struct app *app, unsigned port);

/* The last run of the port is over; the device has kept some frames of it. */
void verdict_judge(const struct app *app, unsigned port, uint64_t in_flight,
		   struct verdict *v);

/*
 * The run of these ports was held back for `ns`, or something else was done to
 * them by which it takes longer than it was asked to.
 */
void verdict_held(struct app *app, uint64_t mask, uint64_t ns);
void verdict_disturbed(struct app *app, uint64_t mask);

/* By the limits as they are now. */
enum verdict_grade verdict_of_one(const struct app *app,
				  const struct verdict *v, unsigned reason);
enum verdict_grade verdict_of(const struct app *app, const struct verdict *v);

#define VERDICT_TEXT_MAX 48 /* a line has 80 columns */

/* "frames up to 15.3 ms late": why it is as it is, gravest first. */
bool verdict_why(const struct app *app, const struct verdict *v, unsigned i,
		 char buf[VERDICT_TEXT_MAX]);

/* A notice of the gravest reason, where the port's last run is not valid. */
void verdict_tell(struct app *app, unsigned port, uint64_t now_ns);

/* "verdict rate 2%" of a limit that was set. */
bool verdict_line(const struct app *app, enum verdict_reason which, char *line);

/* "41.2%", "15.3ms", "7". */
void verdict_print(enum verdict_reason which, uint64_t value, char *buf,
		   size_t size);

#endif /* APP_VERDICT_H */
