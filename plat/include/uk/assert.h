/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks of a caller's promise. The condition must have no side effect: a
 * stock tree may compile it out. A failed check is a crash of the appliance.
 */
#ifndef UK_ASSERT_H
#define UK_ASSERT_H

#include <uk/essentials.h>

/* Provided by the platform: reports the place and ends the machine. */
__noreturn void uk_assert_fail(const char *expr, const char *file, int line);

#define UK_ASSERT(x)                                            \
	do {                                                    \
		if (unlikely(!(x)))                             \
			uk_assert_fail(#x, __FILE__, __LINE__); \
	} while (0)

#endif /* UK_ASSERT_H */
