/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection: a socat of ours, which reaches whatever it can reach, or two
 * pipes that the launcher has open. Its end is the end of the line. Nothing
 * here blocks.
 */
#ifndef CLIENT_LINK_H
#define CLIENT_LINK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "client/hold.h"

#define LINK_TEXT 512

struct link {
	char address[LINK_TEXT * 2]; /* for socat, or "" */
	char pipes[2][LINK_TEXT];    /* to read, to write; then no socat */
	char dir[LINK_TEXT];         /* where socat starts, or "" */
	char path[LINK_TEXT];        /* of a unix socket, or "" */
	struct hold hold;            /* of that; its program is ours to set */
	bool watch;                  /* only watch; set before link_target() */
	bool named; /* the address is a name, of nothing that is there */

	/* Of the socket at `path`, as it was looked at last; 0: never. */
	ino_t born_ino;
	time_t born_s;
	long born_ns;

	/* What takes the bytes that come, and their end. */
	void (*take)(void *arg, const char *data, size_t len);
	void *take_arg;
	void (*end)(void *arg);
	void *end_arg;
	/* Takes the bytes first, if not NULL: a page plays. */
	void (*tap)(void *arg, const char *data, size_t len);
	void *tap_arg;

	int fd;     /* -1: there is no connection */
	int out_fd; /* the same, but for pipes */
	int err_fd; /* what socat has to say */
	pid_t pid;
	char *out; /* not sent yet */
	size_t out_len, out_size;
	char why[LINK_TEXT]; /* why there is none, in words */
};

/*
 * Takes ADDRESS: a socat address, the path of a unix socket or of a character
 * device, the name of an appliance that the launcher runs, or, for the
 * launcher, PIPES:IN,OUT, two paths. False, with `why`, when it is too long.
 */
bool link_target(struct link *link, const char *address);

/*
 * Starts to connect; false, with `why`, when somebody else holds the console or
 * there is no socat. Whether socat succeeds shows when it is read.
 */
bool link_open(struct link *link);

/*
 * Whether the socket is another than the last time this was asked: who listens
 * there has begun anew.
 */
bool link_is_anew(struct link *link);

/* Ends socat; `why` is its last word, or "". */
void link_close(struct link *link);

/* Frees all. */
void link_free(struct link *link);

/* Sends, now or when the loop comes by. */
void link_send(struct link *link, const void *data, size_t len);

/* For the loop. */
int link_wait(void *link, struct pollfd *fd);
void link_act(void *link, short revents);

#endif /* CLIENT_LINK_H */
