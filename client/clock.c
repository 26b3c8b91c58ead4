/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/clock.h"

#include <limits.h>
#include <time.h>

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int ms_until(uint64_t due_ms)
{
	uint64_t now = now_ms();

	if (due_ms <= now)
		return 0;
	return due_ms - now < INT_MAX ? (int)(due_ms - now) : INT_MAX;
}
