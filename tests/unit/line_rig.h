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

#include "app.h"
#include "shell/intake.h"
#include "unit.h"

#define RIG_STEP_NS 100000ull
#define RIG_STEPS_A_SECOND 10000u
/* Of the UART and its ring. */
#define RIG_HELD 48
#define RIG_SCREEN (256 << 10)

struct rig {
	struct app app;
	struct intake in;
	uint64_t now_ns;
	bool slow;       /* frames move: 16 bytes a step */
	bool deaf;       /* nobody reads */
	const char *out; /* what the client still has to send... */
	size_t out_len;
	char held[RIG_HELD]; /* ...and what the one before left */
	size_t held_len;
	char screen[RIG_SCREEN]; /* the client's, NUL behind */
	size_t len, seen;        /* ...and how much of it was searched */
};

extern struct rig rig;

/* A new app on two wired ports; files "forever" and "sleeper" are there. */
void rig_begin(void);
void rig_end(void);

/* The client sends that, too, once what it sent before is gone. */
void rig_send(const void *bytes, size_t len);
void rig_type(const char *text);

void rig_step(void);
void rig_run(unsigned steps);

/* The client goes, and the next one is there. */
void rig_reconnect(void);

/* What was read by now is of no interest. */
void rig_forget(void);

/*
 * Steps until the client has read `text`; returns how many that took, or fails
 * after `max`.
 */
unsigned rig_until(const char *text, unsigned max);

#endif /* TESTS_LINE_RIG_H */
