/* SPDX-License-Identifier: BSD-3-Clause */
#include "vt100.h"

#include <string.h>

#include "shell/edit_impl.h"

/* What the second column of a wide character holds. */
#define RIGHT_HALF UINT32_MAX

void vt100_init(struct vt100 *t, unsigned width)
{
	memset(t, 0, offsetof(struct vt100, cell));
	t->last[0] = '\0';
	t->width = width;
}

static size_t put_code(char *buf, uint32_t code)
{
	const unsigned n = code < 0x80      ? 1
			   : code < 0x800   ? 2
			   : code < 0x10000 ? 3
					    : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	if (code == RIGHT_HALF)
		return 0;
	for (unsigned i = n - 1; i; i--, code >>= 6)
		buf[i] = (char)(0x80 | (code & 0x3f));
	buf[0] = (char)(lead[n] | code);
	return n;
}

const char *vt100_row(const struct vt100 *t)
{
	static char row[4 * VT100_COLUMNS + 2];
	size_t n = 0;

	for (unsigned i = 0; i <= t->len || i <= t->column; i++) {
		if (i == t->column)
			row[n++] = '|';
		if (i < t->len)
			n += put_code(row + n, t->cell[i]);
	}
	row[n] = '\0';
	return row;
}

/* The terminal and the editor have the same table. */
static unsigned code_columns(uint32_t code)
{
	char bytes[4];
	const struct text t = {bytes, (unsigned)put_code(bytes, code)};

	return line_width(&t, 0);
}

static void write_cell(struct vt100 *t, uint32_t code)
{
	const bool ascii = code >= 0x20 && code < 0x7f;
	unsigned columns = ascii ? 1 : code_columns(code);

	/* The last column stays free: terminals differ in how they wrap. */
	assert_true(t->column + columns <=
		    (t->any_row ? VT100_COLUMNS : t->width) - 1);
	assert_false(code < 0x20 || (code >= 0x7f && code < 0xa0));
	while (columns && t->len < t->column + columns)
		t->cell[t->len++] = ' ';
	/* Marks are put on what stands there; nothing here looks at them. */
	if (columns)
		t->cell[t->column] = code;
	if (columns == 2)
		t->cell[t->column + 1] = RIGHT_HALF;
	t->column += columns;
}

static void end_row(struct vt100 *t)
{
	size_t n = 0;

	for (unsigned i = 0; i < t->len; i++)
		n += put_code(t->last + n, t->cell[i]);
	t->last[n] = '\0';
	t->rows++;
	t->len = 0;
}

/* What takes a terminal to a page. */
#define PAGE_ENTER "\x1b[?1049h"

static void put_control(struct vt100 *t, unsigned char byte)
{
	switch (byte) {
	case '\r':
		t->column = 0;
		break;
	case '\n':
		assert_int_equal(t->column, 0);
		if (!t->up)
			end_row(t);
		t->up = false;
		break;
	case '\a':
		t->bells++;
		break;
	case 0x1b:
		t->state = VT100_ESC;
		break;
	default:
		fail_msg("the control byte 0x%02x", byte);
	}
}

/* To a page and back: what is between is not on the row. */
static void put_private(struct vt100 *t, unsigned char byte)
{
	if (t->param == 1049) {
		t->page = byte == 'h';
		if (t->page && t->on_page)
			t->on_page(t->arg, PAGE_ENTER, sizeof(PAGE_ENTER) - 1);
	}
}

static void put_csi(struct vt100 *t, unsigned char byte)
{
	if (byte >= '0' && byte <= '9') {
		t->param = t->param * 10 + (byte - '0');
		return;
	}
	if (byte == '?')
		t->private = true;
	if (byte == ';')
		t->param = 0;
	if (byte == '?' || byte == ';')
		return;
	t->state = VT100_PLAIN;
	if (t->private) {
		put_private(t, byte);
	} else if (t->page || byte == 'm') {
		/* A page's, or how it looks: neither moves anything here. */
	} else if (byte == 'H' && t->param >= t->width) {
		t->column = t->width - 1;
	} else if (byte == 'A') {
		/* A line feed is to end a line of bytes, not a row. */
		t->up = true;
	} else if (byte == 'n' && t->param == 6) {
		t->asks++;
	} else if (byte == 'D' && t->param && t->param <= t->column) {
		t->column -= t->param;
	} else if (byte == 'K' && !t->param) {
		if (t->len > t->column)
			t->len = t->column;
	} else if (byte == 'H' && !t->param) {
		t->column = 0;
	} else if (byte == 'J' && t->param == 2) {
		t->len = 0;
		t->clears++;
	} else {
		fail_msg("CSI %u %c at column %u", t->param, byte, t->column);
	}
}

static void put_escape(struct vt100 *t, unsigned char byte)
{
	t->state = byte == '[' ? VT100_CSI : VT100_PLAIN;
	t->param = 0;
	t->private = false;
	if (t->page)
		return;
	if (byte == '7')
		t->saved = t->column;
	else if (byte == '8')
		t->column = t->saved;
	else if (byte != '[')
		fail_msg("ESC %c", byte);
}

static void put_text(struct vt100 *t, unsigned char byte)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

	if (t->more) {
		assert_int_equal(byte & 0xc0, 0x80);
		t->code = t->code << 6 | (byte & 0x3f);
		if (--t->more == 0) {
			assert_true(t->code >= t->least);
			assert_true(t->code <= 0x10ffff);
			assert_false(t->code >= 0xd800 && t->code < 0xe000);
			write_cell(t, t->code);
		}
		return;
	}
	if (byte < 0x80) {
		write_cell(t, byte);
		return;
	}
	assert_true(byte >= 0xc2 && byte < 0xf5);
	t->more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
	t->code = byte & (0x3fu >> t->more);
	t->least = least[t->more];
}

void vt100_put(struct vt100 *t, const void *buf, size_t len)
{
	const unsigned char *p = buf;

	for (size_t i = 0; i < len; i++) {
		if (t->page && t->on_page)
			t->on_page(t->arg, &p[i], 1);
		if (t->page && t->state == VT100_PLAIN) {
			t->state = p[i] == 0x1b ? VT100_ESC : VT100_PLAIN;
		} else if (t->state == VT100_CSI) {
			put_csi(t, p[i]);
		} else if (t->state == VT100_ESC) {
			put_escape(t, p[i]);
		} else if (!t->more && p[i] < 0x20) {
			put_control(t, p[i]);
		} else {
			put_text(t, p[i]);
		}
	}
}
