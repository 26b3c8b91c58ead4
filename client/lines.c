/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "client/lines.h"

#include <string.h>

#define TAKEN_AWAY "\r\x1b[K"
#define TAKEN_AWAY_LEN (sizeof(TAKEN_AWAY) - 1)

/* The part of a line that stays on its row. */
static char *visible(char *line, size_t *len)
{
	char *at;

	while (*len && line[*len - 1] == '\r')
		(*len)--;
	while ((at = memmem(line, *len, TAKEN_AWAY, TAKEN_AWAY_LEN))) {
		at += TAKEN_AWAY_LEN;
		*len -= (size_t)(at - line);
		line = at;
	}
	line[*len] = '\0';
	return line;
}

void lines_feed(struct lines *lines, const char *data, size_t len,
		void (*take)(void *arg, char *line, size_t len, bool cut),
		void *arg)
{
	while (len) {
		const char *end = memchr(data, '\n', len);
		size_t n = end ? (size_t)(end - data) : len;
		size_t room = LINES_MAX - lines->len;
		size_t kept = n < room ? n : room;

		memcpy(lines->buf + lines->len, data, kept);
		lines->len += kept;
		lines->cut |= kept < n;
		data += n;
		len -= n;
		if (end) {
			size_t line_len = lines->len;
			char *line = visible(lines->buf, &line_len);
			bool cut = lines->cut;

			lines->len = 0;
			lines->cut = false;
			take(arg, line, line_len, cut);
			data++;
			len--;
		}
	}
}
