/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/screen.h"

#include <string.h>

#define BLANK ' '
#define ATTR_SHIFT 8
/* Bytes that a cell takes at most: a move, attributes, a character. */
#define CELL_ROOM (9 + ATTR_MAX + 3)
/* No move costs less than what is between being put again, up to here. */
#define GAP_MAX 8

static uint8_t cell_byte(uint16_t cell)
{
	return (uint8_t)cell;
}

static unsigned cell_attr(uint16_t cell)
{
	return cell >> ATTR_SHIFT;
}

static bool is_block(uint16_t cell)
{
	return cell_byte(cell) >= 0x80;
}

static uint16_t make_cell(char c, unsigned attr)
{
	uint8_t byte = (uint8_t)c;

	if (byte < 0x20 || byte == 0x7f || byte == 0x80 || byte > 0x88)
		byte = '?';
	/* Of a blank only the ground is seen. */
	if (byte == BLANK)
		attr &= attr & ATTR_REVERSE ? ATTR_ALL : 0;
	return (uint16_t)(byte | attr << ATTR_SHIFT);
}

void screen_init(struct screen *s, unsigned rows, unsigned columns)
{
	memset(s, 0, sizeof(*s));
	s->attrs = ATTR_ALL;
	s->rows = rows < SCREEN_ROWS ? rows : SCREEN_ROWS;
	s->columns = columns < SCREEN_COLUMNS ? columns : SCREEN_COLUMNS;
	for (unsigned row = 0; row < SCREEN_ROWS; row++)
		for (unsigned i = 0; i < SCREEN_COLUMNS; i++)
			s->want[row][i] = s->shown[row][i] = BLANK;
}

void screen_redraw(struct screen *s)
{
	screen_lost(s);
	s->attr = ATTR_PLAIN;
	s->dirty = s->rows;
	for (unsigned row = 0; row < s->rows; row++) {
		for (unsigned i = 0; i < s->columns; i++)
			s->shown[row][i] = BLANK;
		s->from[row] = 0;
		s->to[row] = (uint8_t)s->columns;
	}
}

void screen_lost(struct screen *s)
{
	s->placed = false;
}

static void put_cell(struct screen *s, unsigned row, unsigned column,
		     uint16_t cell)
{
	if (row >= s->rows || column >= s->columns ||
	    s->want[row][column] == cell)
		return;
	s->want[row][column] = cell;
	if (s->from[row] == s->to[row]) {
		s->dirty++;
		s->from[row] = (uint8_t)column;
		s->to[row] = (uint8_t)(column + 1);
	} else if (column < s->from[row]) {
		s->from[row] = (uint8_t)column;
	} else if (column >= s->to[row]) {
		s->to[row] = (uint8_t)(column + 1);
	}
}

void screen_put(struct screen *s, unsigned row, unsigned column, unsigned attr,
		const char *text, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		put_cell(s, row, column + i,
			 make_cell(text[i], attr & s->attrs));
}

void screen_blank(struct screen *s, unsigned row, unsigned column, unsigned to,
		  unsigned attr)
{
	for (; column < to; column++)
		put_cell(s, row, column, make_cell(BLANK, attr & s->attrs));
}

/* ---- Putting it out ----------------------------------------------------- */

/* The attributes that show a cell right on a terminal that has `now`. */
static unsigned attr_for(uint16_t cell, unsigned now)
{
	if (cell == BLANK && !(now & ATTR_REVERSE))
		return now;
	return cell_attr(cell);
}

/* Bytes it takes to put the cells of a gap again; more than any move if they
 * look otherwise than the cursor writes. */
static unsigned gap_cost(const struct screen *s, unsigned row, unsigned from,
			 unsigned to)
{
	unsigned bytes = 0;

	if (to - from > GAP_MAX)
		return GAP_MAX + 1;
	for (; from < to; from++) {
		const uint16_t cell = s->shown[row][from];

		if (attr_for(cell, s->attr) != s->attr)
			return GAP_MAX + 1;
		bytes += is_block(cell) ? 3 : 1;
	}
	return bytes;
}

