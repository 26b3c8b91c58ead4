/* SPDX-License-Identifier: BSD-3-Clause */
/* What a start tells. */
#ifndef APP_STARTED_H
#define APP_STARTED_H

#include "app/app.h"

/* The streams of a port that are meant: the first, how many. */
unsigned started_count(const struct pktgen *pg, const struct subjects *on,
		       unsigned port, unsigned *first);

/* "until 100 frames are sent", "for 10s". */
void started_limit(const struct flow_limit *limit, const char *of_each,
		   char *buf, size_t size);

/*
 * A line to a person for each port, or for several that do the same. `until`
 * NULL: as their plans say. `begins_ns`, unless 0: they began together.
 */
void started_tell(struct call *c, const struct subjects *on, uint64_t mask,
		  const char *until, uint64_t begins_ns);

#endif /* APP_STARTED_H */
