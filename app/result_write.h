/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result of an experiment is written into the store, piece by piece, as
 * NAME.json and NAME.txt (docs/results.md).
 */
#ifndef APP_RESULT_WRITE_H
#define APP_RESULT_WRITE_H

#include <stdbool.h>
#include <stdint.h>

struct app;

/* The one of app->experiment, which is over, is written from now on. */
void result_begin(struct app *app, uint64_t now_ns);

/* Goes on with that; cheap. Tells of the end. True while there is more. */
bool result_step(struct app *app, uint64_t now_ns);

/* Writes the rest at once. */
void result_end(struct app *app, uint64_t now_ns);

/* It is not written any more. */
void result_drop(struct app *app);

/* Whether there is more to write. */
bool result_is_written(const struct app *app);

#endif /* APP_RESULT_WRITE_H */
