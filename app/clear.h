/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `stats clear`: counters from zero again, at a moment at which nothing is
 * under way. What is would be sent before it and received after; so those that
 * send wait for it to arrive.
 */
#ifndef APP_CLEAR_H
#define APP_CLEAR_H

#include <stdbool.h>
#include <stdint.h>

struct app;

struct clear {
	bool on;
	uint64_t mask; /* whose counters */
	uint64_t began_ns, until_ns;
};

/* How long after one step the next is due. */
#define CLEAR_POLL_NS 100000ull

/* Holds back the ports that send. */
void clear_begin(struct clear *cl, struct app *app, uint64_t mask,
		 uint64_t now_ns);

/* True once all counts from zero and the ports go on. */
bool clear_step(struct clear *cl, struct app *app, uint64_t now_ns);

/* Lets them go on without having cleared anything; nothing where none is on. */
void clear_cancel(struct clear *cl, struct app *app, uint64_t now_ns);

#endif /* APP_CLEAR_H */
