/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform's clock. */
#ifndef UK_PLAT_TIME_H
#define UK_PLAT_TIME_H

#include <uk/arch/types.h>

/* Nanoseconds since boot; never goes back. Cheap: a counter read, no I/O. */
__nsec ukplat_monotonic_clock(void);

#endif /* UK_PLAT_TIME_H */
