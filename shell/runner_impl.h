/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of the runner. */
#ifndef SHELL_RUNNER_IMPL_H
#define SHELL_RUNNER_IMPL_H

#include "shell/runner.h"

/* What a piece of a chunk may take, and what the last words of a line may. */
#define PIECE 512
#define PIECE_ROOM 552
#define TAGGED_ROOM 2048
#define END_ROOM 768

/* ---- runner_put.c ------------------------------------------------------- */

/*
 * True when this runner may put out `need` bytes now. It keeps the output until
 * runner_release(), so that the lines of two replies never mix.
 */
bool runner_acquire(struct session *s, struct runner *r, size_t need);
void runner_release(struct session *s);

/* Bytes of the next piece for `room`: at worst all ends of lines, tagged. */
size_t runner_piece_len(const struct runner *r, size_t room);

/* How much at the end of a piece may go on to be like the end of a reply. */
size_t runner_undecided(const struct runner *r, const char *buf, size_t len);

/* Marks each line as whose it is and ends it as terminals want it. */
void runner_put(struct session *s, struct runner *r, const char *buf,
		size_t len);

/* The error that the line ends with, under the word at fault if it can. */
void runner_put_error(struct session *s, struct runner *r);

/* The prompt, where a request that a person typed left another selection. */
void runner_put_prompt(struct session *s, struct runner *r);

#endif /* SHELL_RUNNER_IMPL_H */
