/* SPDX-License-Identifier: BSD-3-Clause */
/* Text as rows of a terminal: broken between words, with a hanging indent. */
#ifndef CLIENT_WRAP_H
#define CLIENT_WRAP_H

#include <stddef.h>

/*
 * `len` bytes of `text` as rows of up to `columns`, all but the first indented
 * by `indent`; a word that is longer than a row stays whole. Allocated, with a
 * NUL; *n is its length.
 */
char *wrap_text(const char *text, size_t len, unsigned columns, unsigned indent,
		size_t *n);

#endif /* CLIENT_WRAP_H */
