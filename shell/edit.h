/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The line editor: pushed one byte at a time, at any chunking, with all of its
 * state in the struct. It draws one row of the screen; a line that is longer
 * scrolls sideways.
 */
#ifndef SHELL_EDIT_H
#define SHELL_EDIT_H

#include "shell/history.h"
#include "shell/keys.h"
#include "shell/out.h"

#define EDIT_LINE_MAX 1024
/* The most that one byte of input makes the editor put out. */
#define EDIT_ROOM 1536

enum edit_event {
	EDIT_NONE,
	EDIT_LINE,     /* the line is whole: edit.line, edit.len */
	EDIT_CANCEL,   /* ^C: the line is gone */
	EDIT_COMPLETE, /* Tab: the line is as it was */
	EDIT_HELP,     /* '?', the same */
};

struct edit {
	struct keys keys;
	struct history history;
	const char *prompt;
	unsigned width;               /* of the screen, columns */
	char line[EDIT_LINE_MAX + 1]; /* NUL behind its `len` bytes */
	unsigned len, pos;            /* bytes; pos: the cursor */
	unsigned view;                /* first byte that is on the screen */
	bool too_long;                /* bytes were typed that found no room */
	bool shown;                   /* prompt and line are on the screen */
	unsigned back;                /* line of the history, 0: its own */
	/* Its own while another is looked at. */
	char own[EDIT_LINE_MAX + 1];
	unsigned own_len;
	bool own_too_long;
};

/* `prompt` stays the caller's and has to stay. */
void edit_init(struct edit *e, const char *prompt, unsigned width);

/* True when nothing is typed, not even half a key. */
bool edit_empty(const struct edit *e);

/* Takes a byte; `o` has EDIT_ROOM. The editor is shown. */
enum edit_event edit_push(struct edit *e, struct out *o, unsigned char byte);

/* Inserts at the cursor; `o` has EDIT_ROOM. A line that is full is too long. */
void edit_insert(struct edit *e, struct out *o, const char *text, unsigned len);

/* After EDIT_LINE: starts over with an empty line, not shown yet. */
void edit_reset(struct edit *e);

/* Draws prompt and line where the cursor is: on an empty row. */
void edit_show(struct edit *e, struct out *o);

/* Clears the row, so that something else can be written there. */
void edit_hide(struct edit *e, struct out *o);

#endif /* SHELL_EDIT_H */
