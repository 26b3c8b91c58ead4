/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "shell/edit_impl.h"

/* The oldest step goes, and what would be undone with it. */
static void forget(struct edit_undo *u)
{
	unsigned n = 0, bytes = 0;

	do {
		bytes += u->step[n].erased ? u->step[n].len : 0;
		n++;
	} while (n < u->count && u->step[n].joined);
	u->count -= n;
	u->used -= bytes;
	memmove(u->step, u->step + n, u->count * sizeof(u->step[0]));
	memmove(u->text, u->text + bytes, u->used);
}

void undo_note(struct edit *e, bool erased, unsigned pos, unsigned len,
	       bool joined)
{
	struct edit_undo *u = &e->undo;
	unsigned bytes = erased ? len : 0;

	/* A line is shorter than the store: there will be room. */
	while (u->count == EDIT_UNDO_STEPS || u->used + bytes > sizeof(u->text))
		forget(u);
	memcpy(u->text + u->used, e->line + pos, bytes);
	u->used += bytes;
	u->step[u->count] = (struct edit_step){
		.pos = (uint16_t)pos,
		.len = (uint16_t)len,
		.cursor = (uint16_t)e->pos,
		.too_long = e->too_long,
		.erased = erased,
		.joined = joined && u->count,
	};
	u->count++;
}

bool undo_extend(struct edit *e, unsigned pos)
{
	struct edit_undo *u = &e->undo;
	struct edit_step *s;

	if (!u->count)
		return false;
	s = &u->step[u->count - 1];
	if (s->erased || s->pos + s->len != pos)
		return false;
	s->len++;
	return true;
}

bool undo_back(struct edit *e)
{
	struct edit_undo *u = &e->undo;
	const struct edit_step *s;

	if (!u->count)
		return false;
	do {
		char *at;

		s = &u->step[--u->count];
		at = e->line + s->pos;
		if (s->erased) {
			memmove(at + s->len, at, e->len - s->pos + 1);
			u->used -= s->len;
			memcpy(at, u->text + u->used, s->len);
			e->len += s->len;
		} else {
			memmove(at, at + s->len, e->len - s->pos - s->len + 1);
			e->len -= s->len;
		}
		e->pos = s->cursor;
		e->too_long = s->too_long;
	} while (s->joined);
	e->back = 0;
	e->stale = true;
	return true;
}
