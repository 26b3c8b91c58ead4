/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The local APIC of the CPU that booted: it delivers interrupts, and its timer
 * ends a halt. One user: irq.c, and clock.c while it calibrates.
 */
#ifndef KVM_LAPIC_H
#define KVM_LAPIC_H

#include <stdint.h>

/* The longest wait that the timer is set to; longer ones go in pieces. */
#define LAPIC_TIMER_MAX_NS 1000000000ull

/* Maps and enables it, all its sources masked but the timer. */
void lapic_init(unsigned int timer_vector, unsigned int spurious_vector);

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
