/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cores beside CPU 0. Each steps the workers that it was given, in a loop of
 * its own, and never waits for another. CPU 0 steps the others, and alone gives
 * orders to workers, reads views of them, and says whose they are. It does so
 * while the gate is shut: then each core stands at the edge of a step, until
 * the gate opens. Between the two all is as with one core.
 *
 * A core without workers sleeps until it is given some; it stands, too.
 *
 * No lock, and no more than loads and stores: `shut`, `awake` and `asked` are
 * written by CPU 0, `stands` and `answered` by the core, and whoever sees one
 * of them sees all that its writer did before. The rest of a core is its own,
 * but while it stands.
 */
#ifndef PKTGEN_CORES_H
#define PKTGEN_CORES_H

#include <uk/netdev.h>
#include <uk/plat/lcpu.h>

#include "pktgen/core.h"

/* CPU 0 among them. */
#if defined(CONFIG_HAVE_SMP) && defined(UK_NETDEV_HAVE_CPUS)
#define CORES_MAX CONFIG_APPUKPKTGEN_CORES
#else
#define CORES_MAX 1
#endif
#define CORES_SEVERAL (CORES_MAX > 1)

/* How much of its time it moves frames. */
struct core_load {
	bool moved;                    /* the last step did... */
	uint64_t from_ns;              /* ...and began then */
	uint64_t busy_ns;              /* ever */
	uint64_t before_ns, before_at; /* what that was, and when */
	unsigned milli; /* since then, until the last look; CORE_LOAD_UNKNOWN */
};

#define CORE_LOAD_UNKNOWN UINT32_MAX
#define CORE_LOAD_NS 1000000000ull

/* How far the clock of a core is ahead of CPU 0's, give or take. */
struct core_apart {
	int64_t ahead_ns;
	uint64_t error_ns;
};

struct cores_cpu {
	_Alignas(PORT_LINE) unsigned stands; /* by which `shut` it does */
	unsigned answered;
	uint64_t answer_ns;
	struct core core;
	struct core_load load;
	_Alignas(PORT_LINE) bool awake; /* it has workers */
	bool ends;
	unsigned asked; /* for its time: how often, until now */
	struct core_apart apart;
	void *stack;
};

struct cores {
	/* All read these with each step: CPU 0 hardly ever writes them. */
	_Alignas(PORT_LINE) unsigned shut; /* counts up; 0: the gate is open */
	uint64_t floor_ns; /* no worker was stepped later, or stands */
	/* CPU 0's own, part of it written with each of its steps. */
	_Alignas(PORT_LINE) unsigned nb; /* that there are, CPU 0 included */
	unsigned nth;                    /* the last `shut` */
	unsigned nb_awake;
	bool held;              /* all stand */
	uint64_t shut_ns;       /* when the gate was shut... */
	uint64_t shut_awake_ns; /* ...as core_awake_ns() */
	uint64_t calm_ns;
	struct core_load first;
	struct cores_cpu *cpu[CORES_MAX]; /* by its number; NULL: CPU 0 */
};

/*
 * Starts up to `nb` - 1 CPUs beside the caller, CPU 0, which have to call
 * cores_run() by `entry`; they find *to set by then. Compares their clocks. No
 * memory or no CPU: *to is NULL.
 */
void cores_open(struct cores **to, unsigned nb, ukplat_lcpu_entry_t entry,
		struct uk_alloc *a);

/* None has a worker. The CPUs halt for good; for tests. */
void cores_close(struct cores *cs, struct uk_alloc *a);

/* What CPU `cpu` does. */
void __noreturn cores_run(struct cores *cs, unsigned cpu);

/*
 * Shuts the gate. False: some do not stand yet; call it again. What CPU 0 does
 * in between does not matter to them.
 */
bool cores_stand(struct cores *cs);

/* Opens it. */
void cores_go(struct cores *cs);

/* All stand: the core has workers from now on, or none any more. */
void cores_wake(struct cores *cs, unsigned cpu, bool awake);

/* A step that began at `now_ns` moved something or not. */
static inline void core_load_step(struct core_load *l, uint64_t now_ns,
				  bool moved)
{
	if (l->moved)
		l->busy_ns += now_ns - l->from_ns;
	l->moved = moved;
	l->from_ns = now_ns;
}

/* Closes the second that is over. */
void core_load_look(struct core_load *l, uint64_t now_ns);

#endif /* PKTGEN_CORES_H */
