/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The line editor: pushed one byte at a time, at any chunking, with all of its
 * state in the struct. It draws one row of the screen; a line that is longer
 * scrolls sideways.
 *
 * It is in these files: edit.c, what each key does; edit_text.c, characters and
 * words; edit_draw.c, the row; edit_undo.c; edit_search.c, ^R.
 */
#ifndef SHELL_EDIT_H
#define SHELL_EDIT_H

#include <stdint.h>

#include "shell/history.h"
#include "shell/keys.h"
#include "shell/out.h"

#define EDIT_LINE_MAX 1024
/* The most that one byte of input makes the editor put out. */
#define EDIT_ROOM 1536
/* Size of a terminal that does not tell, and what is believed if it does. */
#define EDIT_WIDTH 80
#define EDIT_HEIGHT 24
#define EDIT_WIDTH_MIN 20
#define EDIT_WIDTH_MAX 512
#define EDIT_UNDO_STEPS 64
#define EDIT_UNDO_BYTES 2048
#define EDIT_SEARCH_MAX 64

enum edit_event {
	EDIT_NONE,
	EDIT_LINE,     /* the line is whole: edit.line, edit.len */
	EDIT_CANCEL,   /* ^C: the line is gone */
	EDIT_COMPLETE, /* Tab: the line is as it was */
	EDIT_HELP,     /* '?', the same */
};

/* A change of the line. */
struct edit_step {
	uint16_t pos, len;
	uint16_t cursor; /* before it, as is the next */
	bool too_long;
	bool erased; /* else it was put in */
	bool joined; /* is undone with the one before */
};

struct edit_undo {
	struct edit_step step[EDIT_UNDO_STEPS]; /* the oldest goes first */
	unsigned count, used;
	char text[EDIT_UNDO_BYTES]; /* what was erased, in order */
};

struct edit_search {
	bool on, failed;
	char text[EDIT_SEARCH_MAX];
	unsigned len, last_len; /* last: of the search before */
	unsigned found;         /* line of the history, 0: its own */
	unsigned at;            /* where in it the text ends */
};

struct edit {
	struct keys keys;
	struct history history;
	const char *prompt;
	unsigned width, height;       /* of the screen: columns, rows */
	bool ask, asked;              /* for it, and whether that was done */
	bool answered;                /* there is a terminal */
	char line[EDIT_LINE_MAX + 1]; /* NUL behind its `len` bytes */
	unsigned len, pos;            /* bytes; pos: the cursor */
	unsigned view;                /* first byte that is on the screen */
	bool too_long;                /* bytes were typed that found no room */
	bool shown;                   /* prompt and line are on the screen */
	bool stale;                   /* ...but are not what they were */
	unsigned back;                /* line of the history, 0: its own */
	/* Its own while another is looked at. */
	char own[EDIT_LINE_MAX + 1];
	unsigned own_len;
	bool own_too_long;
	enum key last; /* what was done before */
	char kill[EDIT_LINE_MAX];
	unsigned kill_len;
	bool kill_too_long; /* it is of a line that was */
	struct edit_undo undo;
	struct edit_search search;
};

/* `prompt` stays the caller's and has to stay. */
void edit_init(struct edit *e, const char *prompt, unsigned width);

/* True when nothing is typed, not even half a key. */
bool edit_empty(const struct edit *e);

/*
 * Takes a byte and returns the key that it makes whole, if any, for edit_act().
 * KEY_NONE and KEY_REPORT are no doing of a person's.
 */
enum key edit_key(struct edit *e, unsigned char byte);

/*
 * Does what a key is for; `byte` is what it ended with. `o` has EDIT_ROOM. The
 * editor is shown, but need not be for KEY_REPORT.
 */
enum edit_event edit_act(struct edit *e, struct out *o, enum key key,
			 unsigned char byte);

/* The terminal has this size; what no terminal has is not believed. */
void edit_set_size(struct edit *e, const struct keys_size *size);

/* Inserts at the cursor; `o` has EDIT_ROOM. A line that is full is too long. */
void edit_insert(struct edit *e, struct out *o, const char *text, unsigned len);

/* After EDIT_LINE: starts over with an empty line, not shown yet. */
void edit_reset(struct edit *e);

/* Draws prompt and line where the cursor is: on an empty row. */
void edit_show(struct edit *e, struct out *o);

/* Clears the row, so that something else can be written there. */
void edit_hide(struct edit *e, struct out *o);

#endif /* SHELL_EDIT_H */
