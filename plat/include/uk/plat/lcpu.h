/* SPDX-License-Identifier: BSD-3-Clause */
/* The logical CPU that runs the caller. */
#ifndef UK_PLAT_LCPU_H
#define UK_PLAT_LCPU_H

#include <uk/arch/types.h>

/* Interrupts of this CPU off and on. Not nested. */
void ukplat_lcpu_disable_irq(void);
void ukplat_lcpu_enable_irq(void);

/*
 * Halts until an interrupt or until the monotonic clock reaches `until`,
 * whichever is first; without end where `until` is UINT64_MAX. Called with
 * interrupts off, and returns so. Returns at once when `until` has passed or
 * input is waiting on the console: an interrupt that came just before the call
 * is not lost.
 */
void ukplat_lcpu_halt_irq_until(__nsec until);

#endif /* UK_PLAT_LCPU_H */
