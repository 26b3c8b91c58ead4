/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "client/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/client.h"

#define NOT_FOUND 127

__attribute__((noreturn)) static void be_pager(int fd)
{
	const char *pager = getenv("PAGER");
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(fd, STDIN_FILENO);
	if (pager && *pager)
		execlp("sh", "sh", "-c", pager, (char *)NULL);
	else
		execlp("less", "less", "-FRX", (char *)NULL);
	_exit(NOT_FOUND);
}

/* Until it has all, or has gone. SIGPIPE is ignored where there is a pager. */
static void feed(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n <= 0)
			break;
		text += n;
		len -= (size_t)n;
	}
	close(fd);
}

bool pager_show(struct client *c, const char *text, size_t len)
{
	int pipe_fd[2], status = 0;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return false;
	ui_cook(c);
	pid = fork();
	if (pid == 0)
		be_pager(pipe_fd[0]);
	close(pipe_fd[0]);
	feed(pipe_fd[1], text, len);
	if (pid > 0)
		waitpid(pid, &status, 0);
	ui_uncook(c);
	return pid > 0 &&
	       !(WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND);
}
