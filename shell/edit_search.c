/* SPDX-License-Identifier: BSD-3-Clause */
/* ^R: the line stays as it is until one that was found takes its place. */
#include <string.h>

#include "shell/edit_impl.h"

#define CTRL_G 0x07

void search_start(struct edit *e)
{
	struct edit_search *s = &e->search;

	s->on = true;
	s->failed = false;
	s->len = s->found = 0;
	e->stale = true;
}

struct text search_line(const struct edit *e, unsigned *pos)
{
	const char *line = history_get(&e->history, e->search.found);

	*pos = line ? e->search.at : e->pos;
	if (!line)
		return edit_text(e);
	return (struct text){line, (unsigned)strlen(line)};
}

/* From the line `back` on; keeps the one found before if there is no other. */
static void find(struct edit *e, struct out *o, unsigned back,
		 const char *except)
{
	struct edit_search *s = &e->search;
	const struct history_want want = {s->text, s->len, true, except};
	unsigned found = history_older(&e->history, back, &want);
	const char *line = history_get(&e->history, found);

	s->failed = !found;
	if (found) {
		s->found = found;
		s->at = (unsigned)(history_match(line, &want) - line) + s->len;
	} else {
		out_text(o, "\a");
	}
}

static void older(struct edit *e, struct out *o)
{
	struct edit_search *s = &e->search;

	if (!s->len)
		s->len = s->last_len;
	if (s->len)
		find(e, o, s->found, history_get(&e->history, s->found));
}

static void longer(struct edit *e, struct out *o, char c)
{
	struct edit_search *s = &e->search;

	if (s->len == sizeof(s->text)) {
		out_text(o, "\a");
		return;
	}
	s->text[s->len++] = c;
	s->last_len = s->len;
	find(e, o, s->found ? s->found - 1 : 0, NULL);
}

static void shorter(struct edit *e, struct out *o)
{
	struct edit_search *s = &e->search;
	const struct text t = {s->text, s->len};

	if (s->len)
		s->len = line_prev(&t, s->len);
	s->found = 0;
	s->failed = false;
	if (s->len)
		find(e, o, 0, NULL);
}

static void stop(struct edit *e)
{
	e->search.on = false;
	if (e->search.len)
		e->search.last_len = e->search.len;
	e->stale = true;
}

static void accept(struct edit *e)
{
	unsigned pos;
	const struct text line = search_line(e, &pos);

	if (e->search.found)
		edit_replace(e, line.bytes, line.len);
	e->pos = pos;
	stop(e);
}

bool search_key(struct edit *e, struct out *o, enum key key, char c)
{
	e->stale = true;
	switch (key) {
	case KEY_SEARCH:
		older(e, o);
		return true;
	case KEY_BACKSPACE:
		shorter(e, o);
		return true;
	case KEY_CANCEL:
		stop(e);
		return true;
	case KEY_TEXT:
		if (c == CTRL_G) {
			stop(e);
			return true;
		}
		if ((unsigned char)c < 0x20)
			break;
		longer(e, o, c);
		return true;
	default:
		break;
	}
	accept(e);
	return false;
}
