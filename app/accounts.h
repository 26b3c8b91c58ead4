/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where each frame of a port went, since `stats clear`, and of what kind those
 * are that it received. Each puts its keys into the map that is open.
 */
#ifndef APP_ACCOUNTS_H
#define APP_ACCOUNTS_H

#include "shell/cmd.h"

struct app;

/* The port is up. */
void accounts_show(const struct app *app, unsigned port, uint64_t now_ns,
		   struct reply *r);

/* Counts that were not asked for have no number. */
void accounts_show_kinds(const struct app *app, unsigned port, uint64_t now_ns,
			 struct reply *r);

#endif /* APP_ACCOUNTS_H */
