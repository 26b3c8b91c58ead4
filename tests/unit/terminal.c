/* SPDX-License-Identifier: BSD-3-Clause */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>

void terminal_init(struct terminal *t, unsigned rows, unsigned columns)
{
	assert_true(rows <= TERMINAL_ROWS && columns <= TERMINAL_COLUMNS);
	memset(t, 0, sizeof(*t));
	t->rows = rows;
	t->columns = columns;
}

static void erase(struct terminal *t, unsigned row, unsigned from)
{
	for (; from < TERMINAL_COLUMNS; from++)
		t->cell[row][from] =
			(struct terminal_cell){' ', t->attr & ATTR_REVERSE};
}

static void erase_all(struct terminal *t)
{
	for (unsigned row = 0; row < TERMINAL_ROWS; row++)
		erase(t, row, 0);
}

static void select_graphic(struct terminal *t, const char *params)
{
	static const unsigned attrs[] = {[1] = ATTR_BOLD,
					 [2] = ATTR_DIM,
					 [7] = ATTR_REVERSE,
					 [31] = ATTR_RED,
					 [32] = ATTR_GREEN};

	for (;;) {
		unsigned long p = strtoul(params, NULL, 10);

		assert_true(p <= 32 && (!p || attrs[p]));
		if (p >= 30)
			t->attr &= ~ATTR_COLORS;
		t->attr = p ? t->attr | attrs[p] : 0;
		params = strchr(params, ';');
		if (!params)
			return;
		params++;
	}
}

static void place(struct terminal *t, unsigned row, unsigned column)
{
	row = row ? row : 1;
	column = column ? column : 1;
	t->row = (row < t->rows ? row : t->rows) - 1;
	t->column = (column < t->columns ? column : t->columns) - 1;
}

static void control_sequence(struct terminal *t, const char *params, char end)
{
	unsigned row = 0, column = 0;

	if (!strcmp(params, "?1049")) {
		t->alternate = end == 'h';
		t->enters += t->alternate;
		erase_all(t);
	} else if (!strcmp(params, "?25")) {
		t->hidden = end == 'l';
	} else if (end == 'm') {
		select_graphic(t, params);
	} else if (end == 'n') {
		assert_string_equal(params, "6");
		t->asks++;
	} else if (!t->alternate && end == 'A') {
		t->up = true;
	} else if (!t->alternate) {
		/* The editor's, which vt100.h judges. */
	} else if (end == 'H') {
		row = (unsigned)atoi(params);
		params = strchr(params, ';');
		column = params ? (unsigned)atoi(params + 1) : 0;
		place(t, row, column);
	} else if (end == 'C') {
		column = *params ? (unsigned)atoi(params) : 1;
		t->column += column;
		assert_true(t->column < t->columns);
	} else if (end == 'K') {
		assert_string_equal(params, "");
		erase(t, t->row, t->column);
	} else if (end == 'J') {
		assert_string_equal(params, "2");
		erase_all(t);
	} else {
		fail_msg("CSI %s %c", params, end);
	}
}

static void write_cell(struct terminal *t, unsigned char c)
{
	if (!t->alternate && t->up) {
		assert_true(c == '\r' || c == '\n');
		t->up = c == '\r';
		return;
	}
	if (!t->alternate) {
		assert_true(t->len < sizeof(t->text) - 1);
		t->text[t->len++] = (char)c;
		return;
	}
	if (c == '\r') {
		t->column = 0;
	} else if (c == '\n') {
		assert_int_equal(t->column, 0);
		assert_true(++t->row < t->rows);
	} else {
		assert_true(t->column + 1 < t->columns);
		assert_true(c >= 0x20 && c != 0x7f);
		t->cell[t->row][t->column++] =
			(struct terminal_cell){c, t->attr};
	}
}

/* True when the bytes so far are whole. */
static bool take(struct terminal *t)
{
	unsigned char last = t->bytes[t->n - 1];

	assert_true(t->n < sizeof(t->bytes) - 1);
	if (t->bytes[0] == 0x1b) {
		if (t->n == 1 || (t->n == 2 && last == '['))
			return false;
		if (t->n == 2) {
			assert_true(last == '7' || last == '8');
			return true;
		}
		if (last < 0x40)
			return false;
		t->bytes[t->n - 1] = '\0';
		control_sequence(t, (char *)t->bytes + 2, (char)last);
		return true;
	}
	if (t->bytes[0] < 0x80) {
		write_cell(t, last);
		return true;
	}
	if (t->n < 3)
		return false;
	assert_memory_equal(t->bytes, "\xe2\x96", 2);
	assert_in_range(last, 0x81, 0x88);
	write_cell(t, last);
	return true;
}

void terminal_put(struct terminal *t, const void *buf, size_t len)
{
	const unsigned char *p = buf;

	for (size_t i = 0; i < len; i++) {
		t->bytes[t->n++] = p[i];
		if (take(t))
			t->n = 0;
	}
}

const char *terminal_row(const struct terminal *t, unsigned row)
{
	static char text[TERMINAL_COLUMNS + 1];
	unsigned n = t->columns;

	for (unsigned i = 0; i < n; i++) {
		const unsigned char c = t->cell[row][i].c;

		text[i] = c < 0x80 ? (char)c : '#';
	}
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

const char *terminal_text(struct terminal *t)
{
	t->text[t->len] = '\0';
	t->len = 0;
	return t->text;
}

/* Of a blank only the ground is seen. */
static unsigned seen(const struct terminal_cell *c)
{
	return c->c == ' ' && !(c->attr & ATTR_REVERSE) ? 0 : c->attr;
}

bool terminal_same(const struct terminal *a, const struct terminal *b)
{
	for (unsigned row = 0; row < a->rows; row++)
		for (unsigned i = 0; i < a->columns; i++) {
			const struct terminal_cell *x = &a->cell[row][i];
			const struct terminal_cell *y = &b->cell[row][i];

			if (x->c != y->c || seen(x) != seen(y))
				return false;
		}
	return true;
}
