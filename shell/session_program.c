/* SPDX-License-Identifier: BSD-3-Clause */
/* A program's requests: the line while it comes in, its tag, and its ^C. */
#include <string.h>

#include "shell/session.h"
#include "shell/session_impl.h"

/* Nothing that a person has begun to type stands before the next byte. */
bool session_at_line_start(const struct session *s)
{
	unsigned char last;

	if (typed_empty(s))
		return edit_empty(&s->edit);
	last = s->typed[(s->typed_tail - 1) % SESSION_TYPED_BYTES];
	return last == '\r' || last == '\n' || last == CTRL_C;
}

static bool tag_byte(char c)
{
	return c > ' ' && c < 0x7f;
}

static bool is_word(const char *text, unsigned len, const char *word)
{
	return len == strlen(word) && !memcmp(text, word, len);
}

/*
 * The mark of a request that a person typed, ">COLUMNS[,WORD]... ": takes what
 * it says and returns its length; 0: there is none.
 */
static unsigned take_mark(struct runner *r, const char *text, unsigned len)
{
	unsigned n = 1, columns = 0, word;

	if (!len || *text != '>')
		return 0;
	for (; n < len && n <= 4 && text[n] >= '0' && text[n] <= '9'; n++)
		columns = columns * 10 + (unsigned)(text[n] - '0');
	if (n == 1)
		return 0;
	r->typed_color = r->typed_prompt = false;
	while (n < len && text[n] == ',') {
		for (word = ++n; n < len && text[n] != ',' && text[n] != ' ';)
			n++;
		r->typed_color |= is_word(text + word, n - word, "color");
		r->typed_prompt |= is_word(text + word, n - word, "prompt");
	}
	if (n >= SESSION_MARK_MAX || (n < len && text[n] != ' '))
		return 0;
	columns = columns < EDIT_WIDTH_MIN ? EDIT_WIDTH_MIN : columns;
	r->typed = columns < EDIT_WIDTH_MAX ? columns : EDIT_WIDTH_MAX;
	return n + (n < len);
}

/* A lone '?' is no tag: that is the answer to one that is none. */
struct runner *session_request_runner(const struct session *s)
{
	const char *tag = s->request + 1;

	return s->request_len > 2 && tag[0] == '?' && tag_byte(tag[1])
		       ? s->watch
		       : s->program;
}

bool session_request_ready(const struct session *s)
{
	return s->request_whole && !s->ended &&
	       !busy(session_request_runner(s));
}

void session_start_request(struct session *s)
{
	struct runner *r = session_request_runner(s);
	const char *tag = s->request + 1;
	unsigned n = 0, max = s->request_len - 1, start;
	char word[RUNNER_TAG_MAX + 1];
	bool own;

	while (n < max && tag_byte(tag[n]))
		n++;
	s->request_whole = false;
	r->typed = 0;
	if (s->anew)
		r->selected = s->program->selected = s->program->told =
			session_all_ports(s);
	/* Lines of these two would be taken for the appliance's own. */
	own = n == 1 && (tag[0] == '!' || tag[0] == '?');
	if (!n || own || n > RUNNER_TAG_MAX || (n < max && tag[n] != ' ')) {
		runner_set_tag(r, "?");
		runner_refuse(r, E_TAG, 0,
			      "a request is @TAG COMMAND; a tag has 1..32 "
			      "printable bytes");
		return;
	}
	memcpy(word, tag, n);
	word[n] = '\0';
	runner_set_tag(r, word);
	start = 1 + n + (n < max);
	start += take_mark(r, s->request + start, s->request_len - start);
	if (s->request_long || s->request_len - start > EDIT_LINE_MAX)
		runner_refuse(r, E_LONG, EDIT_LINE_MAX + 1,
			      "a line takes up to 1024 bytes");
	else
		runner_start(r, s->request + start, s->request_len - start);
}

/* The same for one that comes in the middle of a request. */
static void drop_request_report(struct session *s)
{
	struct keys_size size;
	unsigned n =
		keys_report((unsigned char *)s->request, s->request_len, &size);

	if (n)
		session_set_size(s, &size);
	s->request_len -= n;
}

void session_request_byte(struct session *s, unsigned char byte)
{
	if (byte == '\r' || byte == '\n') {
		s->in_request = false;
		s->request_whole = true;
		s->after_cr = byte == '\r';
	} else if (s->request_len < SESSION_REQUEST_MAX) {
		s->request[s->request_len++] = (char)byte;
		if (byte == 'R')
			drop_request_report(s);
	} else {
		s->request_long = true;
	}
}

void session_begin_request(struct session *s)
{
	s->in_request = true;
	s->anew = s->opened;
	s->opened = s->request_long = false;
	s->request[0] = '@';
	s->request_len = 1;
}
