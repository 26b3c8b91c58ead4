/* SPDX-License-Identifier: BSD-3-Clause */
/* `.upload`: put, then chunks sent ahead; docs/protocol.md, "Files". */
#ifndef CLIENT_UPLOAD_H
#define CLIENT_UPLOAD_H

#include "client/client.h"
#include "client/status.h"

/* Sends `file` as `name`, or by its own name, NULL. */
enum status upload_file(struct client *c, const char *file, const char *name);

#endif /* CLIENT_UPLOAD_H */
