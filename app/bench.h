/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The experiment `bench tx`: one port sends as fast as it can in each way of
 * making frames, in bursts of several lengths, to the device and to nowhere
 * (mode null), which is all but the device. Each is a trial, with a part in
 * front that is not measured and a drain behind.
 *
 * The port's mode, strategy, burst and rate are set for that and put back; what
 * else is set, `onfull`, `wait` and the stream's frames, is measured as it is.
 */
#ifndef APP_BENCH_H
#define APP_BENCH_H

#include "app/app.h"
#include "app/experiment.h"

#define BENCH_STRATEGIES (STRATEGY_SHARED + 1)
#define BENCH_BURSTS 5
#define BENCH_MODES 2
#define BENCH_RUNS (BENCH_STRATEGIES * BENCH_BURSTS * BENCH_MODES)

/* A measurement, as many times as long as the part in front of it. */
#define BENCH_WARM_PART 8

enum bench_phase {
	BENCH_WARM, /* fills ring and caches, chooses how to wait */
	BENCH_MEASURE,
	BENCH_DRAIN,
};

/* What a run differs in from the others. */
struct bench_run {
	enum strategy strategy;
	unsigned burst;
	unsigned mode;
};

/* What it sets of its port, and of the port's first stream. */
struct bench_settings {
	unsigned mode;
	struct worker_how how;
	struct rate rate;
	/* What would have it send less: nothing of it while the bench runs. */
	struct stream_shape shape;
	uint64_t every_ns;
	struct stream_plan plan;
};

struct bench {
	unsigned nb_runs;
	uint8_t run[BENCH_RUNS]; /* those that the port can make */
	enum bench_phase phase;
	uint64_t until_ns; /* the end of this phase */
	uint64_t full;     /* bursts that had found the ring full before */
	uint64_t first;    /* the rate of the first run, in thousandths */
	struct bench_settings before, set; /* as it was, and was set last */
	uint64_t packets, bytes, from_ns;  /* when this phase began */
};

struct bench_run bench_run(unsigned run);

/* Frames of runs to the device, or else of mode null, measured or not. */
uint64_t bench_sent(const struct experiment *e, bool null);

#endif /* APP_BENCH_H */
