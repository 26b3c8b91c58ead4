/* SPDX-License-Identifier: BSD-3-Clause */
/* A small HTTP server: GET /metrics, of a socket of our own. */
#ifndef METRICS_SERVE_H
#define METRICS_SERVE_H

#include "metrics/render.h"

struct serve {
	/* Appends what /metrics has; false where that cannot be. */
	bool (*get)(void *arg, enum render_format format, struct text *out);
	void *arg;
};

/*
 * Listens at "ADDRESS:PORT", "[ADDRESS]:PORT" of numbers, with port 0 at one
 * that is free, or with a '/' in it at a unix socket of this path, in place of
 * one that nobody serves. Returns a descriptor, with what can be asked for in
 * `url`, or -1 with the reason there.
 */
int serve_listen(const char *at, char *url, size_t size);

/*
 * Serves until the process gets SIGINT or SIGTERM, which the caller has
 * blocked. Takes the descriptor. False where it cannot be done.
 */
bool serve(const struct serve *s, int fd);

#endif /* METRICS_SERVE_H */
