/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The row of a terminal on which a line is edited: enough of a VT100 to tell
 * what stands there and where the cursor is. It fails the test on anything that
 * the editor has no business to send: other sequences, other control bytes,
 * broken UTF-8, a column beyond the screen.
 */
#ifndef TESTS_VT100_H
#define TESTS_VT100_H

#include <stdbool.h>

#include "unit.h"

#define VT100_COLUMNS 16384

struct vt100 {
	unsigned width;
	bool any_row;         /* replies as well, whose rows may be longer */
	unsigned len, column; /* cells that were written; the cursor */
	unsigned rows;        /* line feeds so far */
	unsigned bells, clears;
	unsigned asks;  /* where the cursor is */
	unsigned saved; /* its column */
	/* What is half way in. */
	uint32_t code, least;
	unsigned more; /* bytes of the character still to come */
	enum { VT100_PLAIN, VT100_ESC, VT100_CSI } state;
	unsigned param;
	bool private, up;
	/* While a page covers the row, its bytes go there. */
	bool page;
	void (*on_page)(void *arg, const void *buf, size_t len);
	void *arg;
	uint32_t cell[VT100_COLUMNS];     /* code points */
	char last[4 * VT100_COLUMNS + 1]; /* the row above */
};

void vt100_init(struct vt100 *t, unsigned width);
void vt100_put(struct vt100 *t, const void *buf, size_t len);

/* The row with '|' where the cursor is: "> ab|c". Static storage. */
const char *vt100_row(const struct vt100 *t);

#endif /* TESTS_VT100_H */
