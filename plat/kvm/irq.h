/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts: the serial line's and the timer's, no others. Both only end a
 * halt or fill the console's ring; no code of the app runs in one. The 8259s,
 * where they exist, are masked.
 */
#ifndef KVM_IRQ_H
#define KVM_IRQ_H

/* Everything but the CPU's own flag, which start-up sets right before main. */
void irq_init(void);

/* Called by trap_entry.S, on the interrupt stack. */
void irq_timer(void);
void irq_serial(void);

#endif /* KVM_IRQ_H */
