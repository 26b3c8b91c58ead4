/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end after a fault: a report on the serial line, then the machine ends
 * with failure. Where there are several CPUs, the first to fail reports, and
 * the others stop. It needs nothing that could itself be broken: no heap, no
 * interrupts, no libc, no console. May be called from anywhere.
 *
 *   *** CRASH: <cause> (vector N, error 0xE[, CPU I])
 *   <registers>
 *   backtrace:
 *     #0 0x<rip>
 *     #1 0x<return address>
 *   *** END OF CRASH
 *
 * scripts symbolise the addresses with the image that has debug information.
 */
#ifndef KVM_CRASH_H
#define KVM_CRASH_H

#include <uk/essentials.h>

#include "plat/kvm/trap.h"

/* Reports `cause` with the place of the call. */
__noreturn void crash(const char *cause);

/* Where trap_entry.S hands over every exception. */
__noreturn void crash_trap(const struct trap_frame *f);

#endif /* KVM_CRASH_H */
