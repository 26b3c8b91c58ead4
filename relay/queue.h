/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Those who want the console while another client has it: each is told so, in
 * a line that is no answer to a request, and gets it in its turn. One that hung
 * up in the meantime is forgotten with what it sent: nobody is there for the
 * answer, and nobody expects the command to run as late as that.
 */
#ifndef RELAY_QUEUE_H
#define RELAY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_MAX 8
/* A holder that is about to go is not told of; socat waits for 500 ms. */
#define QUEUE_QUIET_MS 250

struct queue {
	struct queued {
		int fd;
		uint64_t since_ms;
		bool told;
	} one[QUEUE_MAX];
	unsigned nb;
};

/* Takes a connection; where it is full, closes it with a word. */
void queue_add(struct queue *q, int fd, uint64_t now_ms);

/* Tells those who have waited for a while; true: somebody is still to be. */
bool queue_tell(struct queue *q, uint64_t now_ms);

/* The next one who is still there; -1: nobody. */
int queue_take(struct queue *q);

#endif /* RELAY_QUEUE_H */
