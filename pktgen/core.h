/* SPDX-License-Identifier: BSD-3-Clause */
/* A core: the workers that one CPU steps, and how it waits for them. */
#ifndef PKTGEN_CORE_H
#define PKTGEN_CORE_H

#include "pktgen/worker.h"

#define CORE_WORKERS_MAX (CONFIG_APPUKPKTGEN_MAX_PORTS * PORT_QUEUES_MAX)

/* What steps take, while somebody asks for it. */
struct core_times {
	uint64_t last_ns;      /* when the last step began; 0: none did */
	struct histogram poll; /* from one step's beginning to the next's */
	/*
	 * From the time that a worker has for what it sends, which is in the
	 * signatures, to the end of its step: the device has it by then.
	 */
	struct histogram hand_over;
};

struct core {
	/*
	 * What a worker that runs, or whose received frames are seen, is given
	 * as the time when another has moved frames just before: its own burst
	 * is then late by what that took.
	 * NULL: all of a step have the caller's.
	 */
	uint64_t (*clock_ns)(void);
	uint64_t now_ns; /* the latest that a step had: nothing is before it */
	/*
	 * All the time by which steps were further apart than CORE_GAP_NS, or
	 * others longer in coming to stand: the host did not run us, and those
	 * who bring frames did not run, either.
	 */
	uint64_t away_ns;
	unsigned nb_asked; /* steps since idle workers were asked */
	unsigned nb_workers;
	struct worker *worker[CORE_WORKERS_MAX]; /* by port, then by queue */
	struct core_times *times;                /* NULL: nobody asks */
	unsigned also; /* CORE_NODES, CORE_BESIDE: where there are any */
	bool wakes;    /* a frame at any port ends a halt */
};

/* How much of the time it was run in: by that it waits for what is to come. */
static inline uint64_t core_awake_ns(const struct core *c, uint64_t now_ns)
{
	return now_ns - c->away_ns;
}

/* In *states of core_step(), beside enum worker_state: a port is a node, ... */
#define CORE_NODES 0x100u
/* ...there are other cores. */
#define CORE_BESIDE 0x200u

/* The least time without a step that is noticed, see worker_view.gap_ns. */
#define CORE_GAP_NS 1000000ull

/*
 * Steps every worker once, at `now_ns` or when the last step was, if that is
 * later; returns how many frames moved, and in *states all states that they are
 * in then.
 */
unsigned core_step(struct core *c, uint64_t now_ns, unsigned *states);

/*
 * How long the caller may sleep after a step that moved nothing; 0: it goes on
 * at once. That is so while a worker is active, or its received frames are
 * seen, and for CORE_AWAKE_NS after one got a frame, started or not, counted or
 * ignored: a receive ring is short. From then on it is CORE_SLEEP_NS where a
 * frame ends that, else CORE_QUIET_PART of the time without a frame up to it.
 */
#define CORE_AWAKE_NS 2000000ull
#define CORE_QUIET_PART 8
#define CORE_SLEEP_NS 10000000ull
/* The most where a node is to answer, and no frame ends it. */
#define CORE_NODES_SLEEP_NS 1000000ull
uint64_t core_sleep_ns(const struct core *c, uint64_t now_ns);

/*
 * How to wait after a step that moved nothing where core_sleep_ns() is 0, not
 * WAIT_AUTO: as the least patient worker that is active wants to.
 * Where none is, the sender may need this core, so only CORE_PAUSE_NS after a
 * frame are not halted: at a million frames a second there is always one.
 */
#define CORE_PAUSE_NS 20000ull
enum wait_kind core_wait(const struct core *c, uint64_t now_ns);

/*
 * Where that is WAIT_HALT: until when. Later than WAIT_HALT_NS from now only
 * where all that send have time until then and a frame that comes may end it.
 */
uint64_t core_halt_until(const struct core *c, uint64_t now_ns);

#endif /* PKTGEN_CORE_H */