static void put_byte(struct out *o, uint16_t cell)
{
	const char block[] = {'\xe2', '\x96', (char)cell_byte(cell)};

	if (is_block(cell))
		out_write(o, block, sizeof(block));
	else
		out_write(o, &block[2], 1);
}

/* A control sequence on its way; written by hand, as printf() costs more than
 * all the rest. */
struct sequence {
	char bytes[9]; /* ESC [ 5 0 ; 1 3 2 H */
	unsigned n;
};

/* A number below 1000, none for 1, and what follows it. */
static void add(struct sequence *q, unsigned v, char next)
{
	if (v >= 100)
		q->bytes[q->n++] = (char)('0' + v / 100);
	if (v >= 10)
		q->bytes[q->n++] = (char)('0' + v / 10 % 10);
	if (v > 1)
		q->bytes[q->n++] = (char)('0' + v % 10);
	q->bytes[q->n++] = next;
}

/* Ahead on the row: over what stands there, where that is shorter. */
static void move_right(struct screen *s, struct out *o, unsigned row,
		       unsigned column)
{
	struct sequence q = {"\x1b[", 2};

	if (s->column == column)
		return;
	add(&q, column - s->column, 'C');
	if (gap_cost(s, row, s->column, column) <= q.n)
		for (; s->column < column; s->column++)
			put_byte(o, s->shown[row][s->column]);
	else
		out_write(o, q.bytes, q.n);
}

/* The shortest way to a cell. */
static void move_to(struct screen *s, struct out *o, unsigned row,
		    unsigned column)
{
	struct sequence q = {"\x1b[", 2};

	if (s->placed && s->row == row && s->column <= column) {
		move_right(s, o, row, column);
	} else if (s->placed && !column && s->row + 1 == row) {
		out_write(o, "\r\n", 2);
	} else {
		if (column)
			add(&q, row + 1, ';');
		add(&q, column ? column + 1 : row + 1, 'H');
		out_write(o, q.bytes, q.n);
	}
	s->placed = true;
	s->row = row;
	s->column = column;
}

static void set_attr(struct screen *s, struct out *o, unsigned attr)
{
	char buf[ATTR_MAX];

	out_write(o, buf, attr_change(buf, s->attr, attr));
	s->attr = attr;
}

/* Whether the page is empty from there on to the end of the row. */
static bool rest_blank(const struct screen *s, unsigned row, unsigned column)
{
	for (; column < s->columns; column++)
		if (s->want[row][column] != BLANK)
			return false;
	return true;
}

/* Erases to the row's end, where that is shorter; true when it was done. */
static bool erase_rest(struct screen *s, struct out *o, unsigned row,
		       unsigned column)
{
	const unsigned to = s->to[row];

	if (to - column < 4 || !rest_blank(s, row, column))
		return false;
	move_to(s, o, row, column);
	set_attr(s, o, s->attr & ATTR_REVERSE ? ATTR_PLAIN : s->attr);
	out_text(o, "\x1b[K");
	for (; column < s->columns; column++)
		s->shown[row][column] = BLANK;
	s->from[row] = s->to[row];
	return true;
}

static bool has_room(const struct out *o)
{
	return out_room(o) >= SCREEN_SPARE + CELL_ROOM;
}

/* True when the row is as it should be. */
static bool step_row(struct screen *s, struct out *o, unsigned row)
{
	for (; s->from[row] < s->to[row]; s->from[row]++) {
		const unsigned column = s->from[row];
		const uint16_t cell = s->want[row][column];

		if (cell == s->shown[row][column])
			continue;
		if (!has_room(o))
			return false;
		if (cell == BLANK && erase_rest(s, o, row, column))
			return true;
		move_to(s, o, row, column);
		set_attr(s, o, attr_for(cell, s->attr));
		put_byte(o, cell);
		s->column++;
		s->shown[row][column] = cell;
	}
	return true;
}

void screen_step(struct screen *s, struct out *o)
{
	for (unsigned i = 0; s->dirty && i < s->rows; i++) {
		if (s->next >= s->rows)
			s->next = 0;
		if (s->from[s->next] != s->to[s->next]) {
			if (step_row(s, o, s->next)) {
				s->dirty--;
				s->next++;
			}
			return;
		}
		s->next++;
	}
}
