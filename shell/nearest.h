/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The nearest of some words to one that was mistyped, for "did you mean". Words
 * are offered one by one; the best so far stays in the struct. And
 * what words of other tools are here.
 */
#ifndef SHELL_NEAREST_H
#define SHELL_NEAREST_H

#include "shell/cmd.h"

struct nearest {
	const char *text;
	bool many;        /* of all words of a language: only what is likely */
	unsigned least;   /* what a word has to be below */
	const char *word; /* the nearest so far, NULL for none near enough */
};

void nearest_init(struct nearest *n, const char *text);
void nearest_offer(struct nearest *n, const char *word);

/* Of all commands that lists name and that end nothing; NULL: none is near. */
const char *nearest_command(const struct cmd *const *commands,
			    const char *text);

/*
 * What helps somebody who typed `word` as a command, or behind `command` if
 * that is not NULL; NULL: nothing is known of it.
 */
const char *nearest_hint(const char *hints, const char *command,
			 const char *word);

#endif /* SHELL_NEAREST_H */
