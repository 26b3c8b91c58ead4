/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/sent.h"

#include <string.h>

#define CTRL_C 0x03

void sent_begin(struct sent *s)
{
	s->unanswered = s->typed = false;
}

static bool ends_line(char byte)
{
	return byte == '\r' || byte == '\n' || byte == CTRL_C;
}

/* The opening of the line, and a sign of life, are nobody's keys. */
static bool is_key(char byte)
{
	return !ends_line(byte) && byte != 0x05 && byte != 0x15;
}

static void take_request(struct sent *s, char byte)
{
	if (byte == '\r' || byte == '\n') {
		s->mid_line = s->in_request = s->in_tag = false;
		s->unanswered = true;
		s->typed = false;
		return;
	}
	s->in_tag = s->in_tag && byte != ' ';
	if (s->in_tag && s->tag_len < SENT_TAG_MAX)
		s->tag[s->tag_len++] = byte;
}

static void take(struct sent *s, char byte)
{
	if (s->in_request) {
		take_request(s, byte);
	} else if (!byte) {
		return; /* stands for no key */
	} else if (byte == '@' && !s->mid_line) {
		s->mid_line = s->in_request = s->in_tag = true;
		s->tag_len = 0;
	} else {
		s->mid_line = !ends_line(byte);
		s->typed |= is_key(byte);
	}
}

void sent_take(struct sent *s, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		take(s, data[i]);
}

/* "@TAG OK" or "@TAG ERR ..." */
void sent_heard(struct sent *s, const char *line, size_t len)
{
	const size_t n = s->tag_len;

	if (!s->unanswered || len < n + 4 || *line != '@' ||
	    memcmp(line + 1, s->tag, n) != 0 || line[n + 1] != ' ')
		return;
	line += n + 2;
	len -= n + 2;
	if ((len == 2 && !memcmp(line, "OK", 2)) ||
	    (len >= 4 && !memcmp(line, "ERR ", 4)))
		s->unanswered = false;
}
