/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "shell/edit_impl.h"

/* Columns of the row that are left for the line. */
static unsigned room(const struct edit *e)
{
	unsigned prompt = (unsigned)strlen(e->prompt);

	return e->width > prompt + 8 ? e->width - prompt - 1 : 8;
}

bool draw_fits(const struct edit *e, unsigned columns)
{
	const struct text t = edit_text(e);

	return line_columns(&t, e->view, e->pos) + columns <= room(e);
}

/* Moves the view so that the cursor is on the row, and the row is full. */
static void scroll(const struct text *t, unsigned pos, unsigned left,
		   unsigned *view)
{
	unsigned n, prev;

	if (*view > pos)
		*view = pos;
	/* A change before it may have made one character of several. */
	*view = line_start(t, *view);
	for (n = line_columns(t, *view, pos); n > left;) {
		n -= line_width(t, *view);
		*view += line_char(t, *view);
	}
	for (n = line_columns(t, *view, t->len); *view; *view = prev) {
		prev = line_prev(t, *view);
		n += line_width(t, prev);
		if (n > left)
			return;
	}
}

static void draw_char(const struct text *t, struct out *o, unsigned pos)
{
	char c = t->bytes[pos];
	unsigned n = line_char(t, pos);

	if (line_control(t, pos)) {
		const char caret[2] = {'^', (char)(c ^ 0x40)};

		out_write(o, caret, 2);
	} else if (n == 1 && (unsigned char)c >= 0x80) {
		out_write(o, "?", 1);
	} else {
		out_write(o, t->bytes + pos, n);
	}
}

/* What of the text fits, then back to its cursor. */
static void draw_text(const struct text *t, struct out *o, unsigned pos,
		      unsigned left, unsigned *view)
{
	unsigned behind = 0;

	scroll(t, pos, left, view);
	for (unsigned p = *view; p < t->len; p += line_char(t, p)) {
		unsigned w = line_width(t, p);

		if (w > left)
			break;
		left -= w;
		draw_char(t, o, p);
		if (p >= pos)
			behind += w;
	}
	if (behind)
		out_printf(o, "\x1b[%uD", behind);
}

/* (search)'text': line; of a long text its end. */
static void draw_search(const struct edit *e, struct out *o)
{
	const struct text want = {e->search.text, e->search.len};
	unsigned left = e->width - 1 - (unsigned)strlen("(search)'': ");
	unsigned pos, view = 0;
	const struct text line = search_line(e, &pos);

	out_text(o, e->search.failed ? "(failed)'" : "(search)'");
	draw_text(&want, o, want.len, left / 2, &view);
	left -= line_columns(&want, view, want.len);
	out_text(o, "': ");
	view = 0;
	draw_text(&line, o, pos, left, &view);
}

/* From the start of the row. */
static void draw(struct edit *e, struct out *o)
{
	const struct text t = edit_text(e);

	e->stale = false;
	if (e->search.on) {
		draw_search(e, o);
		return;
	}
	out_attr(o, ATTR_BOLD);
	out_text(o, e->prompt);
	out_attr(o, ATTR_PLAIN);
	draw_text(&t, o, e->pos, room(e), &e->view);
}

void draw_resize(struct edit *e, unsigned columns)
{
	const struct text t = edit_text(e);
	unsigned left = room(e);

	e->width = columns;
	left = room(e) < left ? room(e) : left;
	/* Most lines are short, and stand as they would. */
	if (e->view || e->search.on || line_columns(&t, 0, t.len) > left)
		e->stale = true;
}

void draw_update(struct edit *e, struct out *o)
{
	if (!e->stale || !e->shown)
		return;
	out_text(o, "\r\x1b[K");
	draw(e, o);
}

void edit_show(struct edit *e, struct out *o)
{
	e->shown = true;
	draw(e, o);
}

void edit_hide(struct edit *e, struct out *o)
{
	if (e->shown)
		out_text(o, "\r\x1b[K");
	e->shown = false;
}
