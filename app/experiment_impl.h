/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside an experiment: its memory, its streams, what is resumed. */
#ifndef APP_EXPERIMENT_IMPL_H
#define APP_EXPERIMENT_IMPL_H

#include "app/experiment.h"

/* Room for one more of `size` bytes; false: there is no memory. */
bool experiment_reserve(struct app *app, void **list, unsigned nb,
			unsigned *room, size_t size);

/* For as many rows as a course may ask for at once. */
bool experiment_reserve_rows(struct app *app, struct experiment *e);

/* ---- Its course, experiment_plan.c --------------------------------------- */

/* As it is before anything is set: E_OK with *made, or why not. */
enum shell_err experiment_make(struct app *app, const struct experiment_plan *p,
			       struct experiment **made);
void experiment_drop(struct app *app, struct experiment *e);

/* Into e->cost and e->size_cost; then it is to begin. */
void experiment_go_through(struct experiment *e, struct app *app);

/* False: a rate or a size is none that can be. */
bool experiment_begin_size(struct experiment *e, const struct app *app);
void experiment_begin_course(struct experiment *e);

/*
 * The next trial. False: there is none any more, or with *is_rate a rate or a
 * size is none that can be.
 */
bool experiment_find_trial(struct experiment *e, struct app *app,
			   struct trial_ask *ask, uint64_t now_ns,
			   bool *is_rate);

/*
 * Takes the trials of app->resumed, if that names a result, as long as what is
 * asked for is what was made, in its order.
 */
void experiment_resume(struct app *app, struct experiment *e, uint64_t now_ns);

/* ---- Streams ------------------------------------------------------------- */

/*
 * Which they are, and the share that each has of its port's load: as their
 * rates are, or where one has none their weights. False: no memory.
 */
bool streams_take(struct experiment *e, struct app *app);

/* The lines that made the ports what they are. */
void streams_note(struct experiment *e, struct app *app);

/*
 * Frames are told apart, at a rate that does not change, of the first size.
 * Each size was tried then. False: nothing has changed.
 */
bool streams_prepare(struct experiment *e, struct app *app, uint64_t now_ns);

/* What is still as the experiment has set it is as before again. */
void streams_restore(struct experiment *e, struct app *app, uint64_t now_ns);

/* Trials of signed frames. */
extern const struct course_maker streams_maker;

/* The size, or the value of a sweep, that it is at. False: it is refused. */
bool streams_set_size(struct experiment *e, struct app *app, uint64_t now_ns);
bool streams_set_value(struct experiment *e, struct app *app, uint64_t now_ns);

/* The load of a port that a rate is, the least of all; 0: it is none. */
uint64_t stream_load(const struct experiment *e, const struct app *app,
		     const struct rate *rate, const struct sizes *sizes);

/* Of the first stream: size_milli and frame_ns. */
void stream_frame(struct experiment *e, const struct app *app,
		  const struct sizes *sizes);

/* What frames took since the last time, by bins that go on counting. */
void streams_sample(struct experiment *e, const struct latency *l,
		    uint64_t time[TRIAL_TIMES]);

#endif /* APP_EXPERIMENT_IMPL_H */
