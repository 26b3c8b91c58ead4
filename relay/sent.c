/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/sent.h"

#include <string.h>

#include "relay/heard.h"

#define CTRL(c) ((c)&0x1f)
#define ESC '\x1b'

void sent_begin(struct sent *s)
{
	s->unanswered = s->opening = 0;
	memset(s->by_sum, 0, sizeof(s->by_sum));
	s->keys.typed = s->before.typed = false;
}

/* ---- Requests ------------------------------------------------------------ */

/* By their tags: what comes late, of requests before the opening, is none. */
static unsigned *with_tag(struct sent *s, const char *tag, size_t len)
{
	unsigned sum = 0;

	while (len--)
		sum = sum * 31 + (unsigned char)*tag++;
	return &s->by_sum[sum % SENT_SUMS];
}

static bool is_ours(const struct sent *s)
{
	const size_t n = strlen(HEARD_OURS) - 1;

	return s->tag_len >= n && !memcmp(s->tag, HEARD_OURS + 1, n);
}

/* One that is none is answered with "@?". */
static void count_request(struct sent *s)
{
	const bool own = s->tag_len == 1 && (*s->tag == '!' || *s->tag == '?');

	if (is_ours(s))
		return; /* the holder hears nothing of it */
	s->unanswered++;
	if (s->bad_tag || own || !s->tag_len)
		++*with_tag(s, "?", 1);
	else
		++*with_tag(s, s->tag, s->tag_len);
}

static void take_tag(struct sent *s, char byte)
{
	if (byte == ' ')
		s->in_tag = false;
	else if (s->tag_len == SENT_TAG_MAX || byte < ' ' || byte >= 0x7f)
		s->bad_tag = true;
	else
		s->tag[s->tag_len++] = byte;
}

static void take_request(struct sent *s, char byte)
{
	if (byte == '\r' || byte == '\n') {
		s->in_request = false;
		s->keys = (struct sent_keys){0};
		count_request(s);
	} else if (s->in_tag) {
		take_tag(s, byte);
	}
}

/* ---- Keys ---------------------------------------------------------------- */

static bool ends_line(char byte)
{
	return byte == '\r' || byte == '\n' || byte == CTRL('c');
}

/* The opening of the line, and a sign of life, are nobody's keys. */
static bool is_key(char byte)
{
	return !ends_line(byte) && byte != CTRL('e') && byte != CTRL('u');
}

/* Erasing and completing leave the cursor where the line ends. */
static bool may_move(char byte)
{
	return byte >= 0 && byte < ' ' && byte != '\t' && byte != CTRL('h') &&
	       byte != CTRL('w');
}

static void end_line(struct sent_keys *k, char byte)
{
	if (byte == CTRL('c') && k->searches)
		k->searches = false; /* the line of before is there again */
	else
		*k = (struct sent_keys){.typed = k->typed};
}

static void take_key(struct sent_keys *k, char byte)
{
	k->typed |= is_key(byte);
	if (ends_line(byte)) {
		end_line(k, byte);
	} else if (byte == CTRL('e')) {
		k->moved = k->searches = false;
		k->emptied |= !k->mid_line;
	} else if (byte == CTRL('u')) {
		/* What stands behind the cursor stays. */
		k->mid_line &= k->moved;
		k->searches = false;
		k->emptied |= !k->mid_line;
	} else if (byte == CTRL('l')) {
		k->emptied |= !k->mid_line;
	} else {
		k->mid_line = true;
		k->moved |= may_move(byte);
		k->searches |= byte == CTRL('r');
	}
}

/* ESC [ ROW ; COLUMN R, of the terminal: true at its end. */
static bool ends_report(struct sent *s, char byte)
{
	const bool digit = byte >= '0' && byte <= '9';

	switch (s->report) {
	case 1:
		s->report = byte == '[' ? 2 : 0;
		break;
	case 2:
	case 4:
		s->report = digit ? s->report + 1 : 0;
		break;
	case 3:
		s->report = digit ? 3 : byte == ';' ? 4 : 0;
		break;
	case 5:
		s->report = digit ? 5 : 0;
		if (byte == 'R')
			return true;
		break;
	default:
		break;
	}
	if (byte == ESC) {
		s->before = s->keys;
		s->report = 1;
	}
	return false;
}

/* ---- Both ---------------------------------------------------------------- */

/* What the opening with ^C drops gets no answer. */
static void follow_opening(struct sent *s, char byte)
{
	static const char opening[] = "\x05\x15\n\x03";

	s->opening = byte == opening[s->opening] ? s->opening + 1
						 : byte == opening[0];
	if (s->opening < strlen(opening))
		return;
	s->opening = s->unanswered = 0;
	memset(s->by_sum, 0, sizeof(s->by_sum));
}

static void take(struct sent *s, char byte)
{
	follow_opening(s, byte);
	if (s->in_request) {
		take_request(s, byte);
	} else if (!byte) {
		return; /* stands for no key */
	} else if (byte == '@' && !s->keys.mid_line) {
		s->keys.mid_line = s->in_request = s->in_tag = true;
		s->bad_tag = false;
		s->tag_len = 0;
	} else if (ends_report(s, byte)) {
		s->keys = s->before;
	} else if (s->page && byte > ' ' && byte < 0x7f && !s->keys.mid_line) {
		s->page = false;
	} else {
		take_key(&s->keys, byte);
	}
}

void sent_take(struct sent *s, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		take(s, data[i]);
}

void sent_page(struct sent *s, bool shown)
{
	if (shown != s->page_shown)
		s->page = shown;
	s->page_shown = shown;
}

/* "@TAG OK" or "@TAG ERR ..." */
void sent_heard(struct sent *s, const char *line, size_t len)
{
	const char *tag = line + 1, *blank = memchr(line, ' ', len);
	unsigned *sum;

	if (!s->unanswered || !blank || *line != '@')
		return;
	len -= (size_t)(blank + 1 - line);
	if (!(len == 2 && !memcmp(blank + 1, "OK", 2)) &&
	    !(len >= 4 && !memcmp(blank + 1, "ERR ", 4)))
		return;
	sum = with_tag(s, tag, (size_t)(blank - tag));
	if (!*sum)
		return;
	--*sum;
	s->unanswered--;
}
