/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/edit_impl.h"
#include "shell/render_impl.h"

static bool is_cont(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
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

unsigned line_width(const struct text *t, unsigned pos)
{
	return is_control(t->bytes[pos]) ? 2 : 1;
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
