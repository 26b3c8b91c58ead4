/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What appliances say of themselves: each is asked at its socket for those who
 * watch (docs/protocol.md), all at once, so one that is slow holds up none.
 */
#ifndef METRICS_ASK_H
#define METRICS_ASK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <sys/types.h>

enum ask_for { ASK_STATS, ASK_VERSION, ASK_PORTS, ASK_STREAMS, ASK_REQUESTS };

struct asked {
	char name[64];
	char path[108]; /* of its socket */
	ino_t inode;    /* of that, when it was asked last */
	bool up;        /* it answered to ASK_STATS */
	double seconds; /* that its answers took */
	/* Of each request, a list of its lines; NULL: there are none. */
	cJSON *lines[ASK_REQUESTS];
};

/* Streams of a port that is up, of ASK_PORTS. */
double ask_streams(const cJSON *port);

/*
 * Asks `n` of them; what has not come after `timeout_ms` is not there. One that
 * has more than `streams` streams is not asked for these.
 */
void ask(struct asked *a, unsigned n, unsigned streams, int timeout_ms);

/* What they said is forgotten, but for the version of those that are up. */
void ask_end(struct asked *a, unsigned n);

#endif /* METRICS_ASK_H */
