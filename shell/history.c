/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/history.h"

#include <string.h>

void history_add(struct history *h, const char *line)
{
	size_t len = strlen(line) + 1;
	const char *last = history_get(h, 1);

	if (len == 1 || len > HISTORY_BYTES || (last && !strcmp(last, line)))
		return;
	while (h->used + len > HISTORY_BYTES) {
		size_t oldest = strlen(h->bytes) + 1;

		memmove(h->bytes, h->bytes + oldest, h->used - oldest);
		h->used -= oldest;
		h->count--;
	}
	memcpy(h->bytes + h->used, line, len);
	h->used += len;
	h->count++;
}

const char *history_get(const struct history *h, unsigned back)
{
	const char *line = h->bytes;

	if (!back || back > h->count)
		return NULL;
	for (unsigned i = h->count - back; i; i--)
		line += strlen(line) + 1;
	return line;
}
