/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What appliances say of themselves: each is asked at its socket for those who
 * watch (docs/protocol.md), without waiting for one after the other, so one
 * that is slow holds up none.
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

struct ask_how {
	unsigned streams; /* who has more of them is not asked for these */
	int timeout_ms;   /* of each; what has not come then is not there */
	int spread_ms;    /* they are begun with in turn, over such a time */
};

/* Asks `n` of them. */
void ask(struct asked *a, unsigned n, const struct ask_how *how);

/* What they said is forgotten, but for the version of those that are up. */
void ask_end(struct asked *a, unsigned n);

#endif /* METRICS_ASK_H */
