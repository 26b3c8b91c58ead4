/* SPDX-License-Identifier: BSD-3-Clause */
/* The terminal: its size, how it was found, and how keys reach us from it. */
#ifndef CLIENT_TERM_H
#define CLIENT_TERM_H

#include <stdbool.h>
#include <termios.h>

struct term {
	bool saved; /* `cooked` is how it was found */
	bool keys;  /* they reach us one by one, where nobody else has it */
	struct termios cooked;
};

/* As it is now is how others get it. */
void term_save(struct term *term);

/* Lets another program have it, and takes it back. */
void term_cook(const struct term *term);
void term_uncook(const struct term *term);

/* Those of standard output, or 24 and 80. */
unsigned term_rows(void);
unsigned term_columns(void);

#endif /* CLIENT_TERM_H */
