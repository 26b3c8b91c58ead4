/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines typed before, newest last, in a buffer of fixed size: the oldest go
 * when a new one needs the room. Lines end with NUL and hold none.
 */
#ifndef SHELL_HISTORY_H
#define SHELL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_BYTES 2048

struct history {
	char bytes[HISTORY_BYTES];
	size_t used;
	unsigned count;
};

/*
 * Empty lines, repetitions of the last and lines that never fit are not kept.
 */
void history_add(struct history *h, const char *line);

/* Line `back` from the newest, which is 1; NULL when there are not as many. */
const char *history_get(const struct history *h, unsigned back);

/* What to look for in the lines: at their start only, or anywhere. */
struct history_want {
	const char *text;
	size_t len;
	bool anywhere;
	const char *except; /* a line that does not count, or NULL */
};

/*
 * The line next to `back` that is wanted, older or newer than that one; 0 when
 * there is none. One pass over the lines.
 */
unsigned history_older(const struct history *h, unsigned back,
		       const struct history_want *want);
unsigned history_newer(const struct history *h, unsigned back,
		       const struct history_want *want);

/* Where the first such text is in `line`; NULL when it is not there. */
const char *history_match(const char *line, const struct history_want *want);

#endif /* SHELL_HISTORY_H */
