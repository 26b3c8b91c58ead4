/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turns a reply into bytes, piece by piece, so that a long reply never has to
 * wait for the device nor the device for it. `struct render` holds where it
 * is; the reply must stay as it is meanwhile. No allocation, no other state.
 *
 * The pieces joined are the same whatever the sizes they were asked in.
 * Lines end with "\n"; the caller puts in what its line needs besides. No line
 * is ever cut, whatever its length.
 *
 * As text: a list has its key as a heading and is indented, but not where it is
 * all of the reply. A list of maps is a table, a row per map; one that is wider
 * than the screen is turned, a column per map, in as many parts below each
 * other as the screen needs. Any other list is a line per element. '-' is a
 * value that is not there or empty. What would drive a terminal, and bytes that
 * are not UTF-8, appear as "\x1b".
 *
 * As JSON: one line, keys in the order in which they were built.
 */
#ifndef SHELL_RENDER_H
#define SHELL_RENDER_H

#include "shell/reply.h"

/*
 * A table has at most this many fields; a list of maps with more of them is
 * shown as one block of lines per map. As many maps at most are turned into
 * columns.
 */
#define RENDER_COLUMNS 64

/* Where a renderer is: copied, and put back when the buffer ends in a unit. */
struct render_at {
	unsigned state;
	uint16_t token;   /* what is next */
	uint16_t list;    /* the list or line that is being shown */
	uint16_t element; /* of that list */
	unsigned row, column;
	unsigned first; /* of a turned table's part: its first map */
	unsigned gap;   /* what the last thing asks to stand behind it */
	bool any;       /* something was shown above */
	bool after_list;
};

struct render {
	const struct reply *reply;
	bool json;
	unsigned width;  /* of the screen, columns, for tables; 0: no limit */
	bool bold_heads; /* of tables, on a terminal; set it after the start */
	/* The renderers' own. */
	struct render_at at;
	size_t given;       /* bytes of the unit at `at` that are out already */
	bool alone;         /* the chunk is nothing but one list */
	unsigned key_width; /* the keys' column on the top level */
	/* Of the last table, for REPLY_ROWS that go on below it. */
	unsigned indent, nb_above; /* columns; 0: it had another shape */
	unsigned above[RENDER_COLUMNS];
	bool aside;  /* that was turned, or blocks */
	bool widths; /* `above` is of all chunks, the first included */
	/* The list being shown: its fields by their first token, its shape. */
	unsigned side_width; /* its keys' column, where it has one */
	unsigned nb_fields, nb_elements;
	unsigned part; /* maps of a turned table that stand side by side */
	uint16_t field[RENDER_COLUMNS];
	unsigned column_width[RENDER_COLUMNS];
	uint64_t right; /* fields, by bit: all numbers */
	uint64_t mixed; /* fields, by bit: of several units */
};

/* Starts at the beginning. An empty reply makes no output, in JSON "{}". */
void render_start(struct render *r, const struct reply *reply, bool json,
		  unsigned width);

/* Starts with the next chunk of the same reply, below what was put out. */
void render_next(struct render *r, const struct reply *reply);

/* Writes up to `size` bytes and returns how many; 0 when all is out. */
size_t render_step(struct render *r, char *buf, size_t size);

#endif /* SHELL_RENDER_H */
