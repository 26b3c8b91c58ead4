/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines that a person types, with a library for it (edit_libedit.c) or without
 * (edit_plain.c). While one is waited for, client_pump() runs.
 */
#ifndef CLIENT_EDIT_H
#define CLIENT_EDIT_H

#include <stdbool.h>

struct client;
struct edit;

#define EDIT_PROMPT "ukpktgen> "

/* Keys reach us one by one, where nobody else has the terminal. */
extern const bool edit_has_keys;

struct edit *edit_open(struct client *c);
void edit_close(struct edit *e);

/* The next line, without its end, until the next call; NULL at the end. */
const char *edit_line(struct edit *e);

/* Has the line that is being typed out of the way; it comes back by itself. */
void edit_hide(struct edit *e);

/* The terminal has another size, or was somebody else's. */
void edit_resize(struct edit *e);

#endif /* CLIENT_EDIT_H */
