/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The serial line of a whole app on two wired ports, for fuzzers: what goes in,
 * what comes out, a clock that they turn. One app lives as long as the process;
 * each input gets a new session, idle ports with the settings of a boot, and an
 * empty store.
 */
#ifndef FUZZ_LINE_H
#define FUZZ_LINE_H

#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"

#define LINE_OUT_MAX (8 << 20)

struct line {
	struct app app;
	uint64_t now_ns;
	size_t room; /* bytes that a step takes out */
	size_t out_len;
	void (*take)(void);     /* called when half of it is full, if set */
	char out[LINE_OUT_MAX]; /* the harness takes it and sets out_len */
};

extern struct line line;

/* The store has `store_bytes` of memory of its own. */
void line_begin(size_t store_bytes);

/* A millisecond passes; returns whether anything came out. */
bool line_step(void);

/* Steps until there is nothing to do before a later time, 500 at most. */
void line_settle(void);

/*
 * Gives `len` bytes, `chunk` at once, with a step after each. Returns how many
 * were taken: fewer when a command that waits for long holds the rest up.
 */
size_t line_give(const void *bytes, size_t len, size_t chunk);

#define fuzz_check(ok)                                                   \
	do {                                                             \
		if (!(ok)) {                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
				__LINE__, #ok);                          \
			abort();                                         \
		}                                                        \
	} while (0)

#endif /* FUZZ_LINE_H */
