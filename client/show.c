/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "client/show.h"

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

/* Length of the printable character at `text`, 0 when there is none. */
static size_t printable(const char *text, size_t len, int *width)
{
	mbstate_t state = {0};
	wchar_t wc;
	size_t n;

	*width = 1;
	if ((unsigned char)*text < 0x80)
		return *text >= ' ' && *text != 0x7f;
	n = mbrtowc(&wc, text, len, &state);
	if (n == 0 || n > len || !iswprint((wint_t)wc) || misleads(wc))
		return 0;
	*width = wcwidth(wc);
	return *width < 0 ? 0 : n;
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
		int width;
		size_t n = printable(text + i, len - i, &width);

		if (n) {
			memcpy(out + put, text + i, n);
			put += n;
			column += (unsigned)width;
			i += n;
		} else if (text[i] == '\t') {
			do
				out[put++] = ' ';
			while (++column % TAB);
			i++;
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
		int width;
		size_t n = printable(text + i, len - i, &width);

		if (!n)
			return false;
		i += n;
	}
	return true;
}
