/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow: one stream on one queue. It has what the stream compiled to, where in
 * its run it is, when its next frame is due, how frames are made, and what of
 * it was sent. Its worker steps it and is its only user, but for the spare
 * program, which is compiled aside, and for who reads how late frames were.
 */
#ifndef PKTGEN_FLOW_H
#define PKTGEN_FLOW_H

#include "pktgen/frames.h"
#include "pktgen/pacer.h"
#include "pktgen/program.h"
#include "pktgen/wait.h"
#include "stats/histogram.h"

/* How much a run is to send; FLOW_NO_LIMIT where it is not limited. */
#define FLOW_NO_LIMIT UINT64_MAX

struct flow_limit {
	uint64_t frames; /* of each flow */
	/*
	 * Sends the frames that fall due before start + time_ns, also when it
	 * is late with them; without pacing it ends at that time.
	 */
	uint64_t time_ns;
};

/* How frames are made and sent. */
struct worker_how {
	enum strategy strategy; /* that is asked for, see frames_strategy() */
	bool drops; /* what a full ring does not take, instead of holding it */
	unsigned burst;      /* the most frames of a step each way, 1..256 */
	enum wait_kind wait; /* while the ring is full */
};

struct flow {
	struct program prog[2];
	const struct program *program; /* of them, that is being sent */
	struct pacing pacing;          /* but for the burst, the worker's */
	struct pacer pacer;
	struct program_at at;    /* the next frame of the run */
	uint64_t frames_left;    /* to make, FLOW_NO_LIMIT */
	uint64_t until_ns;       /* no frame due from then on, FLOW_NO_LIMIT */
	struct frames frames;    /* the current program's */
	uint64_t packets, bytes; /* sent since it was opened, FCS
	included; true once its worker was looked at */
	/*
	 * How late frames went to the device, each as the first of its burst.
	 */
	struct histogram lag;
};

/*
 * The queue's port is up; `out` is the worker's. 0, or -ENOMEM. The program is
 * set before the first start.
 */
int flow_open(struct flow *f, struct port_queue *queue, struct outbox *out,
	      uint64_t seed, struct uk_alloc *a);

/* Only once the port's device has gone. */
void flow_close(struct flow *f, struct uk_alloc *a);

/* Where the next program is compiled to; then flow_switch(). */
static inline struct program *flow_spare_program(struct flow *f)
{
	return &f->prog[f->program == f->prog];
}

/*
 * Sends the spare program from the next frame on, by the gap and pace of
 * `pacing`; then flow_set().
 */
void flow_switch(struct flow *f, const struct pacing *pacing);

/*
 * Frames are made, and due, as `how` says, and one of `share` flows of its
 * queue it is. One that `runs` keeps what it has still to send.
 */
void flow_set(struct flow *f, const struct worker_how *how, unsigned share,
	      bool runs, uint64_t now_ns);

/* The first frame of a run: without a limit, due at `now_ns`. */
void flow_start(struct flow *f, const struct worker_how *how, uint64_t now_ns);

/* The same up to `limit`. */
void flow_limit(struct flow *f, const struct flow_limit *limit,
		uint64_t now_ns);

/* What falls due from then on begins at `now_ns`; a run ends as much later. */
void flow_begin(struct flow *f, const struct worker_how *how, uint64_t now_ns);

/* What was not sent until `now_ns` is no debt. */
void flow_forgive(struct flow *f, const struct worker_how *how,
		  uint64_t now_ns);

/* All that is due, and the end, is `ns` later. */
void flow_delay(struct flow *f, uint64_t ns);

/* True while it makes frames or will: of a mode that `sends`. */
static inline bool flow_over(const struct flow *f, bool sends, uint64_t now_ns)
{
	if (likely(f->frames_left && now_ns < f->until_ns))
		return false;
	/* Late frames are still made, but not of a mode that does not send. */
	return !f->frames_left || !sends || f->pacer.unpaced ||
	       pacer_next_ns(&f->pacer) >= f->until_ns;
}

#endif /* PKTGEN_FLOW_H */
