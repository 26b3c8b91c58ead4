/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/edit_impl.h"
#include "shell/render_impl.h"

static bool is_cont(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

bool line_control(const struct text *t, unsigned pos)
{
	unsigned char c = (unsigned char)t->bytes[pos];

	return c < 0x20 || c == 0x7f;
}

unsigned line_char(const struct text *t, unsigned pos)
{
	uint32_t code;
	size_t n = utf8_take(t->bytes + pos, t->len - pos, &code);

	return n && (n == 1 || code >= 0xa0) ? (unsigned)n : 1;
}

unsigned line_prev(const struct text *t, unsigned pos)
{
	unsigned start = pos > 4 ? pos - 4 : 0;

	/* The character that ends at pos starts at most four bytes before. */
	for (unsigned p = start; p < pos; p++)
		if (p + line_char(t, p) == pos && !is_cont(t->bytes[p]))
			return p;
	return pos - 1;
}

unsigned line_start(const struct text *t, unsigned pos)
{
	for (unsigned p = pos > 3 ? pos - 3 : 0; p < pos; p++)
		if (p + line_char(t, p) > pos && !is_cont(t->bytes[p]))
			return p;
	return pos;
}

/*
 * Unicode's East Asian Width and combining marks, the blocks in use, as most
 * terminals have them; in order.
 */
static const struct {
	uint32_t from, to;
	unsigned columns;
} widths[] = {
	{0x300, 0x36f, 0},     {0x483, 0x489, 0},     {0x591, 0x5bd, 0},
	{0x610, 0x61a, 0},     {0x64b, 0x65f, 0},     {0x1100, 0x115f, 2},
	{0x1ab0, 0x1aff, 0},   {0x1dc0, 0x1dff, 0},   {0x200b, 0x200f, 0},
	{0x20d0, 0x20ff, 0},   {0x2e80, 0x303e, 2},   {0x3041, 0x4dbf, 2},
	{0x4e00, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
	{0xfe00, 0xfe0f, 0},   {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},
	{0xff01, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2},
	{0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
};

unsigned line_width(const struct text *t, unsigned pos)
{
	uint32_t code;

	if (line_control(t, pos))
		return 2;
	/* A byte alone is shown as one column, '?' if it has to be. */
	if (line_char(t, pos) == 1)
		return 1;
	utf8_take(t->bytes + pos, t->len - pos, &code);
	for (unsigned i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (code <= widths[i].to)
			return code >= widths[i].from ? widths[i].columns : 1;
	return 1;
}

unsigned line_columns(const struct text *t, unsigned from, unsigned to)
{
	unsigned n = 0;

	for (; from < to; from += line_char(t, from))
		n += line_width(t, from);
	return n;
}

/* Bytes of what is beyond ASCII count as letters. */
static bool in_word(char c, bool blanks)
{
	unsigned char u = (unsigned char)c;

	if (blanks)
		return c != ' ';
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || u >= 0x80;
}

unsigned line_word_left(const struct text *t, unsigned pos, bool blanks)
{
	while (pos && !in_word(t->bytes[pos - 1], blanks))
		pos--;
	while (pos && in_word(t->bytes[pos - 1], blanks))
		pos--;
	return pos;
}

unsigned line_word_right(const struct text *t, unsigned pos)
{
	while (pos < t->len && !in_word(t->bytes[pos], false))
		pos++;
	while (pos < t->len && in_word(t->bytes[pos], false))
		pos++;
	return pos;
}
