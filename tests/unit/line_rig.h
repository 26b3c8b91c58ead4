/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole app on a line like QEMU's: a client connects, sends, reads or not,
 * and goes; the next one connects. The clock runs in steps of 100 us, the
 * console taking 16 bytes in each as it does while frames move, or as many as
 * there are. What a client leaves unread in the socket is lost with it; what is
 * in the UART and its ring stays.
 */
#ifndef TESTS_LINE_RIG_H
#define TESTS_LINE_RIG_H

#include "app/app.h"
#include "shell/intake.h"
#include "unit.h"

#define LINE_STEP_NS 100000ull
#define LINE_STEPS_A_SECOND 10000u
/* Of the UART and its ring. */
#define LINE_HELD 48
#define LINE_SCREEN (256 << 10)

struct line {
	struct app app;
	struct intake in;
	uint64_t now_ns;
	bool slow;       /* frames move: 16 bytes a step */
	bool deaf;       /* nobody reads */
	const char *out; /* what the client still has to send... */
	size_t out_len;
	char held[LINE_HELD]; /* ...and what the one before left */
	size_t held_len;
	char screen[LINE_SCREEN]; /* the client's, NUL behind */
	size_t len, seen;         /* ...and how much of it was searched */
};

extern struct line line;

/* A new app on two wired ports; files "forever" and "sleeper" are there. */
void line_begin(void);
void line_end(void);

/* The client sends that, too, once what it sent before is gone. */
void line_send(const void *bytes, size_t len);
void line_type(const char *text);

void line_step(void);
void line_run(unsigned steps);

/* The client goes, and the next one is there. */
void line_reconnect(void);

/* What was read by now is of no interest. */
void line_forget(void);

/*
 * Steps until the client has read `text`; returns how many that took, or fails
 * after `max`.
 */
unsigned line_until(const char *text, unsigned max);

#endif /* TESTS_LINE_RIG_H */
