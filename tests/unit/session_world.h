/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A session with a clock, a line that drains as the test says, and commands of
 * its own:
 *
 *   again N [--json]   N chunks, one a call, at once
 *   every TIME N       N chunks, one each TIME, the first at once
 *   fail               fails at once
 *   huge               a reply that overflows
 *   late               a chunk, then it fails
 *   long N [--json]    N chunks of some 4 KB
 *   nop [--json]       says nothing
 *   page TIME          a page, drawn anew each TIME: "call N", its size
 *   quiet TIME         says nothing that long
 *   say NAME [--json]  says it
 *   size [PORTS] SIZE  64..9018
 *   wait TIME          says nothing that long, then "waited"
 */
#ifndef TESTS_SESSION_WORLD_H
#define TESTS_SESSION_WORLD_H

#include "shell/session.h"
#include "unit.h"

#define MS 1000000ull
#define WORLD_SCREEN (4u << 20)

enum world_line {
	LINE_FAST,    /* takes all at once */
	LINE_BYTE,    /* a byte a step */
	LINE_RANDOM,  /* some now and then */
	LINE_BLOCKED, /* nothing */
};

struct world {
	struct session session;
	uint64_t now_ns;
	enum world_line line;
	uint64_t seed;
	bool split;         /* cuts input at random too */
	unsigned runs;      /* of commands' functions, by now */
	unsigned cancelled; /* of these, to end a cancelled command */
	uint64_t last_size; /* that `size` was given */
	size_t len;         /* of what came out */
	char screen[WORLD_SCREEN];
};

extern struct world world;

/* A new session whose banner and prompt are drained; the line is fast. */
int world_setup(void **state);

/* Gives some bytes once, returns how many were taken. Drains nothing. */
size_t world_give(const char *bytes, size_t len);

/* Polls and drains once; the clock stands. */
void world_step(void);

/* Gives all of it, with steps where it is not taken, then settles. */
void world_send(const char *bytes, size_t len);
void world_type(const char *text);

/* Steps until nothing is left to do now and all is out. */
void world_settle(void);

/* Lets time pass by milliseconds, settling each. */
void world_run(uint64_t ms);

/* What came out since the last look, NUL behind, and forgets it. */
const char *world_output(void);

/* Lines with a tag only, the tag of notices included. Static storage. */
const char *world_tagged(void);

#define assert_output(text) assert_string_equal(world_output(), text)

#endif /* TESTS_SESSION_WORLD_H */
