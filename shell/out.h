/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes on their way to the device: a ring that the session fills and its owner
 * drains. A writer asks for room first: what does not fit is not taken.
 */
#ifndef SHELL_OUT_H
#define SHELL_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "shell/attr.h"

#define OUT_BYTES 8192 /* a power of two */

struct out {
	unsigned char bytes[OUT_BYTES];
	unsigned head, tail; /* free running */
	bool mid_line;       /* the last byte written ended no line */
	bool color;          /* a terminal: out_attr() has an effect */
};

static inline size_t out_room(const struct out *o)
{
	return OUT_BYTES - (o->tail - o->head);
}

/* Writes all of it: the caller has made sure of the room. */
void out_write(struct out *o, const void *buf, size_t len);
/*
 * Words with a blank before each, from column `from` on; one that would not fit
 * into `width` columns goes on a line below, indented.
 */
void out_words(struct out *o, const char *text, unsigned from, unsigned width);

void out_text(struct out *o, const char *text);
__attribute__((format(printf, 2, 3))) void out_printf(struct out *o,
						      const char *fmt, ...);

/* From here on text looks so, ATTR_PLAIN to end it. Up to ATTR_MAX bytes. */
void out_attr(struct out *o, unsigned attr);

/* As many bytes as stand in one piece, *buf set to them. */
size_t out_peek(const struct out *o, const void **buf);
void out_drop(struct out *o, size_t len);

#endif /* SHELL_OUT_H */
