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
#include "client/keep.h"

/* Looks at each line that is unasked for; true when it has dealt with it. */
struct hear_watch {
	bool (*take)(void *arg, const char *line, size_t len);
	void *arg;
	struct hear_watch *next;
};

struct hear {
	struct conn *conn;
	struct keep *keep;
	struct hear_watch *watch; /* the first of them; or NULL */
	bool events;              /* a program is shown notices, too */
	bool all;                 /* and its first line, and what jobs say */
};

/* Has one look before all others. */
void hear_add(struct hear *h, struct hear_watch *watch);

/* Takes what comes on the line: the link's word. */
void hear_bytes(void *hear, const char *data, size_t len);

/* Shows what has come of a line that has no end yet. */
void hear_rest(struct hear *h);

/* "[N] TEXT", what job N has to say: N, and where TEXT is; 0: it is not. */
unsigned hear_job(const char *line, const char **text);

#endif /* CLIENT_HEAR_H */
