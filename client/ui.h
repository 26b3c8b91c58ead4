/* SPDX-License-Identifier: BSD-3-Clause */
/* What a person or a program gets to see: all output goes by here. */
#ifndef CLIENT_UI_H
#define CLIENT_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <termios.h>

struct client;

struct ui {
	bool terminal; /* standard output and input are one */
	bool color;    /* is shown; `can_color`: the terminal knows it */
	bool can_color;
	bool progress; /* a row says how far the command is */
	bool saved;    /* `cooked` is how the terminal was found */
	struct termios cooked;
	FILE *record;
	char *record_name;
	bool unwritten; /* something that was to be written was not; said */
	/* A reply that may be for the pager: lines held until it is whole. */
	bool holding;
	char *held;
	size_t held_len, held_size;
	unsigned held_rows;
	uint64_t flush_ms;
};

void ui_init(struct client *c);
void ui_end(struct client *c);

/* A line of a reply, `len` bytes as they came: on standard output. */
void ui_reply(struct client *c, const char *text, size_t len);
/* From here to ui_reply_end(), a long reply goes to the pager. */
void ui_reply_begin(struct client *c);
void ui_reply_end(struct client *c);
/* A row that says how far a command is, up to the next or whatever is shown. */
void ui_progress(struct client *c, const char *text, size_t len);
/* Shows what was held for too long for a pager. */
void ui_poll(struct client *c);
int ui_wait_ms(const struct client *c);

/* A line of the appliance on standard error: a notice, a crash. */
void ui_heard(struct client *c, const char *text, size_t len);
/* What we say ourselves, with our name before it where it is for a program. */
__attribute__((format(printf, 2, 3))) void ui_note(struct client *c,
						   const char *fmt, ...);
/* An error of a command, the very text. */
void ui_error(struct client *c, const char *text);
/* What was typed, for the record alone. */
void ui_record(struct client *c, const char *prompt, const char *text);
/* Records all that is shown in `name` too, behind what it holds; NULL: no more.
 * False when it cannot be written. */
bool ui_record_to(struct client *c, const char *name);

/* `what` could not be written, for the reason in errno: says so, once. */
void ui_unwritten(struct client *c, const char *what);

unsigned ui_rows(void);
unsigned ui_columns(void);

/* Lets another program have the terminal, and takes it back. */
void ui_cook(struct client *c);
void ui_uncook(struct client *c);

#endif /* CLIENT_UI_H */
