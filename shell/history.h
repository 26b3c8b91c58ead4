/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines typed before, newest last, in a buffer of fixed size: the oldest go
 * when a new one needs the room. Lines end with NUL and hold none.
 */
#ifndef SHELL_HISTORY_H
#define SHELL_HISTORY_H

#include <stddef.h>

#define HISTORY_BYTES 2048

struct history {
	char bytes[HISTORY_BYTES];
	size_t used;
	unsigned count;
};

/* Empty lines, repetitions of the last and lines that never fit are not kept.
 */
void history_add(struct history *h, const char *line);

/* Line `back` from the newest, which is 1; NULL when there are not as many. */
const char *history_get(const struct history *h, unsigned back);

#endif /* SHELL_HISTORY_H */
