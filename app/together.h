/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that begin at one moment, and how far apart they did. */
#ifndef APP_TOGETHER_H
#define APP_TOGETHER_H

#include "app/app.h"

/* It is so far off: each core has what it needs by then, and waits for it. */
#define TOGETHER_LEAD_NS 10000000ull

/* Fails where a port of the set is not idle. */
enum call_result together_check(struct call *c, int arg, uint64_t mask);

/*
 * Starts what is meant at a moment that it returns. Every port is up, and idle;
 * as pktgen_start_together().
 */
uint64_t together_start(struct call *c, const struct subjects *on,
			uint64_t mask, const struct flow_limit *limit);

/* CALL_AGAIN until all have sent, or it takes too long. */
enum call_result together_await(struct call *c, uint64_t at_ns, uint64_t mask);

/* When the first frame of its streams left; 0: none has. */
uint64_t together_first_ns(const struct app *app, unsigned port);

/* How far apart the first frames of several ports left, as a person is told. */
void together_tell(struct call *c, uint64_t mask);

#endif /* APP_TOGETHER_H */
