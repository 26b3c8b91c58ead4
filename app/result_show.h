/* SPDX-License-Identifier: BSD-3-Clause */
/* What is told of an experiment's result: its trials and rows, as replies. */
#ifndef APP_RESULT_SHOW_H
#define APP_RESULT_SHOW_H

#include "shell/reply.h"

struct experiment;
struct experiment_plan;
struct experiment_trial;
struct course_column;
struct course_row;

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

#endif /* APP_RESULT_SHOW_H */
