/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the course of a trial and its figures. */
#ifndef APP_TRIAL_IMPL_H
#define APP_TRIAL_IMPL_H

#include "app/trial.h"

/* Of a port, and of all ports since the trial began. */
struct trial_counts trial_counts_of(const struct app *app, unsigned port);
struct trial_counts trial_count(const struct trial *t, const struct app *app);

/* How long the machine has stood still since boot. */
uint64_t trial_stood_ns(const struct trial *t, const struct app *app);

/* What stream `i` has of a port's load: its share, or all, or nothing. */
uint64_t trial_load_of(const struct trial *t, unsigned i, uint64_t load);

/* Frames that were due of one stream; 0: as many as were sent. */
uint64_t trial_due(const struct trial *t, unsigned i, const struct app *app);

void trial_take_figures(struct trial *t, const struct app *app,
			const struct trial_counts *n);

#endif /* APP_TRIAL_IMPL_H */
