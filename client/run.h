/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CLIENT_RUN_H
#define CLIENT_RUN_H

#include "client/client.h"
#include "client/status.h"

/*
 * Sends a line of commands, shows the replies and, with its place, what went
 * wrong. `file` and `row` say where it stands; NULL: a person typed it.
 */
enum status run_commands(struct client *c, const char *text, const char *file,
			 unsigned row);

/* Says why there is no reply, as far as that has to be said. */
enum status run_lost(struct client *c);

#endif /* CLIENT_RUN_H */
