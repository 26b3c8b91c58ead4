/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole terminal, where vt100.h has the row that a line is edited on: the
 * alternate screen cell by cell, and what is written outside of it as text. It
 * fails the test on sequences that the appliance has no business to send, on a
 * character in the last column, on one that scrolls the page.
 */
#ifndef TESTS_TERMINAL_H
#define TESTS_TERMINAL_H

#include <stdbool.h>

#include "shell/attr.h"
#include "unit.h"

#define TERMINAL_ROWS 60
#define TERMINAL_COLUMNS 140

struct terminal_cell {
	unsigned char c; /* ASCII, or 0x80 and the eighths of a block */
	unsigned attr;
};

struct terminal {
	unsigned rows, columns;
	struct terminal_cell cell[TERMINAL_ROWS][TERMINAL_COLUMNS];
	unsigned row, column, attr;
	bool alternate, hidden; /* which screen; whether its cursor is */
	bool up; /* a line feed is to end a line of bytes, not of the screen */
	unsigned asks, enters;
	char text[65536]; /* outside of the alternate screen */
	size_t len;
	/* What is half way in. */
	unsigned char bytes[32];
	unsigned n;
};

void terminal_init(struct terminal *t, unsigned rows, unsigned columns);
void terminal_put(struct terminal *t, const void *buf, size_t len);

/* Its row as text, blocks as '#', without blanks at the end. Static storage. */
const char *terminal_row(const struct terminal *t, unsigned row);

/* What stood outside since the last look. */
const char *terminal_text(struct terminal *t);

/* Whether both look the same, wherever their cursors are. */
bool terminal_same(const struct terminal *a, const struct terminal *b);

#endif /* TESTS_TERMINAL_H */
