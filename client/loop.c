/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/loop.h"

#include <errno.h>
#include <stdlib.h>

void loop_add(struct loop *loop, struct loop_part part)
{
	if (loop->count == LOOP_PARTS)
		abort();
	loop->parts[loop->count++] = part;
}

void loop_remove(struct loop *loop, const void *arg)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < loop->count; i++)
		if (loop->parts[i].arg != arg)
			loop->parts[kept++] = loop->parts[i];
	loop->count = kept;
}

static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

bool loop_turn(struct loop *loop, int timeout_ms)
{
	struct pollfd fds[LOOP_PARTS];

	for (unsigned i = 0; i < loop->count; i++) {
		const struct loop_part *part = &loop->parts[i];

		fds[i] = (struct pollfd){.fd = -1};
		if (part->wait)
			timeout_ms = sooner(timeout_ms,
					    part->wait(part->arg, &fds[i]));
	}
	if (poll(fds, loop->count, timeout_ms) < 0) {
		if (errno != EINTR)
			return false;
		for (unsigned i = 0; i < loop->count; i++)
			fds[i].revents = 0;
	}
	for (unsigned i = 0; i < loop->count; i++)
		loop->parts[i].act(loop->parts[i].arg, fds[i].revents);
	return true;
}
