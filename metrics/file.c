/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_write(int fd, const struct text *t)
{
	for (size_t at = 0; at < t->len;) {
		const ssize_t n = write(fd, t->data + at, t->len - at);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool file_replace(const char *path, const struct text *t)
{
	char part[PATH_MAX];
	bool written;
	int fd, error;

	if (snprintf(part, sizeof(part), "%s.%d", path, (int)getpid()) >=
	    (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return false;
	/* Whoever collects it is somebody else. */
	written = fchmod(fd, 0644) == 0 && file_write(fd, t) && fsync(fd) == 0;
	if (close(fd) == 0 && written && rename(part, path) == 0)
		return true;
	error = errno;
	unlink(part);
	errno = error;
	return false;
}
