/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/show.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#define TAB 8

/* Marks that reorder or hide what stands around them. */
static bool misleads(wchar_t wc)
{
	return wc == 0x00ad || wc == 0x061c || (wc >= 0x200b && wc <= 0x200f) ||
	       (wc >= 0x2028 && wc <= 0x202e) ||
	       (wc >= 0x2060 && wc <= 0x206f) || wc == 0xfeff ||
	       (wc >= 0xe0000 && wc <= 0xe0fff);
}

/*
 * Length of the character of UTF-8 at `text`, 0 when there is none. The locale
 * has no say: it is what the appliance sends.
 */
static size_t decode(const char *text, size_t len, wchar_t *wc)
{
	const unsigned char *s = (const unsigned char *)text;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *s < 0x80   ? 1
		   : *s < 0xc2 ? 0
		   : *s < 0xe0 ? 2
		   : *s < 0xf0 ? 3
		   : *s < 0xf5 ? 4
			       : 0;
	uint32_t c = n == 1 ? *s : *s & 0xffu >> (n + 1);

	for (size_t i = 1; i < n; i++) {
		if (i >= len || (s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*wc = (wchar_t)c;
	return n;
}

struct glyph {
	char bytes[MB_LEN_MAX]; /* as the locale's terminal takes it */
	size_t len;
	unsigned columns;
};

/* Length of the character at `text` that can be shown, 0: there is none. */
static size_t printable(const char *text, size_t len, struct glyph *g)
{
	mbstate_t state = {0};
	wchar_t wc;
	size_t n = decode(text, len, &wc);
	int width;

	if (!n || wc < L' ' || !iswprint((wint_t)wc) || misleads(wc))
		return 0;
	width = wcwidth(wc);
	g->len = wcrtomb(g->bytes, wc, &state);
	if (width < 0 || g->len > sizeof(g->bytes) ||
	    memchr(g->bytes, 0x1b, g->len))
		return 0;
	g->columns = (unsigned)width;
	return n;
}

/* Columns of a character that the locale knows nothing of. */
static unsigned columns_of(wchar_t wc)
{
	static const struct {
		uint32_t first, last;
		unsigned columns;
	} ranges[] = {
		{0x0080, 0x009f, 0},   {0x0300, 0x036f, 0},
		{0x1100, 0x115f, 2},   {0x20d0, 0x20f0, 0},
		{0x2e80, 0x303e, 2},   {0x3041, 0xa4cf, 2},
		{0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
		{0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},
		{0xff01, 0xff60, 2},   {0xffe0, 0xffe6, 2},
		{0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2},
		{0x20000, 0x3fffd, 2},
	};

	if (misleads(wc))
		return 0;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if ((uint32_t)wc >= ranges[i].first &&
		    (uint32_t)wc <= ranges[i].last)
			return ranges[i].columns;
	return 1;
}

/* For a bar of a plot that the terminal lacks, by its height; else `other`. */
static char stand_in(wchar_t wc, char other)
{
	static const char bars[] = "..::||##";

	return wc >= 0x2581 && wc <= 0x2588 ? bars[wc - 0x2581] : other;
}

size_t show_page(char *out, const char *text, size_t len)
{
	size_t put = 0;

	for (size_t i = 0; i < len;) {
		struct glyph g;
		wchar_t wc = L'?';
		size_t n = printable(text + i, len - i, &g);

		if (n) {
			memcpy(out + put, g.bytes, g.len);
			put += g.len;
		} else {
			n = decode(text + i, len - i, &wc);
			memset(out + put, stand_in(wc, '.'), columns_of(wc));
			put += columns_of(wc);
		}
		i += n ? n : 1;
	}
	out[put] = '\0';
	return put;
}

static size_t escape(char *out, unsigned char byte)
{
	return (size_t)sprintf(out, "\\x%02x", byte);
}

static size_t to_terminal(char *out, const char *text, size_t len,
			  unsigned *columns)
{
	unsigned column = 0;
	size_t put = 0;

	for (size_t i = 0; i < len;) {
		struct glyph g;
		wchar_t wc;
		size_t n = printable(text + i, len - i, &g);

		if (n) {
			memcpy(out + put, g.bytes, g.len);
			put += g.len;
			column += g.columns;
			i += n;
		} else if (text[i] == '\t') {
			do
				out[put++] = ' ';
			while (++column % TAB);
			i++;
		} else if ((n = decode(text + i, len - i, &wc)) &&
			   (out[put] = stand_in(wc, '\0'))) {
			put++;
			column++;
			i += n;
		} else {
			n = escape(out + put, (unsigned char)text[i++]);
			put += n;
			column += (unsigned)n;
		}
	}
	*columns = column;
	return put;
}

size_t show_text(char *out, const char *text, size_t len, enum show_for how,
		 unsigned *columns)
{
	unsigned unused;
	size_t put = 0;

	if (!columns)
		columns = &unused;
	if (how == SHOW_TERMINAL) {
		put = to_terminal(out, text, len, columns);
	} else {
		for (size_t i = 0; i < len; i++) {
			unsigned char c = (unsigned char)text[i];

			if ((c < ' ' && c != '\t') || c == 0x7f)
				put += escape(out + put, c);
			else
				out[put++] = text[i];
		}
		*columns = (unsigned)put;
	}
	out[put] = '\0';
	return put;
}

bool show_is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		struct glyph g;
		size_t n = printable(text + i, len - i, &g);

		if (!n)
			return false;
		i += n;
	}
	return true;
}
