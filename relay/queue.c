/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/queue.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int fd, const char *text)
{
	/* Who has no room for it now would not read it either. */
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool is_there(int fd)
{
	struct pollfd p = {fd, 0, 0};

	return poll(&p, 1, 0) >= 0 && !(p.revents & (POLLHUP | POLLERR));
}

static void forget_gone(struct queue *q)
{
	unsigned n = 0;

	for (unsigned i = 0; i < q->nb; i++)
		if (is_there(q->fd[i]))
			q->fd[n++] = q->fd[i];
		else
			close(q->fd[i]);
	q->nb = n;
}

bool queue_add(struct queue *q, int fd)
{
	forget_gone(q);
	if (q->nb == QUEUE_MAX) {
		say(fd, "ukpktgen: another client has the console, and others "
			"wait for it\r\n");
		close(fd);
		return false;
	}
	say(fd, "ukpktgen: another client has the console; waiting for it\r\n");
	q->fd[q->nb++] = fd;
	return true;
}

int queue_take(struct queue *q)
{
	int fd;

	forget_gone(q);
	if (!q->nb)
		return -1;
	fd = q->fd[0];
	memmove(q->fd, q->fd + 1, --q->nb * sizeof(q->fd[0]));
	return fd;
}
