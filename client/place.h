/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors of commands, shown with the line that led to them. */
#ifndef CLIENT_PLACE_H
#define CLIENT_PLACE_H

#include "client/ui.h"

/* A file of the appliance, and where it is from. */
struct place_source {
	const char *name, *path;
};

/*
 * Where in a line it is: below it, for the very bytes that were sent. The line
 * that a person `typed` stands there already, behind the prompt.
 */
void place_show(struct ui *ui, const char *text, unsigned column, bool typed);

/*
 * "FILE:ROW:COLUMN: CODE: MESSAGE", and the line, `text`, with its place; NULL:
 * it is not known.
 */
void place_error(struct ui *ui, const char *file, unsigned row, unsigned column,
		 const char *code, const char *message, const char *text);

#endif /* CLIENT_PLACE_H */
