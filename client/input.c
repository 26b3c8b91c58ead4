/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void input_take(struct input *in, size_t n)
{
	in->len -= n;
	memmove(in->buf, in->buf + n, in->len);
}

int input_wait(void *input, struct pollfd *fd)
{
	const struct input *in = input;

	if (in->wanted && !in->ended && in->len < sizeof(in->buf))
		fd->fd = in->fd;
	fd->events = POLLIN;
	return -1;
}

void input_act(void *input, short revents)
{
	struct input *in = input;
	ssize_t n;

	if (!revents)
		return;
	n = read(in->fd, in->buf + in->len, sizeof(in->buf) - in->len);
	if (n > 0)
		in->len += (size_t)n;
	else if (n == 0)
		in->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		in->error = errno;
	in->ended |= in->error != 0;
}
