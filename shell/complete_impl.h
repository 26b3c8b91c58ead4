/* SPDX-License-Identifier: BSD-3-Clause */
/* What complete.c and complete_ports.c share. */
#ifndef SHELL_COMPLETE_IMPL_H
#define SHELL_COMPLETE_IMPL_H

#include <string.h>

#include "shell/complete.h"

static inline bool complete_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool complete_starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

void complete_give(const struct complete *c, const char *word,
		   const char *takes, const char *help);

/* What no list of words holds: where these alone are asked for, nothing. */
void complete_describe(const struct complete *c, const char *usage,
		       const char *takes, const char *help);

/* What may stand at word `at` of those that say sizes: nothing at the first. */
enum sizes_next complete_sizes_there(const struct complete *c, unsigned at);

/*
 * Whether the word at `at` says sizes: bit 0: others of theirs may follow, bit
 * 1: they may end there.
 */
unsigned complete_take_sizes(const struct complete *c, const struct arg *a,
			     unsigned at);

/* Words of sizes, and what numbers may follow them. */
void complete_offer_sizes(const struct complete *c);

/* A word that could stand there, if it goes on from what is typed. */
void complete_offer(const struct complete *c, const char *word,
		    const char *help);

/* Each word that an ARG_PORTS could be, one number or "all" further. */
void complete_ports(const struct complete *c, const struct arg *a);

/*
 * True when the word that is begun is a set, one that goes on behind its last
 * byte, or the start of an "all".
 */
bool complete_ports_begun(const struct complete *c, const struct arg *a);

#endif /* SHELL_COMPLETE_IMPL_H */
