/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where each frame of a port went, since `stats clear`, and of what kind those
 * are that it received. Each puts its keys into the map that is open.
 */
#ifndef APP_ACCOUNTS_H
#define APP_ACCOUNTS_H

#include "shell/cmd.h"
#include "units/subject.h"

/* The port is up. */
void accounts_show(struct call *c, unsigned port);

/* What of this is told of one of its streams. */
void accounts_show_stream(struct call *c, struct subject s);

/* Counts that were not asked for are in no JSON, and have no number. */
void accounts_show_kinds(struct call *c, unsigned port);

#endif /* APP_ACCOUNTS_H */
