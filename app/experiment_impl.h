/* SPDX-License-Identifier: BSD-3-Clause */
/* The streams of an experiment: what is set of them, and put back. */
#ifndef APP_EXPERIMENT_IMPL_H
#define APP_EXPERIMENT_IMPL_H

#include "app/experiment.h"

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
