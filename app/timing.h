/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When the frames of a stream go, besides its rate and gap: the shape of the
 * rate, bursts at multiples of a time, the limit of a run, what it begins
 * after, and how many turns it takes. Each has a command, or a form of one,
 * and a line of a configuration where it is not off.
 */
#ifndef APP_TIMING_H
#define APP_TIMING_H

#include "app/app.h"

enum timing {
	TIMING_SHAPE,
	TIMING_EVERY,
	TIMING_LIMIT,
	TIMING_AFTER,
	TIMING_LOOP,
	TIMINGS
};

/* Room for what a line has behind the ports. */
#define TIMING_REST_MAX 128

/* What is set of one, as words behind the ports; "off", and false: nothing. */
bool timing_text(const struct config *c, struct subject of, enum timing which,
		 char rest[TIMING_REST_MAX]);

/* The i-th line of a stream that is not off; false: there are not as many. */
bool timing_line(const struct config *c, struct subject of, unsigned i,
		 const char **cmd, char rest[TIMING_REST_MAX]);

/* Puts a line of each that a command sets into a list; of all, or not off. */
void timing_lines(const struct app *app, const char *cmd,
		  const struct subjects *on, bool all, struct reply *r);

/* Runs the form of a command that shows what is set. */
enum call_result timing_show(struct call *c, const struct subjects *on);

/* Has a function change what is set of the streams that the line names. */
enum call_result timing_change(struct call *c,
			       int (*change)(struct config *c, void *arg),
			       void *arg);

/* Puts all of them into the map that is open. */
void timing_keys(const struct config *c, struct subject of, struct reply *r);

/* How fast frames go, in words: "at 10kpps", "at full speed", "in bursts". */
void timing_rate(const struct stream *s, char *buf, size_t size);

#endif /* APP_TIMING_H */
