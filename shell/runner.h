/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs the commands of one line, one after another, and puts their replies out
 * in slices. A session has one for its person, one for its programs, and more
 * for jobs; private to shell/.
 */
#ifndef SHELL_RUNNER_H
#define SHELL_RUNNER_H

#include "shell/cmd.h"
#include "shell/parse.h"
#include "shell/render.h"
#include "shell/source.h"

#define RUNNER_TAG_MAX 32

struct session;

enum runner_state {
	RUNNER_IDLE,
	RUNNER_NEXT,   /* parse the next command of the line */
	RUNNER_CALL,   /* call it, once its time has come */
	RUNNER_RENDER, /* put out the chunk it has built */
	RUNNER_REPORT, /* put out what failed in a file that goes on */
	RUNNER_END,    /* put out how the line ended */
};

struct runner {
	enum runner_state state;
	char tag[RUNNER_TAG_MAX + 1];    /* empty: a person's or a job's */
	char prefix[RUNNER_TAG_MAX + 3]; /* of each line that is put out */
	/* Of a request that a person typed into a client: the columns there,
	 * 0: it is not one; and whether that shows colours. */
	unsigned typed;
	bool typed_color;
	bool typed_prompt; /* ...and wants to know which prompt it is to show */
	unsigned job; /* its number, or that of the last one; 0: none yet */
	uint64_t began_ns, ended_ns; /* of the job */
	uint64_t selected;           /* mask: ports that it means by default */
	uint64_t told;               /* the selection that a prompt showed */
	struct sources src;
	bool untold;     /* a job: that it began is still to be told */
	bool line_start; /* of what is put out */
	char held[4];    /* the beginning of a line that may be like an end */
	unsigned held_len;
	const char *cancel; /* why it ends once its chunk is out; or NULL */
	bool replied;       /* its command has put out a part of its reply */
	bool printed;       /* something stands between the line and here */
	enum call_result result;
	struct words words; /* of the command; its values point there */
	struct call call;
	struct reply reply;
	struct render render;
	char where[VALUE_NAME_MAX + 24]; /* a failed line's place in its file */
};

/* What comes next is a request with this tag; "" for none. */
void runner_set_tag(struct runner *r, const char *tag);

/*
 * A line of a request that a person typed: how far its command is, until the
 * next one or its reply. Dropped where there is no room.
 */
void runner_progress(struct session *s, struct runner *r, const char *text);

/* Takes a line of up to EDIT_LINE_MAX bytes; the runner is idle. */
void runner_start(struct runner *r, const char *line, unsigned len);

/* Ends a line that never started: its only outcome is this error. */
void runner_refuse(struct runner *r, enum shell_err err, unsigned column,
		   const char *text);

/*
 * Goes on as far as it can: until a command waits, the output is full, or the
 * line is done. Calls the function of each command at most once.
 */
void runner_poll(struct session *s, struct runner *r, uint64_t now_ns);

/*
 * Ends the command that runs with E_CANCEL and this text, and its line; what it
 * said already stands. A chunk of a program's is put out whole first. `text` is
 * not copied. Does nothing to a line that has come to its end. Not for
 * a command to call on its own runner.
 */
void runner_cancel(struct session *s, struct runner *r, const char *text,
		   uint64_t now_ns);

/* True when it has something to put out and needs nothing but its turn. */
bool runner_waits(const struct runner *r);

/* The columns of the screen that its replies are for. */
unsigned runner_width(const struct runner *r);

/* When runner_poll() can do something: 0 for now, UINT64_MAX for never. */
uint64_t runner_wake_ns(const struct runner *r);

#endif /* SHELL_RUNNER_H */
