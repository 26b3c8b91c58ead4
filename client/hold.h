/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One console, one client: QEMU would let a second one wait for ever. So a file
 * beside a unix socket is locked by who has it, the same for the launcher.
 */
#ifndef CLIENT_HOLD_H
#define CLIENT_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define HOLD_PATH 512

struct hold {
	char file[HOLD_PATH]; /* NAME.client, or "": nothing is locked */
	int fd;               /* -1: it is not ours */
	const char *program;  /* what to write there, for who comes next */
	pid_t pid;            /* and its process */
};

/* False, and `why`, when somebody else holds the socket `console`. */
bool hold_take(struct hold *h, const char *console, char *why, size_t size);
/* Does nothing where it is not ours. */
void hold_release(struct hold *h);

#endif /* CLIENT_HOLD_H */
