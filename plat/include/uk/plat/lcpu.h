/* SPDX-License-Identifier: BSD-3-Clause */
/* The logical CPU that runs the caller. */
#ifndef UK_PLAT_LCPU_H
#define UK_PLAT_LCPU_H

#include <uk/arch/types.h>
#include <uk/essentials.h>

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

/* CPUs count from 0, which boots, in the order in which the platform finds
 * them. */
typedef __u32 __lcpuidx;

/* What a CPU begins with, on the stack that it was given. */
typedef void __noreturn (*ukplat_lcpu_entry_t)(void);

#ifdef CONFIG_HAVE_SMP
/* The CPU that asks, and how many this image may use, those that are not
 * started among them: at least 1. */
__lcpuidx ukplat_lcpu_idx(void);
__u32 ukplat_lcpu_count(void);

/*
 * Starts *num CPUs that are halted since boot: lcpuidx[i] at entry[i] with the
 * stack of __STACK_SIZE bytes (uk/arch/limits.h), on borders of pages, that
 * ends at sp[i]. Its lowest page becomes a guard, so that it never can be given
 * back. They begin with interrupts off. Returns 0 and leaves *num, or a
 * negative errno with *num the CPUs that started before the one at fault:
 * -EINVAL: no such CPU, CPU 0, started before, no such stack; -ENOMEM;
 * -ETIMEDOUT: it does not come up, and never will from then on. `flags` is 0.
 * Blocks until they run. CPU 0 only.
 */
int ukplat_lcpu_start(const __lcpuidx lcpuidx[], unsigned int *num, void *sp[],
		      const ukplat_lcpu_entry_t entry[], unsigned long flags);

/*
 * Ends ukplat_lcpu_halt_irq_until() of *num CPUs, the next one if they do not
 * halt just then. Any CPU may call it. 0, or -EINVAL with *num as above.
 */
int ukplat_lcpu_wakeup(const __lcpuidx lcpuidx[], unsigned int *num);
#else
#define ukplat_lcpu_idx() (0)
#define ukplat_lcpu_count() (1)
#endif

#endif /* UK_PLAT_LCPU_H */
