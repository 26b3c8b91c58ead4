/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of the session. */
#ifndef SHELL_SESSION_IMPL_H
#define SHELL_SESSION_IMPL_H

#include "shell/session.h"

/* ---- session_page.c ----------------------------------------------------- */

/* The terminal has told its size. */
void session_set_size(struct session *s, const struct keys_size *size);

/* Takes a byte while there is a page. */
void session_page_key(struct session *s, unsigned char byte, uint64_t now_ns);

/* Gives the page what was typed ahead of it, and puts out some of it. */
void session_page_poll(struct session *s, uint64_t now_ns);

#endif /* SHELL_SESSION_IMPL_H */
