/* SPDX-License-Identifier: BSD-3-Clause */
/* Text into a buffer, cut where that ends, and numbers as people read them. */
#ifndef SHELL_SINK_H
#define SHELL_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where text goes. */
struct sink {
	char *buf;
	size_t size, used;
	size_t skip;    /* bytes still to leave out */
	size_t columns; /* what all of it takes on the screen */
	bool full;      /* there was more than went in */
};

/* Keeps nothing, counts columns. */
#define SINK_MEASURE ((struct sink){.skip = SIZE_MAX})

void sink_byte(struct sink *s, char c);
void sink_str(struct sink *s, const char *text);
void sink_blanks(struct sink *s, size_t n);

/* What a terminal acts on, in no column. */
void sink_escape(struct sink *s, const char *text);

/* Decimal digits, "12,345" if grouped. */
void sink_u64(struct sink *s, uint64_t v, bool grouped);
void sink_i64(struct sink *s, int64_t v, bool grouped);

/* Thousandths: "12,345.678". */
void sink_milli(struct sink *s, uint64_t v, bool grouped);

/* `v` in hexadecimal, with `digits` digits, zeros in front. */
void sink_hex(struct sink *s, unsigned v, unsigned digits);

/*
 * The length of the UTF-8 sequence that `s` starts with, and its code point; 0
 * when it is none.
 */
size_t utf8_take(const char *s, size_t len, uint32_t *code);

#endif /* SHELL_SINK_H */
