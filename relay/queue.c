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
		if (is_there(q->one[i].fd))
			q->one[n++] = q->one[i];
		else
			close(q->one[i].fd);
	q->nb = n;
}

void queue_add(struct queue *q, int fd, uint64_t now_ms)
{
	forget_gone(q);
	if (q->nb < QUEUE_MAX) {
		q->one[q->nb++] = (struct queued){fd, now_ms, false};
		return;
	}
	say(fd, "ukpktgen: another client has the console, and others wait for "
		"it\r\n");
	close(fd);
}

bool queue_tell(struct queue *q, uint64_t now_ms)
{
	bool left = false;

	for (unsigned i = 0; i < q->nb; i++) {
		struct queued *one = &q->one[i];

		if (one->told)
			continue;
		one->told = now_ms - one->since_ms >= QUEUE_QUIET_MS;
		left |= !one->told;
		if (one->told)
			say(one->fd, "ukpktgen: another client has the "
				     "console; waiting for it\r\n");
	}
	return left;
}

int queue_take(struct queue *q)
{
	int fd;

	forget_gone(q);
	if (!q->nb)
		return -1;
	fd = q->one[0].fd;
	memmove(q->one, q->one + 1, --q->nb * sizeof(q->one[0]));
	return fd;
}
