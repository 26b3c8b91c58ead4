/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A line of a person or of a file: commands of the appliance, or a word of the
 * client itself. Those start with a dot, as no command does.
 */
#ifndef CLIENT_LINE_H
#define CLIENT_LINE_H

#include "client/client.h"
#include "client/complete.h"
#include "client/status.h"

/* `file` and `row` say where it stands; NULL: a person typed it. */
enum status line_run(struct client *c, const char *text, const char *file,
		     unsigned row);

/* As complete_ask(), for our words, too. */
bool line_complete(struct client *c, const char *line, bool next,
		   struct candidates *list);

#endif /* CLIENT_LINE_H */
