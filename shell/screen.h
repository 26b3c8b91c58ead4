/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A page of text cells, drawn aside and put on a terminal by what differs from
 * what stands there. Drawing costs the terminal nothing; screen_step() puts out
 * some of the difference, and only as much as finds room. All state is in the
 * struct.
 *
 * A cell holds printable ASCII or one of the eight block elements, U+2581 (an
 * eighth of the height) to U+2588 (all of it).
 *
 * The last column of a terminal is not for cells: terminals differ in where the
 * cursor is once something stands there.
 */
#ifndef SHELL_SCREEN_H
#define SHELL_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "shell/attr.h"
#include "shell/out.h"

/* More of a terminal is left alone. */
#define SCREEN_COLUMNS 132
#define SCREEN_ROWS 50

/* Block elements as screen_put() takes them: '\x81' to '\x88'. */
#define SCREEN_BLOCK(eighths) ((char)(0x80 + (eighths)))

/* Of the output that screen_step() leaves to others. */
#define SCREEN_SPARE (OUT_BYTES / 2)

struct screen {
	unsigned rows, columns; /* that are used */
	unsigned attrs;         /* that screen_put() takes, of ATTR_* */
	/* A cell is its byte, its attributes above. */
	uint16_t want[SCREEN_ROWS][SCREEN_COLUMNS];
	uint16_t shown[SCREEN_ROWS][SCREEN_COLUMNS];
	/* Of each row, the cells that may differ: from, and below to. */
	uint8_t from[SCREEN_ROWS], to[SCREEN_ROWS];
	unsigned dirty; /* rows that have such cells */
	unsigned next;  /* the row to look at */
	/* The terminal's. */
	bool placed; /* the cursor is where the next two say */
	unsigned row, column;
	unsigned attr;
};

/*
 * An empty page of this size, cut to what there is; nothing is on the terminal.
 */
void screen_init(struct screen *s, unsigned rows, unsigned columns);

/*
 * The terminal was cleared, with the cursor anywhere: all is to be put again.
 */
void screen_redraw(struct screen *s);

/* The cursor was moved by somebody else. */
void screen_lost(struct screen *s);

/*
 * Puts `len` bytes there; what is beyond the page is cut, what no cell can
 * hold becomes '?'.
 */
void screen_put(struct screen *s, unsigned row, unsigned column, unsigned attr,
		const char *text, unsigned len);

/* Puts blanks up to and without the column `to`. */
void screen_blank(struct screen *s, unsigned row, unsigned column, unsigned to,
		  unsigned attr);

/* True when all of it is on the terminal. */
static inline bool screen_idle(const struct screen *s)
{
	return !s->dirty;
}

/* Puts out of up to one row what has room. */
void screen_step(struct screen *s, struct out *o);

#endif /* SHELL_SCREEN_H */
