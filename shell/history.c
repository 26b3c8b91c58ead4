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

const char *history_match(const char *line, const struct history_want *want)
{
	size_t len = strlen(line);

	if (want->except && !strcmp(line, want->except))
		return NULL;
	for (; len >= want->len; line++, len--) {
		if (!memcmp(line, want->text, want->len))
			return line;
		if (!want->anywhere)
			break;
	}
	return NULL;
}

unsigned history_older(const struct history *h, unsigned back,
		       const struct history_want *want)
{
	const char *line = h->bytes;
	unsigned found = 0;

	/* From the oldest on: the last that is found is the nearest. */
	for (unsigned i = h->count; i > back; i--) {
		if (history_match(line, want))
			found = i;
		line += strlen(line) + 1;
	}
	return found;
}

unsigned history_newer(const struct history *h, unsigned back,
		       const struct history_want *want)
{
	const char *line = back > 1 ? history_get(h, back - 1) : NULL;

	if (!line)
		return 0;
	for (unsigned i = back - 1; i; i--) {
		if (history_match(line, want))
			return i;
		line += strlen(line) + 1;
	}
	return 0;
}
