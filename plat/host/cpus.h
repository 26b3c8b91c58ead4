/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HOST_CPUS_H
#define HOST_CPUS_H

#include <stdbool.h>
#include <uk/arch/types.h>

/* Halts the caller, unless that is the process itself: false. */
bool host_cpus_halt(__nsec until);

/* The clock is set: whose halt is over goes on. */
void host_cpus_clock_moved(void);

/* The others end, once they halt; there is one again. */
void host_cpus_reset(void);

#endif /* HOST_CPUS_H */
