/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MASK (OUT_BYTES - 1)

void out_write(struct out *o, const void *buf, size_t len)
{
	const unsigned char *p = buf;

	for (size_t i = 0; i < len; i++)
		o->bytes[o->tail++ & MASK] = p[i];
	if (len)
		o->mid_line = p[len - 1] != '\n';
}

void out_text(struct out *o, const char *text)
{
	out_write(o, text, strlen(text));
}

void out_printf(struct out *o, const char *fmt, ...)
{
	char buf[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n > 0)
		out_text(o, buf);
}

void out_attr(struct out *o, unsigned attr)
{
	const bool mid_line = o->mid_line;
	char buf[ATTR_MAX];
	size_t len;

	if (!o->color)
		return;
	len = attr_change(buf, attr ? ATTR_PLAIN : ATTR_ALL, attr);
	out_write(o, buf, len);
	o->mid_line = mid_line;
}

size_t out_peek(const struct out *o, const void **buf)
{
	size_t used = o->tail - o->head;
	size_t piece = OUT_BYTES - (o->head & MASK);

	*buf = &o->bytes[o->head & MASK];
	return used < piece ? used : piece;
}

void out_drop(struct out *o, size_t len)
{
	o->head += (unsigned)len;
}

#define WORDS_INDENT 4

void out_words(struct out *o, const char *text, unsigned from, unsigned width)
{
	size_t n;

	for (; *text; text += n) {
		text += strspn(text, " ");
		n = strcspn(text, " ");
		if (!n)
			return;
		if (from + 1 + n > width && from > WORDS_INDENT) {
			out_printf(o, "\r\n%*s", WORDS_INDENT - 1, "");
			from = WORDS_INDENT - 1;
		}
		out_text(o, " ");
		out_write(o, text, n);
		from += 1 + (unsigned)n;
	}
}
