/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CLIENT_CLOCK_H
#define CLIENT_CLOCK_H

#include <stdint.h>

/* A time that only grows, in milliseconds. */
uint64_t now_ms(void);

/* How long it is until then; 0: it is past. At most what an int holds. */
int ms_until(uint64_t due_ms);

#endif /* CLIENT_CLOCK_H */
