/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Characters of UTF-8; what is wider is rare in what is wrapped. */
static unsigned width(const char *text, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

static size_t word_len(const char *text, size_t len)
{
	const char *blank = memchr(text, ' ', len);

	return blank ? (size_t)(blank - text) : len;
}

char *wrap_text(const char *text, size_t len, unsigned columns, unsigned indent,
		size_t *n)
{
	/* At most, each byte is a word on a row of its own. */
	char *out = malloc(len * (indent + 2) + 1);
	unsigned column = 0, blanks = 0;
	bool begun = false;
	size_t put = 0;

	if (!out)
		abort();
	for (size_t i = 0; i < len;) {
		size_t word = word_len(text + i, len - i);
		unsigned wide = width(text + i, word);

		if (!word) {
			blanks++;
			i++;
			continue;
		}
		if (begun && column + blanks + wide > columns) {
			out[put++] = '\n';
			column = 0;
			blanks = indent;
		}
		memset(out + put, ' ', blanks);
		put += blanks;
		memcpy(out + put, text + i, word);
		put += word;
		column += blanks + wide;
		blanks = 0;
		begun = true;
		i += word;
	}
	out[put] = '\0';
	*n = put;
	return out;
}
