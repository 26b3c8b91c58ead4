/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Tab and '?' do to the line being typed: insert what is sure, or list
 * below the line what may come and draw the line again. Private to shell/.
 */
#ifndef SHELL_MENU_H
#define SHELL_MENU_H

#include "shell/complete.h"
#include "shell/edit.h"
#include "shell/out.h"

/* The most that a list takes; a key that may bring one needs it beside
 * EDIT_ROOM. */
#define MENU_ROOM 5120

/* More than that many go into columns, without their help. */
#define MENU_ROWS 48

/* Tab: completes the word before the cursor. */
void menu_complete(struct edit *e, struct out *o,
		   const struct complete_env *env);

/* '?': lists what may come; in quotes and comments it is a byte like others. */
void menu_help(struct edit *e, struct out *o, const struct complete_env *env);

#endif /* SHELL_MENU_H */
