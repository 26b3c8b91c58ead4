/* SPDX-License-Identifier: BSD-3-Clause */
/* Between beginning an experiment and following it. */
#ifndef APP_ASK_IMPL_H
#define APP_ASK_IMPL_H

#include "app/ask.h"

/* Rows from `c->state[ROWS_SEEN]` on are left for the calls that follow. */
enum { SEEN, ROW, ROWS_SEEN, HEADED, BEGUN, SINCE, WHOSE, FOLLOWS };

/* Waits for the end of the one that runs, and tells what it found. */
enum call_result ask_wait(struct call *c);

/* The one who waits goes. */
enum call_result ask_leave(struct call *c);

#endif /* APP_ASK_IMPL_H */
