/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the appliance says (docs/protocol.md): told apart are the replies to our
 * own requests, which the holder of the line does not get to see, and whole
 * lines, of which some are for watchers.
 */
#ifndef RELAY_HEARD_H
#define RELAY_HEARD_H

#include <stdbool.h>
#include <stddef.h>

/* How our tags begin. With '?', a request runs beside those of the holder. */
#define HEARD_OURS "@?r."
#define HEARD_LINE 1024

struct heard_to {
	/* Bytes for the holder, as they came. */
	void (*pass)(void *arg, const char *data, size_t len);
	/* A line of a reply to us, from behind "@?r." on, or a part: `end`. */
	void (*reply)(void *arg, const char *data, size_t len, bool end);
	/* A line of the others', without its end, cut at HEARD_LINE. */
	void (*line)(void *arg, const char *line, size_t len);
	void *arg;
};

struct heard {
	char begin[8]; /* of a line that may be a reply to us */
	size_t begin_len;
	bool line_start, ours;
	unsigned taken_away; /* bytes of what takes a prompt away */
	char line[HEARD_LINE];
	size_t line_len;
	/* The row where the cursor is, as far as it is needed for a prompt. */
	char row[64];
	size_t row_len;
	int escape; /* in a sequence: 1 behind ESC, 2 in one of many bytes */
	unsigned number; /* of the sequence */
	bool page;       /* the alternate screen is on */
};

void heard_begin(struct heard *h);

void heard_take(struct heard *h, const struct heard_to *to, const char *data,
		size_t len);

/* The row is a prompt at which nothing is typed. */
bool heard_at_prompt(const struct heard *h);

#endif /* RELAY_HEARD_H */
