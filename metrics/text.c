/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_bytes(struct text *t, const void *bytes, size_t len)
{
	if (t->len + len + 1 > t->room) {
		const size_t room = 2 * (t->len + len) + 256;
		char *data = realloc(t->data, room);

		if (!data) {
			t->failed = true;
			return;
		}
		t->data = data;
		t->room = room;
	}
	memcpy(t->data + t->len, bytes, len);
	t->len += len;
	t->data[t->len] = '\0';
}

void text_add(struct text *t, const char *fmt, ...)
{
	char *line = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n < 0) {
		t->failed = true;
		return;
	}
	text_bytes(t, line, (size_t)n);
	free(line);
}

void text_drop(struct text *t, size_t len)
{
	t->len -= len;
	memmove(t->data, t->data + len, t->len + 1);
}

void text_free(struct text *t)
{
	free(t->data);
	*t = (struct text){.data = NULL};
}
