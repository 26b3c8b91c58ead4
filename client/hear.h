/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the appliance says: replies go to those who asked, and what comes
 * unasked, crashes, notices and the lines of jobs, is dealt with here.
 */
#ifndef CLIENT_HEAR_H
#define CLIENT_HEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "client/conn.h"

struct hear {
	struct conn *conn;
	bool events; /* a program is shown notices, too */
};

/* Takes what comes on the line: the link's word. */
void hear_bytes(void *hear, const char *data, size_t len);

#endif /* CLIENT_HEAR_H */
