/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The frequency of the time stamp counter, measured against channel 0 of the
 * 8254. clock.c uses it where the machine does not tell the frequency, once,
 * with interrupts off: what happens between begin and end (up to some 50 ms)
 * overlaps with the measurement.
 */
#ifndef KVM_PIT_H
#define KVM_PIT_H

#include <stdint.h>

/* A first guess of the frequency in Hz, or 0 when there is no 8254. */
uint64_t pit_begin(void);

/* Waits until enough time has passed. Returns Hz; stops the 8254. */
uint64_t pit_end(void);

#endif /* KVM_PIT_H */
