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

#define CTRL_C 0x03
#define BY_KEY "cancelled by Ctrl-C"

static inline bool busy(const struct runner *r)
{
	return r->state != RUNNER_IDLE;
}

static inline bool typed_empty(const struct session *s)
{
	return s->typed_head == s->typed_tail;
}

/* Nothing that a person has begun to type stands before the next byte. */
bool session_at_line_start(const struct session *s);

/* A '@' at the start of a line, the bytes behind it, and the run of it all. */
void session_begin_request(struct session *s);
void session_request_byte(struct session *s, unsigned char byte);
void session_start_request(struct session *s);

/* What is held up by requests that wait: `len` bytes of input at `p`. */
void session_look_ahead(struct session *s, const unsigned char *p, size_t len,
			uint64_t now_ns);

#endif /* SHELL_SESSION_IMPL_H */
