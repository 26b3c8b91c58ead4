/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a runner's commands come from: the line that it was given and, on top
 * of it, the command files and repeats that commands of it began. The one on
 * top gives the next command; one that is through makes way for the one below.
 *
 * Nothing is copied but the first line: a file is read where it stands in the
 * store, and given up with an error when it is another meanwhile. Private to
 * shell/; commands use script.h.
 */
#ifndef SHELL_SOURCE_H
#define SHELL_SOURCE_H

#include "files/store.h"
#include "shell/edit.h"
#include "shell/parse.h"

/* Files and repeats, one within the other. */
#define SOURCE_DEPTH 8

enum source_kind {
	SOURCE_LINE,
	SOURCE_FILE,
	SOURCE_REPEAT, /* a part of the line of the source below */
};

struct source {
	enum source_kind kind;
	unsigned len;  /* of its line */
	unsigned next; /* where in it the next command begins */
	/* SOURCE_FILE */
	char name[VALUE_NAME_MAX + 1];
	uint64_t serial;
	size_t at;    /* of its line in the file */
	unsigned row; /* the line's number, from 1; 0 before the first */
	bool keep_going;
	unsigned failed;    /* lines that did */
	enum shell_err err; /* of the first of them */
	/* SOURCE_REPEAT */
	unsigned from; /* of its text in the line below */
	uint64_t left; /* times that are still to come */
};

struct sources {
	const struct store *store; /* NULL: there are no files */
	unsigned depth;            /* how many are there */
	char line[EDIT_LINE_MAX + 1];
	struct source stack[1 + SOURCE_DEPTH];
};

enum source_result {
	SOURCE_COMMAND, /* words of a command, or an error in c->err */
	SOURCE_AGAIN,   /* nothing yet: call again */
	SOURCE_DONE,
};

/* A line of up to EDIT_LINE_MAX bytes. */
void sources_start(struct sources *s, const char *line, unsigned len);

/*
 * Splits the next command into *w. It looks at one line at most, so that blank
 * ones by the thousand do not hold anybody up.
 */
enum source_result sources_next(struct sources *s, struct words *w,
				struct call *c);

/*
 * Puts a file, or `len` bytes from `from` on of the line on top, on top.
 * E_STATE when there are SOURCE_DEPTH already.
 */
enum shell_err sources_push_file(struct sources *s, const struct store_file *f,
				 bool keep_going);
enum shell_err sources_push_repeat(struct sources *s, unsigned from,
				   unsigned len, uint64_t times);

/* Whether a command stands behind the one that came last, on any line. */
bool sources_left(const struct sources *s);

/*
 * The command that came last failed, as c->err says. Returns true when a file
 * goes on nevertheless, and false when all is over: the call's error is then
 * that of the line, its column being one of it, or 0 with the place in its
 * text. Either way `where` says the place in a file: "a.cmds:3:6: ", or is "".
 */
bool sources_fail(struct sources *s, struct call *c, char *where, size_t size);

/* Whether what comes last is of a file, or of a repeat in one. */
bool sources_in_file(const struct sources *s);

/* "bench.cmds:3", the line on top where it is a file's; else "". */
void sources_place(const struct sources *s, char *buf, size_t size);

#endif /* SHELL_SOURCE_H */
