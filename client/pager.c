/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_FOUND 127

__attribute__((noreturn)) static void be_pager(int fd)
{
	const char *pager = getenv("PAGER");
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(fd, STDIN_FILENO);
	/* What is typed ahead of the prompt is no command for less. */
	setenv("LESSSECURE", "1", 1);
	if (pager && *pager)
		execlp("sh", "sh", "-c", pager, (char *)NULL);
	else
		execlp("less", "less", "-FRX", (char *)NULL);
	_exit(NOT_FOUND);
}

/*
 * Until it has all, or has gone. SIGPIPE is ignored where there is a pager.
 * False when it could not be given all though it was there.
 */
static bool feed(int fd, const char *text, size_t len)
{
	bool good = true;

	while (len && good) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE)
			break;
		good = n > 0;
		text += good ? n : 0;
		len -= good ? (size_t)n : 0;
	}
	close(fd);
	return good;
}

bool pager_show(const struct term *term, const char *text, size_t len)
{
	int pipe_fd[2], status = 0;
	pid_t pid;
	bool fed;

	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return false;
	term_cook(term);
	pid = fork();
	if (pid == 0)
		be_pager(pipe_fd[0]);
	close(pipe_fd[0]);
	fed = feed(pipe_fd[1], text, len);
	if (pid > 0)
		waitpid(pid, &status, 0);
	term_uncook(term);
	return pid > 0 && fed && !(WIFEXITED(status) && WEXITSTATUS(status));
}
