/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CPUs other than the one that booted (uk/plat/lcpu.h): which there are, and
 * how they are told what to do.
 */
#ifndef KVM_SMP_H
#define KVM_SMP_H

#include <stdint.h>

/* The word of the command line that says how many CPUs there are. */
#define SMP_WORD "lcpu.count="

#ifdef CONFIG_HAVE_SMP
/*
 * Finds them by ACPI, or else by the command line: local APICs 0 and up then.
 * Once, between mm_init() and heap_setup(). None is touched by that.
 */
void smp_find(uint64_t rsdp, const char *cmdline);

/*
 * For the crash report: has all others that were started stand still for good,
 * whatever they do, as crash_trap() stops who gets a non-maskable interrupt.
 * Waits for them, not for ever.
 */
void smp_stop_others(void);
#else
#define smp_find(rsdp, cmdline) ((void)(rsdp), (void)(cmdline))
#define smp_stop_others() ((void)0)
#endif

#endif /* KVM_SMP_H */
