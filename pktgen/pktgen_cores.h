/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who steps the workers: CPU 0 by pktgen_step(), and other cores, which stand
 * still for all else. And how long CPU 0 may sleep.
 */
#ifndef PKTGEN_PKTGEN_CORES_H
#define PKTGEN_PKTGEN_CORES_H

#include "pktgen/pktgen.h"

/*
 * Starts the CPUs that there are, whose entry calls pktgen_run_core(). Called
 * once, on CPU 0, as all else here is.
 */
void pktgen_start_cores(struct pktgen *pg, ukplat_lcpu_entry_t entry);
void __noreturn pktgen_run_core(struct pktgen *pg);

/* How many step workers or could: at least 1. */
static inline unsigned pktgen_cores(const struct pktgen *pg)
{
	return CORES_SEVERAL && pg->cores ? pg->cores->nb : 1;
}

/* Whether others than CPU 0 have workers now. */
static inline bool pktgen_others(const struct pktgen *pg)
{
	return CORES_SEVERAL && pg->cores && pg->cores->nb_awake;
}

bool pktgen_hold_others(struct pktgen *pg);
void pktgen_let_others_go(struct pktgen *pg, uint64_t now_ns);

/*
 * All calls of the generator but pktgen_step() and those that are about cores
 * want every worker to stand still. False: some do not yet; go on stepping and
 * call it again. What is done then is not before pktgen_time().
 */
static inline bool pktgen_hold(struct pktgen *pg)
{
	return !CORES_SEVERAL || likely(!pg->cores) || pktgen_hold_others(pg);
}

/*
 * They go on. Who has frames to move, and nothing in common with others, may be
 * another core's from now on, and who has none is CPU 0's again.
 */
static inline void pktgen_let_go(struct pktgen *pg, uint64_t now_ns)
{
	if (CORES_SEVERAL && unlikely(pg->cores != NULL))
		pktgen_let_others_go(pg, now_ns);
}

/*
 * Until then it is asked for only where somebody waits for that. A host that
 * has no processor for all cores takes many milliseconds to bring them to a
 * stand, and they would do nothing else.
 */
static inline uint64_t pktgen_calm_ns(const struct pktgen *pg)
{
	return CORES_SEVERAL && pg->cores ? pg->cores->calm_ns : 0;
}

/* `now_ns` or the latest time that a worker has been stepped at. */
static inline uint64_t pktgen_time(const struct pktgen *pg, uint64_t now_ns)
{
	return CORES_SEVERAL && unlikely(pg->cores != NULL)
		       ? MAX(now_ns, pg->cores->floor_ns)
		       : now_ns;
}

/* Why CPU 0 has to step a port's queues: what they have in common. */
enum core_need {
	CORE_NEED_NOTHING,
	CORE_NEED_CAPTURE, /* somebody sees its frames, see tap.h */
	CORE_NEED_NODE,
	CORE_NEED_FORWARD,
	CORE_NEED_KV,
	CORE_NEED_SIGNED, /* what comes is looked at for signatures */
	CORE_NEED_TRACK,
	CORE_NEED_PAYLOAD, /* or compared */
	CORE_NEED_PLAY,
};

enum core_need pktgen_core_need(const struct pktgen *pg, unsigned port);

/* Which core has a queue of a port that is up, at this moment. */
unsigned pktgen_core_of(const struct pktgen *pg, unsigned port, unsigned queue);

/* Thousandths of the last second that a core had workers in. */
unsigned pktgen_core_load(const struct pktgen *pg, unsigned core);

/* The core whose clock is the farthest from CPU 0's: when it began. */
struct core_apart pktgen_core_apart(const struct pktgen *pg);

/* ---- CPU 0 -------------------------------------------------------------- */

/*
 * Steps every worker of CPU 0 once, and has those whose run is over be idle;
 * returns how many frames moved.
 */
unsigned pktgen_step(struct pktgen *pg, uint64_t now_ns);

/*
 * Looks at the links of all ports, at most each PKTGEN_LINK_NS: while one is
 * down, what its workers would send is discarded. Cheap, call it at will.
 */
#define PKTGEN_LINK_NS 1000000ull
void pktgen_watch_links(struct pktgen *pg, uint64_t now_ns);

/*
 * Before and after a halt: whether frames that arrive at any port end it. False
 * where some wait already: then it is not to begin.
 */
bool pktgen_wake(struct pktgen *pg, bool on);

/* See core.h. */
static inline uint64_t pktgen_sleep_ns(const struct pktgen *pg, uint64_t now_ns)
{
	return core_sleep_ns(&pg->core, now_ns);
}

static inline enum wait_kind pktgen_wait(struct pktgen *pg, uint64_t now_ns)
{
	return core_wait(&pg->core, now_ns);
}

static inline uint64_t pktgen_halt_until(const struct pktgen *pg,
					 uint64_t now_ns)
{
	return core_halt_until(&pg->core, now_ns);
}

#endif /* PKTGEN_PKTGEN_CORES_H */
