/* SPDX-License-Identifier: BSD-3-Clause */
/* Four ports on two wires, of several queues, stepped by several cores. */
#ifndef TESTS_CORES_RIG_H
#define TESTS_CORES_RIG_H

#include <string.h>
#include <uk/arch/lcpu.h>

#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "pktgen/pktgen_seen.h"
#include "plat/host/host.h"
#include "unit.h"
#include "unit_stream.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull
#define PORTS 4u

static struct pktgen pg;
static struct host_netdev *dev[PORTS];
static uint64_t now;
static bool opened;

static void __noreturn entry(void)
{
	pktgen_run_core(&pg);
}

/* It is S; the other cores are still to be started, at `entry`. */
static inline void open_ports(unsigned cores, unsigned queues)
{
	host_reset();
	host_cpus(cores);
	host_loop_queues(queues);
	host_loop_pair(dev, 1500);
	host_loop_pair(dev + 2, 1500);
	host_clock_set(now = S);
	pktgen_open(&pg, queues, uk_alloc_get_default());
	opened = true;
}

static inline void close_all(void)
{
	opened = false;
	pktgen_close(&pg, uk_alloc_get_default());
	host_reset();
}

/* Also of a test that failed. */
static inline int teardown(void **state)
{
	(void)state;
	if (opened)
		close_all();
	return 0;
}

#endif /* TESTS_CORES_RIG_H */
