/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/text_as.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xfffd
#define MOST_DECIMALS 9

/* Takes a character; what is no UTF-8 is one byte long. */
static unsigned long take(const char **s)
{
	const unsigned char *b = (const unsigned char *)*s;
	static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};
	const unsigned more = *b < 0x80   ? 0
			      : *b < 0xc2 ? 4
			      : *b < 0xe0 ? 1
			      : *b < 0xf0 ? 2
			      : *b < 0xf5 ? 3
					  : 4;
	unsigned long c;

	*s += 1;
	if (more == 0)
		return *b;
	if (more == 4)
		return REPLACEMENT;
	c = *b & (0x3fu >> more);
	for (unsigned i = 1; i <= more; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (b[i] & 0x3fu);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return REPLACEMENT;
	*s += more;
	return c;
}

/* Neither controls nor what turns the direction of text, nor no character. */
static bool printable(unsigned long c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069) && (c & 0xfffe) != 0xfffe &&
	       !(c >= 0xfdd0 && c <= 0xfdef) && c != 0xfeff;
}

static const char *escape(unsigned long c, enum text_as as)
{
	switch (c) {
	case '"':
		return as == AS_CSV ? "\"\"" : as == AS_HTML ? "&quot;" : NULL;
	case '&':
		return as == AS_CSV ? NULL : "&amp;";
	case '<':
		return as == AS_CSV ? NULL : "&lt;";
	case '>':
		return as == AS_CSV ? NULL : "&gt;";
	case '\'':
		return as == AS_HTML ? "&#39;" : NULL;
	default:
		return NULL;
	}
}

void text_as(struct text *t, enum text_as as, const char *s)
{
	/* A spreadsheet takes such a text for a formula. */
	if (as == AS_CSV && *s && s[1] && strchr("=+-@\t\r", *s))
		text_bytes(t, "'", 1);
	while (*s) {
		const char *from = s, *other;
		unsigned long c = take(&s);

		if (c == '\n' || c == '\t' || c == '\r') {
			text_bytes(t, " ", 1);
			continue;
		}
		other = escape(c, as);
		if (c == REPLACEMENT || !printable(c))
			text_add(t, "\xef\xbf\xbd");
		else if (other)
			text_add(t, "%s", other);
		else if (as == AS_MARKDOWN && c < 0x80 &&
			 strchr("\\`*_{}[]#|~!$:", (int)c))
			text_add(t, "\\%c", (int)c);
		else
			text_bytes(t, from, (size_t)(s - from));
	}
}

int number_decimals(double v)
{
	char digits[64];
	const char *point;

	if (!isfinite(v))
		return 0;
	for (int n = 0; n < MOST_DECIMALS; n++) {
		snprintf(digits, sizeof(digits), "%.*f", n,
			 fabs(v) < 1e18 ? v : 0);
		point = digits;
		if (fabs(strtod(point, NULL) - v) <= fabs(v) * 1e-15)
			return n;
	}
	return MOST_DECIMALS;
}

void text_number(struct text *t, double v, int decimals, bool plain)
{
	char digits[400];
	size_t whole, at = 0;

	if (!isfinite(v)) {
		text_add(t, "-");
		return;
	}
	snprintf(digits, sizeof(digits), "%.*f", decimals, v);
	if (digits[0] == '-')
		text_bytes(t, digits + at++, 1);
	whole = strcspn(digits + at, ".");
	for (size_t i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0 && !plain)
			text_bytes(t, ",", 1);
		text_bytes(t, digits + at + i, 1);
	}
	text_add(t, "%s", digits + at + whole);
}
