/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals as something to wait for: they only set what others look at. */
#ifndef CLIENT_SIGNALS_H
#define CLIENT_SIGNALS_H

#include <poll.h>
#include <stdbool.h>

struct signals {
	int fd;
	int ended_by;     /* one that ends us; 0: none */
	bool interrupted; /* SIGINT came, nobody has heeded it yet */
	bool stopped;     /* and nothing more is to be run */
	bool resized;     /* the terminal was; the editor heeds it */
};

/* From here on none of them interrupts anything. */
void signals_open(struct signals *s);

/* For the loop. */
int signals_wait(void *signals, struct pollfd *fd);
void signals_act(void *signals, short revents);

#endif /* CLIENT_SIGNALS_H */
