/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines that a person types, with a library for it (edit_libedit.c) or without
 * (edit_plain.c). While one is waited for, the client's loop runs; what is
 * shown then takes the line out of the way, and it comes back by itself.
 */
#ifndef CLIENT_EDIT_H
#define CLIENT_EDIT_H

#include "client/client.h"

struct edit;

struct edit *edit_open(struct client *c);
void edit_close(struct edit *e);

/* The next line, without its end, until the next call; NULL at the end. */
const char *edit_line(struct edit *e);

#endif /* CLIENT_EDIT_H */
