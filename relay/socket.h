/* SPDX-License-Identifier: BSD-3-Clause */
/* Unix sockets by their paths. The working directory becomes theirs. */
#ifndef RELAY_SOCKET_H
#define RELAY_SOCKET_H

#include <sys/stat.h>
#include <sys/un.h>

struct listener {
	const char *path;
	int fd;
	struct stat st; /* of the path: it is ours as long as it is this */
};

/* A socket that blocks nobody, and the address of `path`; -1 with errno. */
int socket_open(const char *path, struct sockaddr_un *addr);

/* Ends us, with a word, where nobody can listen there. */
void socket_listen(struct listener *l, const char *path);
/*
 * Removes the path, but not where another appliance of the name has its own
 * there by now.
 */
void socket_unlisten(struct listener *l);

#endif /* RELAY_SOCKET_H */
