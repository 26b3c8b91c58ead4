/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines one by one, from wherever they come: the first that fails ends it. */
#ifndef CLIENT_BATCH_H
#define CLIENT_BATCH_H

#include "client/client.h"
#include "client/status.h"

/* Runs a line of the file `name`. */
typedef enum status batch_line(struct client *c, const char *text,
			       const char *name, unsigned row);

/* All lines of our input, of a file, of a string. `name` is for messages. */
enum status batch_input(struct client *c, const char *name, batch_line *run);
enum status batch_file(struct client *c, const char *path, batch_line *run);
enum status batch_text(struct client *c, const char *text, const char *name,
		       batch_line *run);

#endif /* CLIENT_BATCH_H */
