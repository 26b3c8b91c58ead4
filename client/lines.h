/* SPDX-License-Identifier: BSD-3-Clause */
/* The appliance's bytes as lines, however they come and however long. */
#ifndef CLIENT_LINES_H
#define CLIENT_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Of a longer line the rest is dropped. The longest reply has 30 KiB. */
#define LINES_MAX 65536

struct lines {
	size_t len;
	bool cut; /* the line that is coming is longer than is kept */
	char buf[LINES_MAX + 1];
};

/*
 * Has `take` take each line that ends in `data`, without its end and without
 * what it took away again of the row (a prompt, with CR and ESC [K). The line
 * may be written to and ends with a NUL.
 */
void lines_feed(struct lines *lines, const char *data, size_t len,
		void (*take)(void *arg, char *line, size_t len, bool cut),
		void *arg);

#endif /* CLIENT_LINES_H */
