/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/source.h"

#include <stdio.h>
#include <string.h>

static struct source *top(struct sources *s)
{
	return &s->stack[s->depth - 1];
}

void sources_start(struct sources *s, const char *line, unsigned len)
{
	memcpy(s->line, line, len);
	s->line[len] = '\0';
	s->depth = 1;
	s->stack[0] = (struct source){.kind = SOURCE_LINE, .len = len};
}

/* Only `run` puts one on top. */
static bool is_file(const struct source *src)
{
	return OPTION(JOBS) && src->kind == SOURCE_FILE;
}

/* The file of a source; NULL when it is another by now. */
static const struct store_file *source_file(const struct sources *s,
					    const struct source *src)
{
	const struct store_file *f = store_find(s->store, src->name);

	return f && f->serial == src->serial ? f : NULL;
}

/* The text of the line on top; NULL with an error in the call. */
static const char *top_text(const struct sources *s, struct call *c)
{
	const struct source *src = &s->stack[s->depth - 1];
	const struct store_file *f;
	size_t from = 0;

	for (; src->kind == SOURCE_REPEAT; src--)
		from += src->from;
	if (src->kind == SOURCE_LINE)
		return s->line + from;
	f = is_file(src) ? source_file(s, src) : NULL;
	if (f)
		return (const char *)store_data(s->store, f) + src->at + from;
	call_fail(c, E_STATE, -1, "'%s' changed while it ran; run it again",
		  src->name);
	return NULL;
}

/* Goes to the next line of a file; false at its end. */
static bool next_row(const struct sources *s, struct source *src,
		     struct call *c)
{
	const struct store_file *f = source_file(s, src);
	const char *text, *end;
	size_t at, left;

	if (!f)
		return false;
	text = (const char *)store_data(s->store, f);
	at = src->row ? src->at + src->len : parse_mark(text, f->size);
	/* What ends the line before. */
	if (src->row && at < f->size && text[at] == '\r')
		at++;
	if (src->row && at < f->size && text[at] == '\n')
		at++;
	if (at == f->size)
		return false;
	left = f->size - at;
	src->row++;
	src->at = at;
	src->next = 0;
	end = memchr(text + at, '\n',
		     left < EDIT_LINE_MAX + 2 ? left : EDIT_LINE_MAX + 2);
	src->len = (unsigned)(end ? (size_t)(end - (text + at)) : left);
	if (end && src->len && end[-1] == '\r')
		src->len--;
	if ((!end && left >= EDIT_LINE_MAX + 2) || src->len > EDIT_LINE_MAX) {
		end = memchr(text + at, '\n', left);
		src->len = (unsigned)(end ? (size_t)(end - (text + at)) : left);
		src->next = src->len;
		call_fail(c, E_LONG, -1, "a line takes up to %u bytes",
			  EDIT_LINE_MAX);
		c->err_column = EDIT_LINE_MAX + 1;
	}
	return true;
}

/* A file in which lines failed is a line that failed, below. */
static void end_of_file(const struct source *src, struct call *c)
{
	if (!src->failed)
		return;
	call_fail(c, src->err, -1, "%u line%s of '%s' failed", src->failed,
		  src->failed == 1 ? "" : "s", src->name);
	c->err_column = 0;
}

/* The line on top is through: goes to the one behind it. */
static enum source_result advance(struct sources *s, struct call *c)
{
	struct source *src = top(s);

	c->err = E_OK;
	if (is_file(src) && !source_file(s, src)) {
		top_text(s, c);
		c->err_column = 0;
		return SOURCE_COMMAND;
	}
	if (is_file(src) && next_row(s, src, c))
		return c->err ? SOURCE_COMMAND : SOURCE_AGAIN;
	if (src->kind == SOURCE_REPEAT && src->left) {
		src->left--;
		src->next = 0;
		return SOURCE_AGAIN;
	}
	s->depth--;
	if (is_file(src))
		end_of_file(src, c);
	if (c->err)
		return SOURCE_COMMAND;
	return s->depth ? SOURCE_AGAIN : SOURCE_DONE;
}

enum source_result sources_next(struct sources *s, struct words *w,
				struct call *c)
{
	const char *text;

	if (!s->depth)
		return SOURCE_DONE;
	text = top_text(s, c);
	if (!text)
		return SOURCE_COMMAND;
	if (parse_split(text, top(s)->len, &top(s)->next, w, c))
		return SOURCE_COMMAND;
	return advance(s, c);
}

