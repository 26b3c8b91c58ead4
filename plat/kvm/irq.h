/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts: the serial line's, the timer's and those of network devices,
 * which have none but during a halt. All only end a halt or fill the console's
 * ring; no code of the app runs in one. The 8259s, where they exist, are
 * masked.
 */
#ifndef KVM_IRQ_H
#define KVM_IRQ_H

#include <stdbool.h>

struct cpu;

/* Everything but the CPU's own flag, which start-up sets right before main. */
void irq_init(void);

/* The same on another CPU, to which no device's interrupt is led. */
void irq_init_cpu(void);

/* Ends the halt of `c`, or its next one. On any CPU. */
void irq_wake(struct cpu *c);

/*
 * Lets a device's interrupt in, which others may share, by the IOAPIC's input
 * of that number. False: there is none.
 */
bool irq_route(unsigned int line);

/* Called by trap_entry.S, on the interrupt stack. */
void irq_timer(void);
void irq_serial(void);
void irq_device(void);

#endif /* KVM_IRQ_H */
