/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result of an experiment: as replies, and in the store as NAME.json and
 * NAME.txt (docs/results.md).
 */
#ifndef APP_RESULT_H
#define APP_RESULT_H

#include "shell/reply.h"

struct app;
struct experiment;
struct experiment_plan;
struct experiment_trial;
struct course_column;
struct course_row;

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

/* The size of an experiment as `size` or `mix`, where it has sizes. */
void result_size(struct reply *r, const struct experiment_plan *p,
		 unsigned size);

/*
 * A map of a trial, number i from 0, for people or programs; `all` of its
 * figures, or what fits into 80 columns.
 */
void result_trial(struct reply *r, const struct experiment *e, unsigned i,
		  bool all, bool people);

/* A figure of a row. */
void result_column(struct reply *r, const struct course_column *c,
		   const struct course_row *row, uint64_t v);

/* Maps of rows from `from` to `to`; `all` of their columns? */
void result_rows(struct reply *r, const struct experiment *e, unsigned from,
		 unsigned to, bool all);

/* made, repeated, time, sending. */
void result_sums(struct reply *r, const struct experiment *e, uint64_t now_ns);

/* "RFC 2544", or NULL: what a goal of the plan complies with. */
const char *result_complies(const struct experiment *e, unsigned goal);

#endif /* APP_RESULT_H */
