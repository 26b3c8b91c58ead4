/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The 16550 at 0x3f8, behind uk/console.h. Received bytes go from the device
 * into a ring in RAM by interrupt; when the ring is full, they stay in the
 * device, which holds the sender back. Sent bytes go straight to the device.
 */
#ifndef KVM_SERIAL_H
#define KVM_SERIAL_H

#include <stdbool.h>

/* ISA interrupt 4, which is the I/O APIC's input 4 too. */
#define SERIAL_IRQ 4

/* Sets the line up and keeps what had arrived. First of all at start-up. */
void serial_init(void);

/* From when SERIAL_IRQ leads to serial_receive(). */
void serial_irq_enable(void);

/* The interrupt's handler; otherwise only with interrupts off. */
void serial_receive(void);

/* Whether uk_console_in() would return bytes. */
bool serial_pending(void);

/*
 * For the crash report: waits for the device, one or two seconds for a byte
 * that it refuses, after which all that follows is dropped. Works at any time.
 */
void serial_put(const char *text);

/* Waits until all is sent, 100 ms at most. */
void serial_drain(void);

#endif /* KVM_SERIAL_H */
