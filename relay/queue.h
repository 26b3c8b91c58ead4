/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Those who want the console while another client has it: each is told so at
 * once, in a line that is no answer to a request, and gets it in its turn. One
 * that hung up in the meantime is forgotten with what it sent: nobody is there
 * for the answer, and nobody expects the command to run as late as that.
 */
#ifndef RELAY_QUEUE_H
#define RELAY_QUEUE_H

#include <stdbool.h>

#define QUEUE_MAX 8

struct queue {
	int fd[QUEUE_MAX];
	unsigned nb;
};

/* Takes a connection. False, with the connection closed, where it is full. */
bool queue_add(struct queue *q, int fd);

/* The next one who is still there; -1: nobody. */
int queue_take(struct queue *q);

#endif /* RELAY_QUEUE_H */
