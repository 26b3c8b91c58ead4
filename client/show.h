/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text of the appliance on our side. It has no say over the terminal: whatever
 * is no printable character there is shown as what it is, in hexadecimal. It
 * comes in UTF-8 whatever the locale, which says what the terminal takes.
 */
#ifndef CLIENT_SHOW_H
#define CLIENT_SHOW_H

#include <stdbool.h>
#include <stddef.h>

enum show_for {
	SHOW_TERMINAL, /* what the locale can print, and blanks for tabs */
	SHOW_FILE,     /* all but the ASCII control characters */
};

/* The most that a byte becomes: a tab's blanks, or an odd encoding's bytes. */
#define SHOW_GROWTH 8

/*
 * Writes `len` bytes of `text` to `out`, which has room for SHOW_GROWTH times
 * as many and a NUL, and returns how many those are. *columns, unless NULL, is
 * how wide they are on a terminal.
 */
size_t show_text(char *out, const char *text, size_t len, enum show_for how,
		 unsigned *columns);

/*
 * The same for a page, where each character has its place: one that the
 * terminal cannot show is replaced by as many '.' as it has columns, a bar of a
 * plot by one of ".:|#", a byte that is no UTF-8 by '.'. No control characters.
 */
size_t show_page(char *out, const char *text, size_t len);

/* True when all of it is shown as it stands. */
bool show_is_plain(const char *text, size_t len);

#endif /* CLIENT_SHOW_H */
