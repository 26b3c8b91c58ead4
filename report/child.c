/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST ((size_t)16 << 20)

extern char **environ;

static bool read_all(int fd, struct text *out)
{
	char piece[8192];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && out && out->len < MOST)
			text_bytes(out, piece, (size_t)n);
	}
	return !out || (out->len < MOST && !out->failed);
}

static int spawn(pid_t *pid, char *const argv[], int in, int out)
{
	posix_spawn_file_actions_t what;
	int error;

	posix_spawn_file_actions_init(&what);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&what, in, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&what, STDIN_FILENO,
						 "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&what, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&what, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	error = posix_spawnp(pid, argv[0], &what, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&what);
	return error;
}

bool child_run(char *const argv[], FILE *in, struct text *out)
{
	int ends[2], status, error;
	bool read;
	pid_t pid;

	if (in && (fflush(in) || lseek(fileno(in), 0, SEEK_SET)))
		return false;
	if (pipe2(ends, O_CLOEXEC))
		return false;
	error = spawn(&pid, argv, in ? fileno(in) : -1, ends[1]);
	close(ends[1]);
	read = !error && read_all(ends[0], out);
	close(ends[0]);
	if (error) {
		errno = error;
		return false;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	errno = WIFEXITED(status) && WEXITSTATUS(status) == 127 ? ENOENT : 0;
	return read && WIFEXITED(status) && !WEXITSTATUS(status);
}
