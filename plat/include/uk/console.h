/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The console: bytes in, bytes out, no meaning given to any of them. Neither
 * call waits, and neither may be called from an interrupt.
 */
#ifndef UK_CONSOLE_H
#define UK_CONSOLE_H

#include <stdbool.h>
#include <uk/arch/types.h>

/*
 * Feature of this platform: a byte that arrives ends
 * ukplat_lcpu_halt_irq_until(). Stock Unikraft polls its console, so an idle
 * app there has to wake up by itself to look.
 */
#define UK_CONSOLE_IN_WAKES 1

/*
 * Feature of this platform: uk_console_out() takes no more than the device can
 * take now. Stock Unikraft waits for the device.
 */
#define UK_CONSOLE_OUT_NOWAIT 1

/* Writes up to `len` bytes; returns how many the device took, 0 when none. */
__ssz uk_console_out(const char *buf, __sz len);

/* Reads up to `len` bytes; returns how many there were, 0 when none. */
__ssz uk_console_in(char *buf, __sz len);

/*
 * Feature of this platform: the channel, a second stream of bytes that is fast.
 * What is on the other end comes and goes unheard; what is sent while nobody
 * is there is lost. One user; no call waits.
 */
#define UKPLAT_HAVE_CHANNEL 1

struct uk_alloc;

/*
 * Brings it up, once, with buffers from `a`. False where there is none, or none
 * that can be used; the calls below do nothing then.
 */
bool ukplat_channel_begin(struct uk_alloc *a);

/* The bytes that came first, *len of them; NULL, and 0: there are none. */
const void *ukplat_channel_in(__sz *len);
/* The first `n` of them have been taken. */
void ukplat_channel_took(__sz n);

/* Where the bytes to be sent next go, *room of them; NULL, and 0: later. */
void *ukplat_channel_out(__sz *room);
/* The first `n`, at least 1, are there. */
void ukplat_channel_send(__sz n);

#endif /* UK_CONSOLE_H */
