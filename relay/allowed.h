/* SPDX-License-Identifier: BSD-3-Clause */
/* Which requests somebody may make who only watches. */
#ifndef RELAY_ALLOWED_H
#define RELAY_ALLOWED_H

#include <stdbool.h>

struct refusal {
	unsigned column; /* in the request, behind its tag and mark; 0: none */
	char text[240];
};

/*
 * `text` is what stands behind "@TAG ", a person's mark included. False: it
 * changes something, and `why` says what may not stand there.
 */
bool allowed(const char *text, struct refusal *why);

#endif /* RELAY_ALLOWED_H */
