/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What `help` shows to people, made from the command table: lines that end
 * between words, with what goes on below indented. No line is wider than the
 * screen but for a single word that is.
 */
#ifndef SHELL_MANUAL_H
#define SHELL_MANUAL_H

#include "shell/cmd.h"

/* The widest measure that is read with ease. */
#define MANUAL_WIDTH_MAX 100

struct manual {
	/* Gets each line, with no line end; `text` is valid during the call. */
	void (*line)(void *arg, const char *text);
	void *arg;
	unsigned width; /* of the screen; 0: unknown */
	/* Its own. */
	char text[256];
	unsigned used;
};

/* The page of a command. Those of `see` that `commands` lacks are not named. */
void manual_command(struct manual *m, const struct cmd *const *commands,
		    const struct cmd *cmd);

/* A line for each command, by group; of one group alone, or GROUP_NONE. */
void manual_list(struct manual *m, const struct cmd *const *commands,
		 enum cmd_group only);

#endif /* SHELL_MANUAL_H */
