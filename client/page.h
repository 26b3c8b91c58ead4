/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A page of the appliance on this terminal. A program gets none, so here the
 * client types the line as a person and passes on what is drawn: text, and of
 * the sequences those that a page needs. The question for the terminal's size
 * is answered here.
 */
#ifndef CLIENT_PAGE_H
#define CLIENT_PAGE_H

#include "client/client.h"

/* True when the line asks for one. */
bool page_wanted(struct client *c, const char *text);

/* Plays what a request may not: `text` drawn on the terminal, to its end. */
void page_play(struct client *c, const char *text);

#endif /* CLIENT_PAGE_H */
