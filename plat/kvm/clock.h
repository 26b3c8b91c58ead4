/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Start-up's side of uk/plat/time.h: the clock is the time stamp counter,
 * scaled by a factor that is found once.
 */
#ifndef KVM_CLOCK_H
#define KVM_CLOCK_H

/* Time 0. The clock stands still until clock_begin(). */
void clock_boot(void);

/*
 * The clock runs after clock_begin(), possibly some per cent off until
 * clock_end(), which takes up to 5 ms less what passed in between. Both after
 * irq_init() and with interrupts off, because they calibrate the timer too.
 */
void clock_begin(void);
void clock_end(void);

#endif /* KVM_CLOCK_H */
