/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The local APIC of the CPU that calls: it delivers interrupts, and its timer
 * ends a halt. Users: irq.c, clock.c while it calibrates, smp.c.
 */
#ifndef KVM_LAPIC_H
#define KVM_LAPIC_H

#include <stdint.h>

/* The longest wait that the timer is set to; longer ones go in pieces. */
#define LAPIC_TIMER_MAX_NS 1000000000ull

/* Maps and enables it, all its sources masked but the timer. On CPU 0. */
void lapic_init(unsigned int timer_vector, unsigned int spurious_vector);

/* The same of another CPU, on it, once CPU 0's timer has its frequency. */
void lapic_init_cpu(void);

/* Interrupts CPU `id`; STARTUP takes the page that it begins at, in pages. */
#define LAPIC_IPI_FIXED(vector) (0x4000u | (vector))
#define LAPIC_IPI_NMI 0x4400u
#define LAPIC_IPI_INIT 0x4500u
#define LAPIC_IPI_STARTUP 0x4600u
void lapic_ipi(uint8_t id, uint32_t how);

/* Its number, as the I/O APIC addresses it. */
uint8_t lapic_id(void);

void lapic_eoi(void);

/* Starts the counter from the top, without an interrupt, for calibration. */
void lapic_count_start(void);
/* Ticks since then; wraps around after 2^32. */
uint32_t lapic_count(void);

/* The timer's frequency in Hz, not 0. The interrupt works from then on. */
void lapic_timer_set_hz(uint64_t hz);

/* One interrupt `ns` from now, at LAPIC_TIMER_MAX_NS at the latest. */
void lapic_timer_arm(uint64_t ns);

/* No interrupt until it is armed again. */
void lapic_timer_stop(void);

#endif /* KVM_LAPIC_H */
