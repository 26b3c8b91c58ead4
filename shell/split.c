/* SPDX-License-Identifier: BSD-3-Clause */
/* From a line to words. */
#include <stdarg.h>
#include <stdio.h>

#include "shell/parse.h"

struct splitter {
	const char *line;
	unsigned len, pos;
	struct words *w;
	unsigned used; /* of w->text */
	struct call *c;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

__attribute__((format(printf, 4, 5))) static void fail(struct splitter *s,
						       enum shell_err err,
						       unsigned pos,
						       const char *fmt, ...)
{
	va_list ap;

	s->c->err = err;
	s->c->err_column = pos + 1;
	va_start(ap, fmt);
	vsnprintf(s->c->err_text, sizeof(s->c->err_text), fmt, ap);
	va_end(ap);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put(struct splitter *s, char c)
{
	s->w->text[s->used++] = c;
}

/* Behind a backslash within quotes. */
static void take_escape(struct splitter *s)
{
	unsigned start = s->pos - 1;
	char c = s->pos < s->len ? s->line[s->pos++] : '\0';
	int hi, lo;

	switch (c) {
	case '"':
	case '\\':
		put(s, c);
		return;
	case 'n':
		put(s, '\n');
		return;
	case 't':
		put(s, '\t');
		return;
	case 'x':
		hi = s->pos < s->len ? hex_digit(s->line[s->pos]) : -1;
		lo = s->pos + 1 < s->len ? hex_digit(s->line[s->pos + 1]) : -1;
		if (hi >= 0 && lo >= 0 && (hi || lo)) {
			put(s, (char)(hi << 4 | lo));
			s->pos += 2;
			return;
		}
		break;
	default:
		break;
	}
	fail(s, E_SYNTAX, start,
	     "a backslash in quotes takes \\\" \\\\ \\n \\t or \\x01..\\xff");
}

static void take_quoted(struct splitter *s)
{
	unsigned start = s->pos++;

	while (!s->c->err && s->pos < s->len) {
		char c = s->line[s->pos++];

		if (c == '"')
			return;
		if (c == '\\')
			take_escape(s);
		else
			put(s, c);
	}
	if (!s->c->err)
		fail(s, E_SYNTAX, start, "the quote is not closed");
}

static void take_word(struct splitter *s)
{
	struct word *word;

	if (s->w->count == PARSE_WORDS_MAX) {
		fail(s, E_SURPLUS, s->pos, "a command has at most %d words",
		     PARSE_WORDS_MAX);
		return;
	}
	word = &s->w->word[s->w->count++];
	*word = (struct word){
		.text = s->w->text + s->used,
		.column = s->pos + 1,
		.quoted = s->line[s->pos] == '"',
	};
	while (!s->c->err && s->pos < s->len && !is_blank(s->line[s->pos]) &&
	       s->line[s->pos] != ';') {
		if (s->line[s->pos] == '"')
			take_quoted(s);
		else
			put(s, s->line[s->pos++]);
	}
	put(s, '\0');
}

static bool has_control(struct splitter *s)
{
	for (unsigned i = s->pos; i < s->len; i++) {
		if (!is_control(s->line[i]))
			continue;
		fail(s, E_BYTE, i, "the line holds the control byte 0x%02x",
		     (unsigned char)s->line[i]);
		return true;
	}
	return false;
}

size_t parse_mark(const char *text, size_t len)
{
	return len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
}

bool parse_split(const char *line, unsigned len, unsigned *next,
		 struct words *w, struct call *c)
{
	struct splitter s = {
		.line = line, .len = len, .pos = *next, .w = w, .c = c};

	w->count = 0;
	w->line = line;
	c->err = E_OK;
	if (has_control(&s))
		return true;
	while (s.pos < len && !c->err) {
		char ch = line[s.pos];

		if (is_blank(ch)) {
			s.pos++;
		} else if (ch == '#') {
			s.pos = len;
		} else if (ch == ';') {
			/* Empty commands between two ';' are none. */
			if (w->count)
				break;
			s.pos++;
		} else {
			take_word(&s);
			w->end_column = s.pos + 1;
		}
	}
	*next = s.pos;
	return w->count > 0 || c->err;
}
