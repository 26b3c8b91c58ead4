/* SPDX-License-Identifier: BSD-3-Clause */
/* Between beginning an experiment and following it. */
#ifndef APP_ASK_IMPL_H
#define APP_ASK_IMPL_H

#include "app/ask.h"

/* Rows from `c->state[ROW]` on are left for the calls that follow. */
enum { SEEN, ROW, HEADED, BEGUN, SINCE, WHOSE };

/* Fails the call where an experiment runs, or a port of `mask` is not idle. */
enum call_result ask_check_ports(struct call *c, uint64_t mask);

/* Waits for the end of the one that runs, and tells what it found. */
enum call_result ask_wait(struct call *c);

/* The one who waits goes. */
enum call_result ask_leave(struct call *c);

#endif /* APP_ASK_IMPL_H */
