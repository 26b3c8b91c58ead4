/* SPDX-License-Identifier: BSD-3-Clause */
/* What one stream is, for a person who did not set it. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include "app/app.h"

/*
 * Puts a stream of a port that is up into the reply: what it sends and when,
 * what of its frames varies and when that is as before, and the commands that
 * make it on a fresh port.
 */
void explain_show(const struct app *app, struct subject of, struct reply *r);

#endif /* APP_EXPLAIN_H */
