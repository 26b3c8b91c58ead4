/* SPDX-License-Identifier: BSD-3-Clause */
#include "files/base64.h"

#include <stdint.h>

static const char digits[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz"
			       "0123456789+/";

void base64_encode(const void *data, size_t len, char *out)
{
	const unsigned char *p = data;

	while (len) {
		size_t n = len < 3 ? len : 3;
		uint32_t v = (uint32_t)p[0] << 16;

		if (n > 1)
			v |= (uint32_t)p[1] << 8;
		if (n > 2)
			v |= p[2];
		out[0] = digits[v >> 18];
		out[1] = digits[v >> 12 & 63];
		out[2] = n > 1 ? digits[v >> 6 & 63] : '=';
		out[3] = n > 2 ? digits[v & 63] : '=';
		out += 4;
		p += n;
		len -= n;
	}
	*out = '\0';
}

/* -1 for what is no digit. */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(const char *text, size_t text_len, void *out, size_t size,
		   size_t *len)
{
	unsigned char *p = out;
	size_t pad = 0, n;

	if (text_len % 4)
		return false;
	while (pad < 2 && pad < text_len && text[text_len - 1 - pad] == '=')
		pad++;
	n = text_len / 4 * 3 - pad;
	if (n > size)
		return false;
	*len = n;
	while (n) {
		uint32_t v = 0;
		size_t take = n < 3 ? n : 3;

		for (size_t i = 0; i < 4; i++) {
			int d = i <= take ? value_of(text[i]) : 0;

			if (d < 0)
				return false;
			v = v << 6 | (uint32_t)d;
		}
		/* One value has one spelling. */
		if (take < 3 && v & (take < 2 ? 0xffff : 0xff))
			return false;
		for (size_t i = 0; i < take; i++)
			p[i] = (unsigned char)(v >> (16 - 8 * i));
		p += take;
		text += 4;
		n -= take;
	}
	return true;
}
