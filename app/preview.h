/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame of a stream as it would be sent, shown without being sent. */
#ifndef APP_PREVIEW_H
#define APP_PREVIEW_H

#include "app/app.h"

/*
 * Puts frame `n` (from 0) of a stream of a port that is up into the reply: its
 * fields by name with their values, and its bytes. A signature has the
 * time 0.
 */
void preview_show(const struct app *app, struct subject of, uint64_t n,
		  struct reply *r);

#endif /* APP_PREVIEW_H */
