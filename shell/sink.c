/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/sink.h"

void sink_byte(struct sink *s, char c)
{
	if (((unsigned char)c & 0xc0) != 0x80)
		s->columns++;
	if (s->skip)
		s->skip--;
	else if (s->used < s->size)
		s->buf[s->used++] = c;
	else
		s->full = true;
}

void sink_str(struct sink *s, const char *text)
{
	while (*text)
		sink_byte(s, *text++);
}

void sink_blanks(struct sink *s, size_t n)
{
	while (n--)
		sink_byte(s, ' ');
}

void sink_escape(struct sink *s, const char *text)
{
	const size_t columns = s->columns;

	sink_str(s, text);
	s->columns = columns;
}

void sink_u64(struct sink *s, uint64_t v, bool grouped)
{
	char digits[20];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n--) {
		sink_byte(s, digits[n]);
		if (grouped && n && n % 3 == 0)
			sink_byte(s, ',');
	}
}

void sink_i64(struct sink *s, int64_t v, bool grouped)
{
	if (v < 0)
		sink_byte(s, '-');
	sink_u64(s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, grouped);
}

void sink_milli(struct sink *s, uint64_t v, bool grouped)
{
	const unsigned rest = (unsigned)(v % 1000);

	sink_u64(s, v / 1000, grouped);
	sink_byte(s, '.');
	sink_byte(s, (char)('0' + rest / 100));
	sink_byte(s, (char)('0' + rest / 10 % 10));
	sink_byte(s, (char)('0' + rest % 10));
}

void sink_hex(struct sink *s, unsigned v, unsigned digits)
{
	while (digits--)
		sink_byte(s, "0123456789abcdef"[v >> 4 * digits & 15]);
}

/* The Unicode Standard, table 3-7: no overlong forms, no surrogates. */
size_t utf8_take(const char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	if (!len)
		return 0;
	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	n = p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (!n || p[0] > 0xf7 || n > len)
		return 0;
	*code = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n;
}
