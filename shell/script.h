/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command files, repeats and jobs: what the commands that make a test of others
 * call. A file's lines run in place of the command that names it. The line of a
 * person that runs a file becomes a job by this, so that the prompt stays free;
 * what a job says appears above the prompt as lines marked "[N] ", and a notice
 * tells when it begins and how it ends.
 */
#ifndef SHELL_SCRIPT_H
#define SHELL_SCRIPT_H

#include "shell/session.h"

/*
 * Runs the file that argument `arg` names when the command has returned with
 * what this returns. With `keep_going` a line that fails is told of, and the
 * file goes on; it still ends as an error. E_NOFILE, or E_STATE when files and
 * repeats are nested too deep or there are too many jobs.
 */
enum call_result call_run_file(struct call *c, int arg, bool keep_going);

/* Has a person see how far the call is, see session_progress(). */
void call_progress(struct call *c, const char *text);

/*
 * Runs an ARG_REST as a command, `times` times, at least 1. E_SYNTAX, E_STATE.
 */
enum call_result call_repeat(struct call *c, int arg, uint64_t times);

/* Whether a command stands behind this one, in its line or its files. */
bool call_has_more(const struct call *c);

/*
 * Begins a job with a line of up to EDIT_LINE_MAX bytes. Returns its number,
 * from 1, or 0 when there are SESSION_JOBS already.
 */
unsigned session_start_job(struct session *s, const char *line, unsigned len,
			   uint64_t now_ns);

/* Fails the call with E_STATE, naming how many there may be. */
enum call_result call_too_many_jobs(struct call *c);

/* What there is to say of a job. */
struct job {
	unsigned number;
	bool running;
	enum shell_err err;   /* that it ended with; E_CANCEL: cancelled */
	const char *err_text; /* "" for none */
	const char *line;
	char place[VALUE_NAME_MAX + 12]; /* "bench.cmds:3", or "" */
	uint64_t began_ns, ended_ns;
};

/*
 * The job with the least number above `after`; false when there is none. Of
 * those that have ended the last few are kept.
 */
bool session_job(const struct session *s, unsigned after, struct job *job);

/* Ends a job that runs with E_CANCEL; false when there is none. */
bool session_cancel_job(struct session *s, unsigned number, uint64_t now_ns);

#endif /* SHELL_SCRIPT_H */
