/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/heard.h"

#include <string.h>

#define ESC '\x1b'

static const char ours[] = HEARD_OURS, taken_away[] = "\r\x1b[K";

#define OURS_LEN (sizeof(ours) - 1)
#define TAKEN_AWAY_LEN (sizeof(taken_away) - 1)

void heard_begin(struct heard *h)
{
	memset(h, 0, sizeof(*h));
	h->line_start = true;
}

/* ---- The row of the cursor ----------------------------------------------- */

static void take_sequence(struct heard *h, char byte)
{
	if (byte >= '0' && byte <= '9')
		h->number = h->number * 10 + (unsigned)(byte - '0');
	if (byte < '@' || byte > '~')
		return;
	h->escape = 0;
	if (h->number == 1049)
		h->page = byte == 'h' || (h->page && byte != 'l');
}

static void take_row(struct heard *h, char byte)
{
	if (h->escape == 1) {
		h->escape = byte == '[' ? 2 : 0;
		h->number = 0;
	} else if (h->escape == 2) {
		take_sequence(h, byte);
	} else if (byte == ESC) {
		h->escape = 1;
	} else if (byte == '\r' || byte == '\n') {
		h->row_len = 0;
	} else if (h->row_len < sizeof(h->row)) {
		h->row[h->row_len++] = byte;
	}
}

/* "ukpktgen> ", or with a selection of ports "ukpktgen[0-1]> ". */
bool heard_at_prompt(const struct heard *h)
{
	static const char name[] = "ukpktgen", end[] = "> ";
	const char *row = h->row, *at;
	size_t left = h->row_len;

	if (left < strlen(name) || memcmp(row, name, strlen(name)) != 0)
		return false;
	at = row + strlen(name);
	left -= strlen(name);
	if (left && *at == '[') {
		const char *close = memchr(at, ']', left);

		if (!close)
			return false;
		left -= (size_t)(close + 1 - at);
		at = close + 1;
	}
	return left == 2 && !memcmp(at, end, 2);
}

/* ---- Lines --------------------------------------------------------------- */

static void end_line(struct heard *h, const struct heard_to *to)
{
	size_t len = h->line_len;

	while (len && h->line[len - 1] == '\r')
		len--;
	to->line(to->arg, h->line, len);
	h->line_len = 0;
}

/* A line begins, too, behind what takes a prompt away. */
static void follow_line(struct heard *h, const struct heard_to *to, char byte)
{
	if (byte == taken_away[h->taken_away])
		h->taken_away++;
	else
		h->taken_away = byte == taken_away[0];
	h->line_start = byte == '\n';
	if (byte == '\n') {
		end_line(h, to);
	} else if (h->taken_away == TAKEN_AWAY_LEN) {
		h->taken_away = 0;
		h->line_start = true;
		h->line_len = 0;
	} else if (h->line_len < sizeof(h->line)) {
		h->line[h->line_len++] = byte;
	}
	take_row(h, byte);
}

/* ---- All of it ----------------------------------------------------------- */

static void pass(struct heard *h, const struct heard_to *to, const char *data,
		 size_t len)
{
	for (size_t i = 0; i < len; i++)
		follow_line(h, to, data[i]);
	to->pass(to->arg, data, len);
}

/* A byte at the beginning of a line that may be a reply to us. */
static void decide(struct heard *h, const struct heard_to *to, char byte)
{
	size_t n = h->begin_len;

	if (byte == ours[n]) {
		h->begin[h->begin_len++] = byte;
		if (h->begin_len < OURS_LEN)
			return;
		h->begin_len = 0;
		h->ours = true;
		return;
	}
	h->begin_len = 0;
	h->line_start = false;
	pass(h, to, h->begin, n);
	pass(h, to, &byte, 1);
}

void heard_take(struct heard *h, const struct heard_to *to, const char *data,
		size_t len)
{
	while (len) {
		const char *end = memchr(data, '\n', len);
		size_t n = end ? (size_t)(end + 1 - data) : len;

		if (h->ours) {
			to->reply(to->arg, data, n, end != NULL);
			h->ours = !end;
		} else if (h->line_start) {
			decide(h, to, *data);
			n = 1;
		} else {
			/* Up to where a line may begin. */
			for (n = 1; n < len && data[n - 1] != '\n' &&
				    data[n - 1] != 'K';
			     n++)
				;
			pass(h, to, data, n);
		}
		data += n;
		len -= n;
	}
}
