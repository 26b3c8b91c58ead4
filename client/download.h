/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `.download`: what has come stands in FILE.CRC.part until it is whole, so that
 * the next attempt, of whichever client, goes on with it.
 */
#ifndef CLIENT_DOWNLOAD_H
#define CLIENT_DOWNLOAD_H

#include "client/client.h"
#include "client/status.h"

/*
 * Fetches `name` as `file`, or by its own name, NULL. A file that is there is
 * replaced with `force` only.
 */
enum status download_file(struct client *c, const char *name, const char *file,
			  bool force);

#endif /* CLIENT_DOWNLOAD_H */
