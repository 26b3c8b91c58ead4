/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the last run of each port can be trusted: see `verdict`. */
#ifndef CLIENT_VERDICT_H
#define CLIENT_VERDICT_H

#include "client/client.h"
#include "client/status.h"

/* Asks, for a time in ms, and says why not; STATUS_SUSPECT, STATUS_INVALID. */
enum status verdict_check(struct client *c, unsigned ms);

#endif /* CLIENT_VERDICT_H */
