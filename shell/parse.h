/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a line to a call with typed arguments: split into commands at ';', into
 * words at blanks, find the command, choose its form, take its arguments. No
 * state, no output: what is wrong ends up in the call as code, column and text.
 */
#ifndef SHELL_PARSE_H
#define SHELL_PARSE_H

#include "shell/arg.h"
#include "shell/edit.h"

#define PARSE_WORDS_MAX 32

/* A word as it is meant: without its quotes, escapes resolved. */
struct word {
	const char *text;
	unsigned column; /* where it begins in the line, from 1 */
	bool quoted;     /* never a flag */
};

/* The words of one command. */
struct words {
	unsigned count;
	struct word word[PARSE_WORDS_MAX];
	unsigned end_column; /* behind the last byte of the command */
	const char *line;    /* that it was split from */
	char text[EDIT_LINE_MAX + 1 + PARSE_WORDS_MAX]; /* of all words */
};

/* Bytes of the mark of UTF-8 that some editors put in front of a text. */
size_t parse_mark(const char *text, size_t len);

/*
 * Splits the command that begins at line[*next] and moves *next to the one
 * after it. False when the line holds none any more. E_BYTE, E_SYNTAX (a quote
 * that is not closed, an escape that there is not) and E_SURPLUS are left in
 * the call, whose `err` is E_OK otherwise.
 */
bool parse_split(const char *line, unsigned len, unsigned *next,
		 struct words *w, struct call *c);

/*
 * Fills cmd, first, form, v and json of the call from the words; at least one.
 * Leaves err, err_column and err_text in the call where the words are wrong.
 * The words have to stay as long as the call.
 *
 * Of a setting the value may be missing (its v[].set is false): it is asked
 * for. Where call.typed is set, a beginning of the command, a keyword or a word
 * of an enumeration stands for it if it is that of no other.
 */
void parse_call(const struct cmd *const *commands, const struct words *w,
		const struct parse_ports *ports, struct call *c);

/*
 * The number of words in front of the rest that a command takes as it stands
 * (ARG_REST), its name among them; UINT_MAX when it takes none.
 */
unsigned parse_rest(const struct cmd *cmd);

/*
 * True for "--json", which may stand anywhere; not for a quoted word, and not
 * where a keyword of the command is written so.
 */
bool parse_is_flag(const struct cmd *cmd, const struct word *word);

#endif /* SHELL_PARSE_H */
