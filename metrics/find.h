/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which appliances are meant: those that are named, or all whose sockets stand
 * in the launcher's directory, and those that ever stood there: one that has
 * gone is down.
 */
#ifndef METRICS_FIND_H
#define METRICS_FIND_H

#include "metrics/ask.h"

/* More are left alone. */
#define FIND_MAX 256

struct found {
	const char *dir;
	bool all; /* whatever comes is meant, too */
	unsigned n;
	struct asked one[FIND_MAX];
};

/* False where the name or the path of its socket is too long. */
bool find_add(struct found *f, const char *name);

/* Adds those that have come. */
void find_new(struct found *f);

#endif /* METRICS_FIND_H */
