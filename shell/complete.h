/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may come next in a line that is being typed, from the command table
 * alone: every form that the words so far still allow says what it takes at the
 * cursor. No state beyond the struct, no output: whoever asks is called with
 * one item after another.
 */
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H

#include "shell/parse.h"

struct complete_env {
	const struct cmd *const *commands; /* by name, NULL at the end */
	struct parse_ports ports;
	void *app; /* for the arguments' names() */
};

enum complete_what {
	/* Each word that could stand at the cursor, whole. */
	COMPLETE_WORDS,
	/* These, and a description of what no list holds. */
	COMPLETE_ALL,
	/* Each argument, described; with a word begun, words that fit it. */
	COMPLETE_NEXT,
};

/* Valid during the call that gets it. */
struct complete_item {
	const char *word;  /* "txrx", or "[PORTS]" where it is described */
	const char *takes; /* "64..9018 bytes"; empty where nothing is to say */
	const char *help;  /* one line */
	enum cmd_group group; /* of a command; else GROUP_NONE */
};

typedef void (*complete_fn)(void *arg, const struct complete_item *item);

struct complete {
	const struct complete_env *env;
	/* In quotes, in a comment, behind what cannot be read: all stops. */
	bool nowhere;
	bool quoted;        /* the word at the cursor has quotes */
	bool enter;         /* the line would be run as it is */
	const char *prefix; /* the word up to the cursor, "" for a new one */
	unsigned start;     /* where it begins: bytes of the line before it */
	unsigned done;      /* words of its command before it, its name's too */
	const struct cmd *cmd;   /* NULL: none, or not known */
	struct words words;      /* of the command that the cursor is in */
	struct call call;        /* what the parser says to it */
	enum complete_what what; /* is being visited */
	complete_fn fn;
	void *arg;
	enum cmd_group group; /* of the command that is being offered */
};

/* Reads `len` bytes of a line, the cursor behind them; `env` and `line` stay
 * the caller's and have to stay. */
void complete_read(struct complete *c, const struct complete_env *env,
		   const char *line, unsigned len);

/* Calls fn with each item, always in the same order. */
void complete_visit(struct complete *c, enum complete_what what, complete_fn fn,
		    void *arg);

/*
 * True when the word at the cursor is whole: a value of what may stand there.
 */
bool complete_whole(const struct complete *c);

#endif /* SHELL_COMPLETE_H */
