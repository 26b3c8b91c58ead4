/* SPDX-License-Identifier: BSD-3-Clause */
/* What a person or a program gets to see: all output goes by here. */
#ifndef CLIENT_UI_H
#define CLIENT_UI_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client/term.h"

/* Before the line that a person types, unless the appliance says another. */
#define UI_PROMPT "ukpktgen> "
#define UI_PROMPT_MAX 64

/*
 * What has rows of the terminal that are no output: a line that is typed, a
 * page. `clear` has it out of the way before something is shown; it may be
 * called when nothing is there.
 */
struct ui_cover {
	void (*clear)(void *arg);
	void *arg;
	struct ui_cover *below;
};

struct ui {
	bool batch;    /* for a program; else for a person */
	bool quiet;    /* shows errors only */
	char who[40];  /* says what we say ourselves, to a program */
	bool terminal; /* standard output and input are one */
	bool color;    /* is shown; `can_color`: the terminal knows it */
	bool can_color;
	bool watching; /* is said before the prompt */
	bool paged;    /* a page has the terminal: what is no error waits */
	bool progress; /* a row says how far the command is */
	char prompt[UI_PROMPT_MAX];
	unsigned typed_at; /* columns before the line that was typed last */
	struct term term;
	struct ui_cover *cover; /* the top one; NULL: there is none */
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

/* `who` speaks, up to its first blank. */
void ui_init(struct ui *ui, bool batch, const char *who);
void ui_end(struct ui *ui);

/* Puts one on top, and takes the top one off. */
void ui_push(struct ui *ui, struct ui_cover *cover);
void ui_pop(struct ui *ui);

/* A line of a reply, `len` bytes as they came: on standard output. */
void ui_reply(struct ui *ui, const char *text, size_t len);
/* One that is no part of a reply, and waits for no pager. */
void ui_line(struct ui *ui, const char *text, size_t len);
/* What has come of one. */
void ui_part(struct ui *ui, const char *text, size_t len);
/*
 * From here to ui_reply_end(), a long reply goes to the pager. Not when keys
 * are `typed` ahead: they would be the pager's.
 */
void ui_reply_begin(struct ui *ui, bool typed);
void ui_reply_end(struct ui *ui, bool typed);
/* A row that says how far a command is, up to the next or whatever is shown. */
void ui_progress(struct ui *ui, const char *text, size_t len);

/* A notice of the appliance, and a line of its crash: on standard error. */
void ui_notice(struct ui *ui, const char *text, size_t len);
void ui_crash(struct ui *ui, const char *text, size_t len);
/* What we say ourselves, with our name before it where it is for a program. */
__attribute__((format(printf, 2, 3))) void ui_note(struct ui *ui,
						   const char *fmt, ...);
/*
 * A row of a list: `head`, and from `column` on `text`, broken between words
 * with a hanging indent.
 */
void ui_item(struct ui *ui, const char *head, unsigned column,
	     const char *text);
/* An error of a command; a row that shows where it is stays as it is. */
void ui_error(struct ui *ui, const char *text);
void ui_error_row(struct ui *ui, const char *text);
/* Another prompt, of characters that take a column each; else as it was. */
void ui_set_prompt(struct ui *ui, const char *prompt);
/* What was typed behind the prompt, for the record alone. */
void ui_typed(struct ui *ui, const char *text);
/* Records all that is shown in `name` too, behind what it holds; NULL: no more.
 * False when it cannot be written. */
bool ui_record_to(struct ui *ui, const char *name);

/* For the loop: shows what was held for too long for a pager. */
int ui_wait(void *ui, struct pollfd *fd);
void ui_act(void *ui, short revents);

#endif /* CLIENT_UI_H */
