/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The console: bytes in, bytes out, no meaning given to any of them. Neither
 * call waits, and neither may be called from an interrupt.
 */
#ifndef UK_CONSOLE_H
#define UK_CONSOLE_H

#include <uk/arch/types.h>

/*
 * Feature of this platform: a byte that arrives ends
 * ukplat_lcpu_halt_irq_until(). Stock Unikraft polls its console, so an idle
 * app there has to wake up by itself to look.
 */
#define UK_CONSOLE_IN_WAKES 1

/*
 * Feature of this platform: uk_console_out() takes no more than the device can
 * take now. Stock Unikraft waits for the device.
 */
#define UK_CONSOLE_OUT_NOWAIT 1

/* Writes up to `len` bytes; returns how many the device took, 0 when none. */
__ssz uk_console_out(const char *buf, __sz len);

/* Reads up to `len` bytes; returns how many there were, 0 when none. */
__ssz uk_console_in(char *buf, __sz len);

#endif /* UK_CONSOLE_H */
