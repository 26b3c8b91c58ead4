/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The experiments of `bench tx`: one port sends as fast as it can in each way
 * of making frames, in bursts of several lengths, to the device and to nowhere
 * (mode null), which is all but the device. Each is a run of its own, with a
 * part in front that is not measured and a drain behind.
 *
 * The port has to be idle before, and is idle afterwards. Its mode, strategy,
 * burst and rate are set for that and put back by bench_end(); what else is
 * set, `onfull`, `wait` and the stream's frames, is measured as it is.
 *
 * Nothing here waits: bench_step() says by `wake_ns` when it has to do
 * something next. struct bench belongs to the call that runs it.
 */
#ifndef APP_BENCH_H
#define APP_BENCH_H

#include "app/app.h"

#define BENCH_STRATEGIES (STRATEGY_SHARED + 1)
#define BENCH_BURSTS 5
#define BENCH_MODES 2
#define BENCH_RUNS (BENCH_STRATEGIES * BENCH_BURSTS * BENCH_MODES)

enum bench_phase {
	BENCH_WARM, /* fills ring and caches, chooses how to wait */
	BENCH_MEASURE,
	BENCH_DRAIN,
};

enum bench_result {
	BENCH_GOES_ON,
	BENCH_DONE,
	BENCH_CHANGED, /* another one stopped the port, or set something */
	BENCH_STUCK,   /* the device does not give frames back */
	BENCH_FAILED,  /* it failed: the port's view says how */
};

/* What was counted in `ns`; all 0 of a run that there was none of. */
struct bench_count {
	uint64_t packets, bytes, ns;
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
	unsigned port;
	unsigned nb_runs; /* that there will be */
	unsigned nb_done;
	unsigned run; /* of BENCH_RUNS */
	enum bench_phase phase;
	uint64_t time_ns;  /* of each measurement */
	uint64_t wake_ns;  /* when it has to go on */
	uint64_t until_ns; /* the end of this phase */
	uint64_t began_ns,
		done_ns; /* the whole; the last run that was counted */
	uint64_t full;   /* bursts that had found the ring full at its start */
	uint64_t sent;   /* frames that the device took, measured or not */
	uint64_t null;   /* frames of mode null, likewise */
	/* As it was, and as it was set last. */
	struct bench_settings before, set;
	uint64_t changes;        /* of the port's, when it was set last */
	struct bench_count from; /* at the start of this phase */
	struct bench_count count[BENCH_RUNS];
};

struct bench_run bench_run(unsigned run);

/* Port `port` is up and idle; `b` is all zero. */
void bench_begin(struct bench *b, struct app *app, unsigned port,
		 uint64_t time_ns, uint64_t now_ns);

/* Call it at `wake_ns`, or before. Not again once it says BENCH_DONE. */
enum bench_result bench_step(struct bench *b, struct app *app, uint64_t now_ns);

/*
 * At any time between two steps: ends the run and puts back what still is as
 * the bench has set it. What another one has set, or started, stays.
 */
void bench_end(struct bench *b, struct app *app, uint64_t now_ns);

/* How long it will still take, going by the runs that were. */
uint64_t bench_left_ns(const struct bench *b, uint64_t now_ns);

#endif /* APP_BENCH_H */
