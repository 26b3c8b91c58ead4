/* SPDX-License-Identifier: BSD-3-Clause */
/* The logical CPU that runs the caller. */
#ifndef UK_PLAT_LCPU_H
#define UK_PLAT_LCPU_H

#include <uk/arch/types.h>

/*
 * Halts until an interrupt or until the monotonic clock reaches `until`,
 * whichever is first. Returns at once when `until` has passed or input is
 * waiting on the console (an interrupt that came just before the call is not
 * lost).
 */
void ukplat_lcpu_halt_irq_until(__nsec until);

#endif /* UK_PLAT_LCPU_H */
