/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a runner puts out: whose turn it is, each line marked as whose it is,
 * errors, progress and prompts.
 */
#include <stdio.h>
#include <string.h>

#include "shell/runner_impl.h"
#include "shell/session_impl.h"

/* What takes the prompt away. */
#define HIDE_ROOM 8

static unsigned turn_of(const struct session *s, const struct runner *r)
{
	return 1u << (r - s->runner);
}

bool runner_acquire(struct session *s, struct runner *r, size_t need)
{
	if (s->writer && s->writer != r)
		return false;
	if (!s->writer && (r->untold || !session_turn(s, turn_of(s, r))))
		return false;
	page_hide(&s->page, &s->out);
	if (!session_progress_hide(s))
		return false;
	if (out_room(&s->out) < need + (r->prefix[0] ? HIDE_ROOM : 0))
		return false;
	if (!s->writer && r->prefix[0]) {
		const bool aside = !r->tag[0] || r == s->watch;

		/* A job's lines take the place of the prompt for a moment, as
		 * do those of who watches; a program reads lines: it gets to
		 * begin one. */
		if (aside && s->edit.shown)
			edit_hide(&s->edit, &s->out);
		else if (s->out.mid_line)
			out_text(&s->out, "\r\n");
		s->edit.shown = false;
		s->quiet |= !aside;
		s->person->printed = true;
	}
	s->writer = r;
	return true;
}

void runner_release(struct session *s)
{
	const unsigned who = turn_of(s, s->writer);

	s->writer = NULL;
	session_had_turn(s, who);
}

#define PROGRESS "... "
#define PROMPT "..> "

/* A line of a reply that would be taken for one about it. */
static bool like_end(const struct runner *r, const char *line, size_t len)
{
	if (r->typed && len >= 4 &&
	    (!memcmp(line, PROGRESS, 4) || !memcmp(line, PROMPT, 4)))
		return true;
	return (len == 2 && !memcmp(line, "OK", 2)) ||
	       (len >= 4 && !memcmp(line, "ERR ", 4));
}

size_t runner_undecided(const struct runner *r, const char *buf, size_t len)
{
	size_t n = 0;

	while (n < len && buf[len - n - 1] != '\n')
		n++;
	if (!r->tag[0] || n >= sizeof(r->held) || (n == len && !r->line_start))
		return 0;
	return n;
}

void runner_put(struct session *s, struct runner *r, const char *buf,
		size_t len)
{
	for (size_t i = 0; i < len;) {
		const char *end = memchr(buf + i, '\n', len - i);
		size_t n = end ? (size_t)(end - (buf + i)) : len - i;

		if (r->line_start)
			out_text(&s->out, r->prefix);
		if (r->line_start && r->tag[0] && like_end(r, buf + i, n))
			out_text(&s->out, " ");
		out_write(&s->out, buf + i, n);
		if (end)
			out_text(&s->out, "\r\n");
		r->line_start = end != NULL;
		i += n + (end != NULL);
	}
	r->printed |= len > 0;
}

void runner_progress(struct session *s, struct runner *r, const char *text)
{
	if (s->writer || s->events_len || !runner_acquire(s, r, END_ROOM))
		return;
	out_printf(&s->out, "%s" PROGRESS "%s\r\n", r->prefix, text);
	runner_release(s);
}

/*
 * True when the line stands right above, all of it on the screen, and a byte
 * before the fault is a column.
 */
static bool caret_fits(const struct session *s, const struct runner *r)
{
	const unsigned column = r->call.err_column;

	if (r->printed ||
	    strlen(s->edit.prompt) + r->src.stack[0].len >= s->edit.width)
		return false;
	for (unsigned i = 0; i + 1 < column; i++)
		if ((unsigned char)r->src.line[i] >= 0x80)
			return false;
	return column > 0;
}

void runner_put_error(struct session *s, struct runner *r)
{
	const struct call *c = &r->call;
	const char *name = shell_err_name(c->err);
	struct out *o = &s->out;
	unsigned indent = (unsigned)strlen(s->edit.prompt) + c->err_column - 1;
	unsigned from = 0;
	char place[24] = "";

	if (r->tag[0]) {
		out_printf(o, "@%s ERR %s %u %s\r\n", r->tag, name,
			   c->err_column, c->err_text);
		return;
	}
	/* A chunk that was cancelled ended anywhere. */
	if (o->mid_line) {
		out_attr(o, ATTR_PLAIN);
		out_text(o, "\r\n");
	}
	if (caret_fits(s, r)) {
		out_printf(o, "%*s", (int)indent, "");
		out_attr(o, ATTR_RED | ATTR_BOLD);
		out_text(o, "^\r\n");
	} else {
		if (c->err_column)
			from = (unsigned)snprintf(place, sizeof(place),
						  "column %u: ", c->err_column);
		out_text(o, place);
		out_attr(o, ATTR_RED | ATTR_BOLD);
	}
	out_text(o, name);
	out_attr(o, ATTR_PLAIN);
	out_text(o, ":");
	out_words(o, c->err_text, from + (unsigned)strlen(name) + 1,
		  s->edit.width);
	out_text(o, "\r\n");
}

void runner_put_prompt(struct session *s, struct runner *r)
{
	char prompt[SESSION_PROMPT_MAX];

	if (!r->typed || !r->typed_prompt || r->told == r->selected)
		return;
	r->told = r->selected;
	session_print_prompt(s, r->selected, prompt, sizeof(prompt));
	out_printf(&s->out, "%s" PROMPT "%s\r\n", r->prefix, prompt);
}

/* A person's terminal is nothing to a program. */
unsigned runner_width(const struct runner *r)
{
	if (r->typed)
		return r->typed;
	if (r->tag[0])
		return EDIT_WIDTH;
	/* Lines of a job begin with its number. */
	return r->call.session->edit.width - (unsigned)strlen(r->prefix);
}

size_t runner_piece_len(const struct runner *r, size_t room)
{
	size_t len = room / (strlen(r->prefix) + sizeof("\r\n"));

	return len < PIECE ? len : PIECE;
}
