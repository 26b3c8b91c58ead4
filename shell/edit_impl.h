/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of the line editor. */
#ifndef SHELL_EDIT_IMPL_H
#define SHELL_EDIT_IMPL_H

#include "shell/edit.h"

/* ---- edit_text.c: a line of `len` bytes, of any content ---------------- */

struct text {
	const char *bytes;
	unsigned len;
};

/*
 * Bytes of the character at `pos`: 1 for what is no valid UTF-8, or one of the
 * control characters U+0080..U+009F, which a terminal would act on.
 */
unsigned line_char(const struct text *t, unsigned pos);

/* Where the character begins that ends at `pos`, which is not 0. */
unsigned line_prev(const struct text *t, unsigned pos);

/* Where the character begins that `pos` is in. */
unsigned line_start(const struct text *t, unsigned pos);

bool line_control(const struct text *t, unsigned pos);

/* Columns of the character at `pos`, 0 to 2: control bytes are shown as ^X. */
unsigned line_width(const struct text *t, unsigned pos);
unsigned line_columns(const struct text *t, unsigned from, unsigned to);

/* Start of the word before `pos` and end of the one behind it: of letters and
 * digits, or with `blanks` of all but blanks. */
unsigned line_word_left(const struct text *t, unsigned pos, bool blanks);
unsigned line_word_right(const struct text *t, unsigned pos);

static inline struct text edit_text(const struct edit *e)
{
	return (struct text){e->line, e->len};
}

/* ---- edit_draw.c -------------------------------------------------------- */

/* Whether `columns` more fit behind the cursor. */
bool draw_fits(const struct edit *e, unsigned columns);

/* Takes the terminal's width, in columns. */
void draw_resize(struct edit *e, unsigned columns);

/* Draws the row anew if it is stale. */
void draw_update(struct edit *e, struct out *o);

/* ---- edit.c: every change of the line is one of these ------------------- */

/* Puts text in at the cursor and moves behind it; there is room. */
void edit_put(struct edit *e, const char *text, unsigned len, bool joined);

/* Takes text out and leaves the cursor there. */
void edit_cut(struct edit *e, unsigned from, unsigned to);

/* Another line in place of this one, the cursor at its end. */
void edit_replace(struct edit *e, const char *text, unsigned len);

/* ---- edit_undo.c -------------------------------------------------------- */

/* What is about to be done to the line. */
void undo_note(struct edit *e, bool erased, unsigned pos, unsigned len,
	       bool joined);

/*
 * One more byte was typed behind the last that was put in: no step of its own.
 */
bool undo_extend(struct edit *e, unsigned pos);

/* Takes the last step back; false when there is none. */
bool undo_back(struct edit *e);

/* ---- edit_search.c ------------------------------------------------------ */

void search_start(struct edit *e);

/*
 * Takes a key while a search is on. False when it ended the search and is to be
 * acted on: the line is the one found.
 */
bool search_key(struct edit *e, struct out *o, enum key key, char c);

/* The line that is shown and where its cursor is. */
struct text search_line(const struct edit *e, unsigned *pos);

#endif /* SHELL_EDIT_IMPL_H */
