/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What each CPU has for itself. CPU 0 is set up by boot.c, others by smp.c; a
 * CPU finds its own by GS, whose base trap_load() sets before anything asks.
 * Of another's, only what is said below to be shared may be touched.
 */
#ifndef KVM_CPU_H
#define KVM_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "plat/kvm/libc.h"
#include "plat/kvm/trap.h"

#ifdef CONFIG_HAVE_SMP
#define CPU_MAX CONFIG_APPUKPKTGEN_CORES
#else
#define CPU_MAX 1
#endif

struct cpu {
	struct cpu *self; /* at %gs:0 */
	uint32_t idx;
	uint8_t lapic_id;
	uint64_t tsc_ahead; /* to be added to its TSC to have CPU 0's */
	uint64_t reloaded;  /* clock.c: its TSC at the last mm_reload()... */
	uint32_t spread;    /* ...and how many pages are to be read since */
	struct trap_tables tables;
	struct libc_thread libc;

	/* Shared: by whom is said in smp.c, irq.c and crash.c. */
	volatile uint32_t state;
	volatile bool halts, woken, stopped;
} __align(64);

extern struct cpu cpus[CPU_MAX];

static inline struct cpu *cpu_self(void)
{
	struct cpu *c;

	__asm__("mov %%gs:0, %0" : "=r"(c));
	return c;
}

#endif /* KVM_CPU_H */
