/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes as words of a line: base64 of RFC 4648, 4, with its padding. */
#ifndef FILES_BASE64_H
#define FILES_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* How long the text of that many bytes is, without a NUL. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_LEN(len) characters and a NUL. */
void base64_encode(const void *data, size_t len, char *out);

/*
 * Writes up to `size` bytes and sets *len to how many. False when `text` is no
 * base64 (its length, a character, padding, bits behind the last byte) or is
 * more than fit.
 */
bool base64_decode(const char *text, size_t text_len, void *out, size_t size,
		   size_t *len);

#endif /* FILES_BASE64_H */
