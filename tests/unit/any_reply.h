/* SPDX-License-Identifier: BSD-3-Clause */
/* Replies of any shape, for what has to hold for all of them. */
#ifndef TESTS_ANY_REPLY_H
#define TESTS_ANY_REPLY_H

#include "shell/reply.h"

struct any {
	uint64_t seed;  /* not 0 */
	bool hostile;   /* texts of any bytes, otherwise "<0>", "<1>", ... */
	unsigned texts; /* that the reply took */
	/* Its own. */
	unsigned limit; /* of the elements of a list */
	unsigned keys;  /* to choose from */
	struct reply *reply;
};

/*
 * Makes one; some outgrow the buffer. Keys are unique in a map, and the maps of
 * a list have many in common.
 */
void any_reply(struct any *a, struct reply *reply);

/* The width of a screen, 0 for no limit. */
unsigned any_width(struct any *a);

#endif /* TESTS_ANY_REPLY_H */
