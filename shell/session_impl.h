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

/* It is at its end, or will be once its chunk is out. */
static inline bool ending(const struct runner *r)
{
	return r->state == RUNNER_END || r->cancel;
}

static inline bool typed_empty(const struct session *s)
{
	return s->typed_head == s->typed_tail;
}

/* Nothing that a person has begun to type stands before the next byte. */
bool session_at_line_start(const struct session *s);

/* Whose the request is that has come. */
struct runner *session_request_runner(const struct session *s);
/* ...and whether that runner is free for it. */
bool session_request_ready(const struct session *s);

/* A '@' at the start of a line, the bytes behind it, and the run of it all. */
void session_begin_request(struct session *s);
void session_request_byte(struct session *s, unsigned char byte);
void session_start_request(struct session *s);

/* ---- session_ports.c ---------------------------------------------------- */

/*
 * The next prompt; one of a person who selected ports tells: "ukpktgen[1]> ".
 */
void session_set_prompt(struct session *s);

/* That of somebody who has selected the ports of `mask`. */
void session_print_prompt(const struct session *s, uint64_t mask, char *buf,
			  size_t size);

/* ---- session_open.c ------------------------------------------------------ */

/*
 * Looks at what is new among `len` bytes of input at `p`. Returns the bytes up
 * to the end of an opening with a ^C that stands there, the last one; else 0.
 */
size_t session_scan(struct session *s, const unsigned char *p, size_t len);

/* A byte of the input was taken. */
void session_took(struct session *s, unsigned char byte);

/* The ^C that is next was heeded when it was seen to come. */
bool session_heeded(struct session *s);

/*
 * Heeds a ^C in input that cannot be taken now: `len` bytes at `p`. Returns how
 * many are done with by that.
 */
size_t session_look_ahead(struct session *s, const unsigned char *p, size_t len,
			  uint64_t now_ns);

/* ---- session_turn.c ------------------------------------------------------ */

/* Who puts something out: a runner by its place among them, or these. */
#define TURN_NOTICES (1u << SESSION_RUNNERS)
#define TURN_KEYS (2u << SESSION_RUNNERS)

/* Whether `who` may begin to put something out. */
bool session_turn(const struct session *s, unsigned who);

/* `who` has put out what it had, or a part that may stand by itself. */
void session_had_turn(struct session *s, unsigned who);

/* A person who types next has no prompt to type at. */
bool session_prompt_due(const struct session *s);

#endif /* SHELL_SESSION_IMPL_H */
