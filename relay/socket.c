/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/socket.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* From its own directory: a path has 107 bytes at most. */
int socket_open(const char *path, struct sockaddr_un *addr)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	if (chdir(dirname(copy)) != 0)
		return -1;
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(copy, sizeof(copy), "%s", path);
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", basename(copy));
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

void socket_listen(struct listener *l, const char *path)
{
	struct sockaddr_un addr;

	l->path = path;
	l->fd = socket_open(path, &addr);
	if (l->fd < 0 ||
	    bind(l->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    listen(l->fd, 8) != 0 || stat(path, &l->st) != 0) {
		fprintf(stderr, "ukpktgen-relay: %s: %s\n", path,
			strerror(errno));
		exit(2);
	}
}

void socket_unlisten(struct listener *l)
{
	struct stat st;

	if (stat(l->path, &st) == 0 && st.st_ino == l->st.st_ino &&
	    st.st_ctim.tv_sec == l->st.st_ctim.tv_sec)
		unlink(l->path);
}
