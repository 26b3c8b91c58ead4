/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame of a stream as it would be sent, shown without being sent. */
#ifndef APP_PREVIEW_H
#define APP_PREVIEW_H

#include "app/app.h"

/*
 * Puts frame `n` (from 0) of a stream of a port that is up into the reply: its
 * fields by name with their values, and its bytes. A signature has the
 * time 0.
 */
void preview_show(const struct app *app, struct subject of, uint64_t n,
		  struct reply *r);

/*
 * Stores frames `n` and behind it, `count` of them, in a file as a capture,
 * some at a call: CALL_AGAIN until it is there. The time of frame N is N times
 * the stream's mean gap. c->state remembers how far; one that is cancelled has
 * to come here once more. `arg` is the one that names the file.
 */
enum call_result preview_store(struct call *c, struct subject of, uint64_t n,
			       uint64_t count, int arg);

/* The stream of a call that goes on; false at the first. */
bool preview_goes_on(const struct call *c, struct subject *of);

#endif /* APP_PREVIEW_H */
