/* SPDX-License-Identifier: BSD-3-Clause */
/* A capture that the data channel brings while it is played: one at a time. */
#ifndef APP_FEED_H
#define APP_FEED_H

#include "pktgen/feed.h"
#include "units/error.h"

struct app;

struct app_feed {
	struct feed feed;
	uint64_t told_stall_ns; /* that it is dry was told: since when */
	bool told_fault;
	uint64_t closed_ns; /* the channel: since when, 0: it is not */
	bool told_closed;
};

/*
 * Whether one could begin, once the one that is on has ended. E_STATE: a
 * capture is on, or there is no channel; E_FULL.
 */
enum shell_err feed_check(const struct app *app);

/*
 * Begins one of these frames and bytes, without FCS, that take `span_ns`:
 * the next `play` of STREAM_FED has it, and the last that has it ends it.
 * As feed_check(), and E_STATE where one is on.
 */
enum shell_err feed_start(struct app *app, uint64_t frames, uint64_t bytes,
			  uint64_t span_ns);

/* Nobody plays it yet: takes it back. */
void feed_drop(struct app *app);

/* Tells of one that runs dry, and goes on, or is wrong. */
void feed_poll(struct app *app, uint64_t now_ns);

#endif /* APP_FEED_H */
