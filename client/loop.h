/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one place that waits. Each part of the client says what it waits for and
 * is called when that has come; none of them knows the loop or another.
 */
#ifndef CLIENT_LOOP_H
#define CLIENT_LOOP_H

#include <poll.h>
#include <stdbool.h>

#define LOOP_PARTS 10

struct loop_part {
	/*
	 * Writes to `fd`, which is {-1, 0, 0}, what it waits for, and returns
	 * for how many ms at most; -1: for ever. NULL: for nothing.
	 */
	int (*wait)(void *arg, struct pollfd *fd);
	/* Called in each turn, with what has come of that, which may be 0. */
	void (*act)(void *arg, short revents);
	void *arg;
};

struct loop {
	struct loop_part parts[LOOP_PARTS];
	unsigned count;
};

/* They are called in the order in which they were added. */
void loop_add(struct loop *loop, struct loop_part part);
/* Takes out the part of `arg`. Not from within a turn. */
void loop_remove(struct loop *loop, const void *arg);

/*
 * One turn, of timeout_ms at most; -1: until something comes. False when the
 * system does not let us wait.
 */
bool loop_turn(struct loop *loop, int timeout_ms);

#endif /* CLIENT_LOOP_H */