/* Whether there is one in these lines. */
static bool has_command(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '#')
			while (i + 1 < len && text[i + 1] != '\n')
				i++;
		else if (!strchr(" \t;\r\n", text[i]) || !text[i])
			return true;
	}
	return false;
}

bool sources_left(const struct sources *s)
{
	const char *text = s->line;

	for (unsigned i = 0; i < s->depth; i++) {
		const struct source *src = &s->stack[i];
		const struct store_file *f;
		size_t len = src->len;

		if (is_file(src)) {
			f = source_file(s, src);
			/* That it was changed is still to be told. */
			if (!f)
				return true;
			text = (const char *)store_data(s->store, f) + src->at;
			len = f->size - src->at;
		}
		text += src->from;
		if (src->left || has_command(text + src->next, len - src->next))
			return true;
	}
	return false;
}

static struct source *push(struct sources *s)
{
	struct source *src;

	if (s->depth == 1 + SOURCE_DEPTH)
		return NULL;
	src = &s->stack[s->depth++];
	memset(src, 0, sizeof(*src));
	return src;
}

enum shell_err sources_push_file(struct sources *s, const struct store_file *f,
				 bool keep_going)
{
	struct source *src = push(s);

	if (!src)
		return E_STATE;
	src->kind = SOURCE_FILE;
	strcpy(src->name, f->name);
	src->serial = f->serial;
	src->keep_going = keep_going;
	return E_OK;
}

enum shell_err sources_push_repeat(struct sources *s, unsigned from,
				   unsigned len, uint64_t times)
{
	struct source *src = push(s);

	if (!src)
		return E_STATE;
	src->kind = SOURCE_REPEAT;
	src->from = from;
	src->len = len;
	src->left = times - 1;
	return E_OK;
}

static bool is_lost(const struct sources *s, const struct source *src)
{
	return is_file(src) && !source_file(s, src);
}

/* The line below which there are only repeats: a file's, or the first. */
static struct source *place(struct sources *s, unsigned *column)
{
	struct source *src = top(s);

	for (; src->kind == SOURCE_REPEAT; src--)
		if (*column)
			*column += src->from;
	return src;
}

/* " (run by outer.cmds:2)": the file whose line ran the one on top. */
static void add_runner(const struct source *first, const struct source *src,
		       char *text, size_t size)
{
	const size_t used = strlen(text);

	while (src-- != first) {
		if (!is_file(src))
			continue;
		snprintf(text + used, size - used, " (run by %s:%u)", src->name,
			 src->row);
		return;
	}
}

/* Goes on behind the line that failed, where a file was run to do so. */
static bool keep_going(struct sources *s, enum shell_err err)
{
	for (; s->depth; s->depth--) {
		struct source *src = top(s);

		if (!is_file(src) || !src->keep_going || is_lost(s, src))
			continue;
		if (!src->failed++)
			src->err = err;
		src->next = src->len;
		return true;
	}
	return false;
}

bool sources_fail(struct sources *s, struct call *c, char *where, size_t size)
{
	unsigned column = c->err_column;
	const struct source *src = s->depth ? place(s, &column) : s->stack;
	char text[sizeof(c->err_text)];

	c->err_column = column;
	where[0] = '\0';
	if (is_file(src) && column)
		snprintf(where, size, "%s:%u:%u: ", src->name, src->row,
			 column);
	else if (is_file(src))
		snprintf(where, size, "%s:%u: ", src->name, src->row);
	add_runner(s->stack, src, c->err_text, sizeof(c->err_text));
	if (c->err != E_CANCEL && keep_going(s, c->err))
		return true;
	s->depth = 0;
	if (!where[0])
		return false;
	snprintf(text, sizeof(text), "%s%s", where, c->err_text);
	memcpy(c->err_text, text, sizeof(text));
	c->err_column = 0;
	return false;
}

bool sources_in_file(const struct sources *s)
{
	for (unsigned i = 0; i < s->depth; i++)
		if (is_file(&s->stack[i]))
			return true;
	return false;
}

void sources_place(const struct sources *s, char *buf, size_t size)
{
	buf[0] = '\0';
	for (unsigned i = s->depth; i-- > 0;) {
		if (!is_file(&s->stack[i]))
			continue;
		snprintf(buf, size, "%s:%u", s->stack[i].name, s->stack[i].row);
		return;
	}
}
