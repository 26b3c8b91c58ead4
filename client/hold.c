/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/hold.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool same_file(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void say_who(int fd, char *why, size_t size)
{
	char who[128];
	ssize_t n = pread(fd, who, sizeof(who) - 1, 0);

	who[n > 0 ? n : 0] = '\0';
	who[strcspn(who, "\n")] = '\0';
	snprintf(why, size,
		 "the console is held by %s; --watch looks on beside it",
		 *who ? who : "another client");
}

bool hold_take(struct hold *h, const char *console, char *why, size_t size)
{
	struct stat st;
	int fd;

	/* Where there is no console, there is none to hold. */
	if (!*h->file || stat(console, &st) != 0 || !S_ISSOCK(st.st_mode))
		return true;
	do {
		fd = open(h->file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			  0600);
		if (fd < 0)
			return true; /* a directory of somebody else's */
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			say_who(fd, why, size);
			close(fd);
			return false;
		}
		/* Whoever had it has removed it, or the launcher has. */
	} while (!same_file(fd, h->file) && close(fd) == 0);
	h->fd = fd;
	if (ftruncate(fd, 0) == 0) /* else it names who was before us */
		dprintf(fd, "process %d (%s)\n", (int)h->pid, h->program);
	return true;
}

void hold_release(struct hold *h)
{
	if (h->fd < 0)
		return;
	/* Still locked, so nobody else takes it for his. */
	if (same_file(h->fd, h->file))
		unlink(h->file);
	close(h->fd);
	h->fd = -1;
}
