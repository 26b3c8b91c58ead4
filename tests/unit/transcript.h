/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plays a transcript: a shell session on two wired ports in memory as it looks
 * on a terminal, line by line.
 *
 *   ukpktgen> TEXT   TEXT is typed, and Enter; with no TEXT it is a prompt only
 *   %key KEYS  ROW   KEYS are pressed, and this is how the row looks then, the
 *                    cursor being '|'; ROW is left out where KEYS end a line
 *   %| ROW           how the row looks now, below what KEYS have put out
 *   %: ROW           a row of the page that covers the terminal; all of them
 *                    stand below each other, in front of what ends it
 *   %send TEXT       a program sends it; \r \n \t \e \\ \xHH are escapes
 *   %run MS          lets that many milliseconds pass
 *   %file NAME TEXT  puts a file with this text, with the same escapes
 *   %hold N          the device of port 0 keeps N frames that it was given
 *   %unplug N        the link of port 0 goes down, or with N 0 up again
 *   %faults A=N,..   sets faults of port 1's device before the session begins
 *   %ports N         how many ports there are, an even number; 2 if left out
 *   %queues N        how many queues each has; 1 if left out
 *   %=LINE           LINE is on the screen; for one that looks like a typed one
 *   %% TEXT          a comment
 *   LINE             is on the screen
 *
 * In KEYS <Name> is a key, see transcript_keys.c, <x*1000> the same one many
 * times, <Wait-100ms> a pause; two blanks end them. A ROW ends with "(bell)" or
 * "(cleared)" where the terminal was told so.
 */
#ifndef TESTS_TRANSCRIPT_H
#define TESTS_TRANSCRIPT_H

#include "app/app.h"
#include "terminal.h"
#include "vt100.h"

#define TRANSCRIPT_DIR "tests/transcripts"
/* Of a line of a transcript and of what it types. */
#define TRANSCRIPT_LINE_MAX 8192

struct player {
	struct app app;
	struct vt100 terminal;
	struct terminal page; /* while one covers the terminal */
	uint64_t now_ns;
	uint64_t seed;          /* 0: input and output come in one piece */
	unsigned bells, clears; /* before the step */
	size_t screen_len;
	char screen[262144]; /* the rows that are done */
};

/* Bytes of the prompt that a line begins with, "ukpktgen[0]> " too; or 0. */
size_t transcript_prompt(const char *line);

enum transcript_line {
	LINE_SCREEN,
	LINE_TYPED,
	LINE_KEYS,
	LINE_ROW,
	LINE_PAGE,
	LINE_SEND,
	LINE_RUN,
	LINE_FILE,
	LINE_HOLD,
	LINE_UNPLUG,
	LINE_OTHER, /* a comment, or what the session begins with */
};

enum transcript_line transcript_kind(const char *line);

/* The bytes that a line of LINE_TYPED, _KEYS or _SEND stands for. */
size_t transcript_bytes(const char *line, char buf[TRANSCRIPT_LINE_MAX]);

/* Of a line of LINE_KEYS: the part up to its row, and the row or NULL; both
 * end with the line. */
size_t transcript_keys_len(const char *line);
const char *transcript_row(const char *line);

/* The same of one key by its name, without '<' and '>'; 0: none has it. */
size_t transcript_key(const char *name, size_t len, char *out);

/* Names ending in ".txt", sorted; the caller frees all. */
int transcript_list(char ***names);

/* All of the file; the caller frees it. */
char *transcript_read(const char *name);

/* Begins the session that `text` asks for; with a seed, what is typed comes in
 * pieces of 1 to 64 bytes and the line takes what it likes. */
void player_begin(struct player *p, const char *text, uint64_t seed);

/* Does what a line says. */
void player_line(struct player *p, const char *line);

/* The row where the cursor is. Static storage. */
const char *player_row(const struct player *p);

/* All rows of the page as a transcript has them, "" without. Static storage. */
const char *player_page(const struct player *p);

/* Plays on until the session waits for input only, then frees it. */
void player_end(struct player *p);

#endif /* TESTS_TRANSCRIPT_H */
